import { describe, expect, it } from "vitest";
import { createCapacityReader } from "../../src/azure/foundry/capacity-reader.ts";
import { createMetricsReader } from "../../src/azure/monitor/metrics-reader.ts";
import { staticCredential } from "../support/credential.ts";
import { ACCOUNT_ID, deployment, estate, SUBSCRIPTION } from "./fixtures.ts";
import { startStub, type Reply, type Seen } from "./stub.ts";

describe("tokens per minute of a deployment", () => {
  it.each<[string, object, number | null]>([
    [
      "come from its token limit",
      {
        sku: { name: "Standard", capacity: 10 },
        properties: {
          rateLimits: [
            { key: "request", renewalPeriod: 10, count: 5 },
            { key: "token", renewalPeriod: 60, count: 12_000 },
          ],
        },
      },
      12_000,
    ],
    [
      "are scaled to a minute",
      { sku: { name: "Standard", capacity: 10 }, properties: { rateLimits: [{ key: "token", renewalPeriod: 10, count: 2_000 }] } },
      12_000,
    ],
    ["come from the capacity when the limits are missing", { sku: { name: "GlobalStandard", capacity: 100 }, properties: {} }, 100_000],
    [
      "are unknown for provisioned types, whose capacity is PTUs",
      { sku: { name: "ProvisionedManaged", capacity: 100 }, properties: {} },
      null,
    ],
    ["are unknown without a SKU", { properties: {} }, null],
    ["are not divided by a period of zero", { properties: { rateLimits: [{ key: "token", renewalPeriod: 0, count: 2_000 }] } }, null],
  ])("%s", async (_rule, body, tokensPerMinute) => {
    await using stub = await startStub(() => ({ body }));
    const reader = createCapacityReader(estate(stub.url), staticCredential());
    expect(await reader.tokensPerMinute(deployment(stub.url))).toEqual({ ok: true, tokensPerMinute });
    expect(stub.routes()).toEqual([`GET ${ACCOUNT_ID}/deployments/gpt-4o`]);
  });

  it("are a failure when ARM does not answer", async () => {
    await using stub = await startStub(() => ({ status: 503 }));
    expect(await createCapacityReader(estate(stub.url), staticCredential()).tokensPerMinute(deployment(stub.url))).toMatchObject({
      ok: false,
      kind: "busy",
    });
    expect(stub.seen).toHaveLength(1);
  });
});

describe("usages", () => {
  it("are read from the deployment's subscription and region, over all pages", async () => {
    const usage = (name: string) => ({ name: { value: name }, currentValue: 300, limit: 450, unit: "Count" });
    await using stub = await startStub((request, count): Reply => {
      const next = `https://${request.headers.host}/next`;
      return count === 1
        ? { body: { value: [usage("OpenAI.Standard.gpt-4o")], nextLink: next } }
        : { body: { value: [usage("OpenAI.Standard.o3"), { limit: 1 }] } };
    });
    expect(await createCapacityReader(estate(stub.url), staticCredential()).usages(deployment(stub.url))).toEqual({
      ok: true,
      usages: [
        { name: "OpenAI.Standard.gpt-4o", allocated: 300, limit: 450 },
        { name: "OpenAI.Standard.o3", allocated: 300, limit: 450 },
      ],
    });
    expect(stub.routes()).toEqual([
      `GET /subscriptions/${SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/eastus2/usages`,
      "GET /next",
    ]);
  });
});

const FROM = new Date("2026-01-01T00:00:00.000Z");
const TO = new Date("2026-01-01T00:03:00.000Z");

function minute(index: number, total?: number): object {
  return { timeStamp: `2026-01-01T00:0${index}:00Z`, ...(total === undefined ? {} : { total }) };
}

function series(status: string | undefined, ...data: object[]): object {
  return { metadatavalues: status === undefined ? [] : [{ name: { value: "statuscode" }, value: status }], data };
}

