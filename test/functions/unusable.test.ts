/** An app that cannot work: without a valid estate, without a state store. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NO_LATENCY } from "../../rehearsal/functions-host/constants.ts";
import { startHost, type Host } from "../../rehearsal/functions-host/host.ts";
import { alertOf, registrationsOfSource, WAIT } from "../support/app-under-test.ts";

const historyDirectory = mkdtempSync(join(tmpdir(), "unusable-"));
const said: string[] = [];
const good = JSON.parse(readFileSync("examples/hub-to-hub.estate.json", "utf8")) as { deployments: object[] };
const bad = {
  ...good,
  name: "X",
  colour: "red",
  deployments: good.deployments.map((each) => ({ ...each, region: "mars" })),
  safety: { mode: "yolo" },
};
const WRONG = ["name", "safety.mode", "colour", "deployments[0].region", "deployments[1].region", "deployments[2].region"];
let host: Host;

beforeAll(async () => {
  Object.assign(process.env, { ESTATE_JSON: JSON.stringify(bad), PROBE_SCHEDULE: "* * * * * *", AzureWebJobsStorage: "" });
  host = await startHost({
    registrations: await registrationsOfSource(),
    hostJson: {},
    port: 0,
    historyDirectory,
    functionKey: "key",
    latency: NO_LATENCY,
    onLog: ({ level, functionName, message }) => said.push(`${level} ${functionName ?? ""} ${message}`),
  });
});

afterAll(async () => {
  await host.stop();
  rmSync(historyDirectory, { recursive: true });
});

async function ask(method: string, path: string, body?: object) {
  const response = await fetch(`${host.url}/api/${path}`, {
    method,
    headers: { "x-functions-key": "key" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { type?: string; errors?: { field: string }[]; detail?: string };
  return { status: response.status, contentType: response.headers.get("content-type"), ...answer };
}

const CALLS: readonly [string, string, object?][] = [
  ["GET", "status"],
  ["GET", "runs"],
  ["GET", "runs/evacuate-eastus2-20260105T000000Z"],
  ["POST", "runbooks/evacuate", { region: "eastus2", reason: "try" }],
  ["POST", "runbooks/restore/plan", { region: "eastus2", reason: "try" }],
  ["PUT", "gates/eastus2", { state: "closed", reason: "try" }],
  ["GET", "kill-switch"],
  ["PUT", "kill-switch", { on: true, reason: "try" }],
  ["POST", "alerts", alertOf({})],
];

describe("with an invalid estate", () => {
  it.each(CALLS)("%s %s answers 500 and names every field", async (method, path, body) => {
    const { status, contentType, type, errors, detail } = await ask(method, path, body);

    expect([status, contentType, type]).toEqual([500, "application/problem+json", "urn:foundry-failover:problem:invalid-estate"]);
    expect(errors?.map(({ field }) => field)).toEqual(WRONG);
    expect(detail).toMatch(/^ESTATE_JSON: \d+ problems\n/);
  });

  it("the gate is open: an app that lost its estate must not take every region off the edge", async () => {
    expect(await ask("GET", "gates/eastus2")).toMatchObject({ status: 200, region: "eastus2", state: "open" });
  });

  it("timers fail loudly, with every field", async () => {
    const line = await vi.waitUntil(() => said.find((each) => each.startsWith("error probe ")), WAIT);

    for (const field of WRONG) expect(line).toContain(`${field}: `);
  });
});

describe("with a valid estate and no storage account", () => {
  beforeAll(() => {
    process.env["ESTATE_JSON"] = JSON.stringify(good);
  });

  it("the gate is open", async () => {
    expect(await ask("GET", "gates/eastus2")).toMatchObject({ status: 200, state: "open" });
  });

  it("the log names the setting, and callers do not learn it", async () => {
    const { status, type, detail } = await ask("GET", "status");

    expect([status, type]).toEqual([500, "urn:foundry-failover:problem:failed"]);
    expect(detail).not.toContain("AzureWebJobsStorage");
    expect(said.join("\n")).toContain("no storage: set AzureWebJobsStorage");
  });

  it("Azure Monitor is asked to send its alert again", async () => {
    expect(await ask("POST", "alerts", alertOf({}))).toMatchObject({ status: 503, type: "urn:foundry-failover:problem:failed" });
  });
});

describe("with a state store that does not answer", () => {
  beforeAll(() => {
    process.env["AzureWebJobsStorage"] =
      "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;";
  });

  it("a gate that was never read is open", async () => {
    expect(await ask("GET", "gates/eastus2")).toMatchObject({ status: 200, state: "open" });
  });

  it("the region must still be one of the estate", async () => {
    expect(await ask("GET", "gates/mars")).toMatchObject({ status: 404 });
  });
});
