import { describe, expect, it } from "vitest";
import { createGatewayLogReader } from "../../src/azure/monitor/gateway-log-reader.ts";
import { GATEWAY_TRAFFIC } from "../../src/azure/monitor/gateway-logs.kql.ts";
import type { GatewayLogReader } from "../../src/ports.ts";
import { staticCredential } from "../support/credential.ts";
import { deployment, estate, gateway, GATEWAY_ID } from "./fixtures.ts";
import { startStub, type Reply } from "./stub.ts";

const FROM = new Date("2026-01-01T00:00:00.000Z");
const TO = new Date("2026-01-01T00:08:00.000Z");
const WORKSPACE = "00000000-0000-4000-8000-00000000000a";
const OTHER_ID = GATEWAY_ID.replace("apim1", "apim2");

const COLUMNS = [
  ["Minute", "datetime"],
  ["Gateway", "string"],
  ["Backend", "string"],
  ["Answered", "long"],
  ["ServerErrors", "long"],
  ["Throttled", "long"],
  ["LatencyMilliseconds", "real"],
  ["Counted", "long"],
  ["Tokens", "long"],
] as const;

/** In the order of COLUMNS, unless the columns come in another. */
function table(rows: readonly unknown[][], order: readonly number[] = COLUMNS.map((_, index) => index), extra: object = {}): Reply {
  const columns = order.map((at) => ({ name: COLUMNS[at]?.[0], type: COLUMNS[at]?.[1] }));
  return { body: { tables: [{ name: "PrimaryResult", columns, rows: rows.map((row) => order.map((at) => row[at])) }], ...extra } };
}

const row = (change: Partial<Record<(typeof COLUMNS)[number][0], unknown>> = {}): unknown[] => {
  const cells: Record<string, unknown> = {
    Minute: "2026-01-01T00:01:00Z",
    Gateway: GATEWAY_ID.toLowerCase(),
    Backend: "a",
    Answered: 40,
    ServerErrors: 2,
    Throttled: 3,
    LatencyMilliseconds: 700,
    Counted: 40,
    Tokens: 4000,
    ...change,
  };
  return COLUMNS.map(([name]) => cells[name]);
};

const MINUTE = {
  at: "2026-01-01T00:01:00.000Z",
  tokens: 4000,
  answered: 40,
  serverErrors: 2,
  throttled: 3,
  latencyMilliseconds: 700,
  utilisationPercent: null,
};

function reading(url: string, credential = staticCredential()): GatewayLogReader {
  const members = [
    { backend: "A", deployment: "gpt-eus2" },
    { backend: "b", deployment: "gpt-swc" },
  ];
  const reader = createGatewayLogReader(
    estate(url, {
      deployments: [deployment(url), deployment(url, { id: "gpt-swc", region: "swedencentral" })],
      gateways: [
        gateway(url, { pools: [{ name: "pool1", members }] }),
        // The same name means another deployment here.
        gateway(url, { id: "apim-swc", resourceId: OTHER_ID, pools: [{ name: "p", members: [{ backend: "a", deployment: "gpt-swc" }] }] }),
      ],
      signals: { metrics: { names: "auto", api: "auto" }, logs: { workspaceId: WORKSPACE } },
    }),
    credential,
  );
  if (reader === null) throw new Error("no reader");
  return reader;
}

async function byDeployment(rows: readonly unknown[][], order?: readonly number[]): Promise<Record<string, unknown>> {
  await using stub = await startStub(() => table(rows, order));
  const read = await reading(stub.url).traffic(FROM, TO);
  if (!read.ok) throw new Error(read.reason);
  return Object.fromEntries(read.byDeployment);
}