function metric(name: string, timeseries: object[], extra: object = { errorCode: "Success" }): Reply {
  const value = [{ id: "i", type: "Microsoft.Insights/metrics", name: { value: name }, unit: "Count", timeseries, ...extra }];
  return { body: { cost: 0, timespan: `${FROM.toISOString()}/${TO.toISOString()}`, interval: "PT1M", value } };
}

function metricOf(request: Seen): string {
  return new URL(request.url, "https://h").searchParams.get("metricnames") ?? "";
}

describe("traffic of a deployment", () => {
  it("splits answers by status; no data point is unknown, a status without one beside others is zero", async () => {
    await using stub = await startStub((request) =>
      metricOf(request) === "TokenTransaction"
        ? metric("TokenTransaction", [series(undefined, minute(0, 4000), minute(1), minute(2, 0))])
        : metric("AzureOpenAIRequests", [
            series("200", minute(0, 50), minute(1), minute(2)),
            series("201", minute(0, 2)),
            series("429", minute(0, 4), minute(1)),
            series("503", minute(2, 7)),
            series("404", minute(0, 9)),
          ]),
    );
    const reader = createMetricsReader(estate(stub.url), staticCredential());
    expect(await reader.traffic(deployment(stub.url), FROM, TO)).toEqual({
      ok: true,
      minutes: [
        { at: "2026-01-01T00:00:00.000Z", tokens: 4000, answered: 52, serverErrors: 0, throttled: 4 },
        { at: "2026-01-01T00:01:00.000Z", tokens: null, answered: null, serverErrors: null, throttled: null },
        { at: "2026-01-01T00:02:00.000Z", tokens: 0, answered: 0, serverErrors: 7, throttled: 0 },
      ],
    });
  });

  it("asks twice, per minute, for this deployment only, on the account's path with one slash", async () => {
    const credential = staticCredential();
    await using stub = await startStub((request) => metric(metricOf(request), []));
    await createMetricsReader(estate(stub.url), credential).traffic(
      deployment(stub.url, { resourceId: `${ACCOUNT_ID}/deployments/o'4` }),
      FROM,
      TO,
    );
    expect(new Set(stub.routes())).toEqual(new Set([`GET ${ACCOUNT_ID}/providers/Microsoft.Insights/metrics`]));
    const queries = stub.seen.map(({ url }) => Object.fromEntries(new URL(url, "https://h").searchParams));
    expect(queries).toMatchObject([
      {
        metricnames: "AzureOpenAIRequests",
        interval: "PT1M",
        aggregation: "Total",
        $filter: "ModelDeploymentName eq 'o''4' and StatusCode eq '*'",
        top: "100",
      },
      { metricnames: "TokenTransaction", interval: "PT1M", aggregation: "Total", $filter: "ModelDeploymentName eq 'o''4'" },
    ]);
    expect(new Set(credential.scopes)).toEqual(new Set(["https://management.azure.com/.default"]));
  });

  it.each<[string, Reply, object, number]>([
    [
      "a metric with an error is not 'no data'",
      metric("AzureOpenAIRequests", [], { errorCode: "InvalidSeries", errorMessage: "no such metric" }),
      { kind: "invalid", reason: "metric AzureOpenAIRequests: InvalidSeries no such metric" },
      2,
    ],
    [
      "an unwrapped error body is understood",
      { status: 400, body: { code: "BadRequest", message: "does not support requested dimension combination" } },
      { kind: "invalid", statusCode: 400 },
      1,
    ],
    ["529 is throttled", { status: 529 }, { kind: "busy", statusCode: 529 }, 1],
  ])("%s", async (_rule, reply, failure, calls) => {
    await using stub = await startStub(() => reply);
    expect(await createMetricsReader(estate(stub.url), staticCredential()).traffic(deployment(stub.url), FROM, TO)).toMatchObject({
      ok: false,
      ...failure,
    });
    expect(stub.seen).toHaveLength(calls);
  });
});