describe("gateway logs", () => {
  it("are not read when the estate names no workspace", () => {
    expect(createGatewayLogReader(estate("https://h"), staticCredential())).toBeNull();
  });

  it("are asked of the workspace, for the time between, with a token for Log Analytics", async () => {
    const credential = staticCredential();
    await using stub = await startStub(() => table([]));
    expect(await reading(stub.url, credential).traffic(FROM, TO)).toEqual({ ok: true, byDeployment: new Map() });
    expect(stub.routes()).toEqual([`POST /v1/workspaces/${WORKSPACE}/query`]);
    expect(JSON.parse(stub.seen[0]?.body ?? "")).toEqual({
      query: GATEWAY_TRAFFIC,
      timespan: "2026-01-01T00:00:00.000Z/2026-01-01T00:08:00.000Z",
    });
    expect(stub.seen[0]?.headers["prefer"]).toBe("wait=20");
    expect(credential.scopes).toEqual(["https://api.loganalytics.io/.default"]);
  });

  it.each<[string, unknown[][], object]>([
    ["a line is a minute of the deployment behind the backend", [row()], { "gpt-eus2": [MINUTE] }],
    ["names are matched without regard to case", [row({ Gateway: GATEWAY_ID.toUpperCase(), Backend: "B" })], { "gpt-swc": [MINUTE] }],
    ["a backend is its own gateway's", [row({ Gateway: OTHER_ID.toLowerCase() })], { "gpt-swc": [MINUTE] }],
    [
      "numbers may be strings",
      [row({ Answered: "40", LatencyMilliseconds: "700", Counted: "40", Tokens: "4000" })],
      { "gpt-eus2": [MINUTE] },
    ],
    ["no token log is unknown, not zero", [row({ Counted: 0, Tokens: 0 })], { "gpt-eus2": [{ ...MINUTE, tokens: null }] }],
    ["the mean of nothing is unknown", [row({ LatencyMilliseconds: "NaN" })], { "gpt-eus2": [{ ...MINUTE, latencyMilliseconds: null }] }],
    ["a null is unknown", [row({ LatencyMilliseconds: null })], { "gpt-eus2": [{ ...MINUTE, latencyMilliseconds: null }] }],
    [
      "several gateways' views of one deployment add up, and latency is weighted",
      [row({ Backend: "b" }), row({ Gateway: OTHER_ID.toLowerCase(), Answered: 120, LatencyMilliseconds: 300, Tokens: 1000 })],
      { "gpt-swc": [{ ...MINUTE, answered: 160, serverErrors: 4, throttled: 6, tokens: 5000, latencyMilliseconds: 400 }] },
    ],
    [
      "minutes keep their order",
      [row(), row({ Minute: "2026-01-01T00:02:00Z" })],
      { "gpt-eus2": [MINUTE, { ...MINUTE, at: "2026-01-01T00:02:00.000Z" }] },
    ],
    ["a backend that the estate does not know is left out", [row({ Backend: "somebody-else" })], {}],
    ["a gateway that the estate does not know is left out", [row({ Gateway: "/subscriptions/x" })], {}],
    ["a line without a minute is left out", [row({ Minute: "?" })], {}],
    ["a line without a backend is left out", [row({ Backend: null })], {}],
  ])("%s", async (_rule, rows, minutes) => {
    expect(await byDeployment(rows)).toEqual(minutes);
  });

  it("are read by the columns' names, in whatever order they come", async () => {
    expect(await byDeployment([row()], [8, 7, 6, 5, 4, 3, 2, 1, 0])).toEqual({ "gpt-eus2": [MINUTE] });
  });

  it.each<[string, Reply, object]>([
    [
      "a partial answer is a failure with its reason",
      table([row()], undefined, { error: { code: "PartialError", message: "There were some errors" } }),
      { kind: "busy", reason: expect.stringContaining("There were some errors") },
    ],
    [
      "a query that is refused",
      { status: 400, body: { error: { code: "BadArgumentError", message: "no such table" } } },
      { kind: "invalid", statusCode: 400 },
    ],
    ["no right to read", { status: 403, body: { error: { code: "InsufficientAccessError", message: "no" } } }, { kind: "forbidden" }],
    ["throttling", { status: 429, headers: { "retry-after": "30" } }, { kind: "busy", retryAfterSeconds: 30 }],
    ["an empty body", { status: 200 }, { kind: "invalid" }],
    ["a broken connection", "reset", { kind: "busy" }],
  ])("%s", async (_rule, reply, failure) => {
    await using stub = await startStub(() => reply);
    expect(await reading(stub.url).traffic(FROM, TO)).toMatchObject({ ok: false, ...failure });
    expect(stub.seen).toHaveLength(1);
  });
});

describe("the query", () => {
  it.each(COLUMNS.map(([name]) => name))("names the column %s", (name) => {
    expect(GATEWAY_TRAFFIC).toMatch(new RegExp(`\\b${name} = `));
  });
});
