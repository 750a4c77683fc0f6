import { MetricsQueryClient } from "@azure/monitor-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrafficMinute } from "../../src/domain/signals.ts";
import { PREFIX } from "./estate.ts";
import { ARM_AUDIENCE, credential, raw, rehearsed } from "./start.ts";

const running = rehearsed({ metricsDelaySeconds: 120 });
const ACCOUNT = `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-eastus2`;
/** Half a minute past, so that the newest known bin is partial. */
const NOW = Date.parse("2026-01-05T00:10:30Z");
const minute = (index: number) => new Date(Date.parse("2026-01-05T00:00:00Z") + index * 60_000).toISOString();

function client() {
  return new MetricsQueryClient(credential(running()), { endpoint: running().azure.url, audience: ARM_AUDIENCE });
}

function traffic(at: string, change: Partial<TrafficMinute> = {}): TrafficMinute {
  const idle = { serverErrors: 0, throttled: 0, latencyMilliseconds: null, utilisationPercent: null };
  return { at, tokens: 1000, answered: 10, ...idle, ...change };
}

/** Five minutes back from now by the real client. */
function query(names: string[], options: { filter?: string; aggregations?: ("Total" | "Average")[] } = {}) {
  return client().queryResource(ACCOUNT, names, {
    granularity: "PT1M",
    timespan: { startTime: new Date(minute(5)), endTime: new Date(minute(10)) },
    aggregations: options.aggregations ?? ["Total"],
    ...(options.filter ? { filter: options.filter } : {}),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  running().world.minutes = { "gpt-eastus2": Array.from({ length: 10 }, (_, index) => traffic(minute(index))) };
});

afterEach(() => {
  running().azure.faults.metrics = { delaySeconds: 0, missing: false };
  vi.useRealTimers();
});

describe("metrics by the real client", () => {
  it("come late: the newest known minute is partial, later ones are points without a value", async () => {
    const [metric] = (await query(["AzureOpenAIRequests"])).metrics;
    expect(metric?.timeseries[0]?.data?.map(({ total }) => total)).toEqual([10, 10, 10, 5, undefined]);
  });

  it("are whole in a minute that lies back far enough, even when the timespan ends in it", async () => {
    const reply = await raw(
      running(),
      `${ACCOUNT}/providers/Microsoft.Insights/metrics?api-version=2024-02-01&timespan=${minute(1)}/${minute(2).replace(":00.", ":30.")}`,
    );
    expect(reply.body).toMatchObject({ value: [{ timeseries: [{ data: [{ total: 10 }, { total: 10 }] }] }] });
  });

  it("split by status code and deployment, with lower-cased dimension names", async () => {
    running().world.minutes["gpt-eastus2"] = [traffic(minute(6), { serverErrors: 4, throttled: 3 })];
    const [metric] = (await query(["AzureOpenAIRequests"], { filter: "StatusCode eq '*' and ModelDeploymentName eq 'gpt-4o'" })).metrics;
    expect(metric?.timeseries.map(({ metadataValues, data }) => [metadataValues, data?.[1]?.total])).toEqual([
      [
        [
          { name: "statuscode", value: "200" },
          { name: "modeldeploymentname", value: "gpt-4o" },
        ],
        10,
      ],
      [
        [
          { name: "statuscode", value: "429" },
          { name: "modeldeploymentname", value: "gpt-4o" },
        ],
        3,
      ],
      [
        [
          { name: "statuscode", value: "503" },
          { name: "modeldeploymentname", value: "gpt-4o" },
        ],
        4,
      ],
    ]);
  });

  it("keep deployments of one account apart, and sum them when not split", async () => {
    running().world.minutes["ptu-eastus2"] = [traffic(minute(6), { tokens: 7 })];
    const split = (await query(["TokenTransaction"], { filter: "ModelDeploymentName eq '*'" })).metrics[0]?.timeseries;
    expect(split?.map(({ data }) => data?.[1]?.total)).toEqual([1000, 7]);
    expect((await query(["TokenTransaction"])).metrics[0]?.timeseries[0]?.data?.[1]?.total).toBe(1007);
  });

  it("a minute that Azure does not know is a point without a value, one without requests is zero", async () => {
    running().world.minutes["gpt-eastus2"] = [
      traffic(minute(5), { answered: 0 }),
      traffic(minute(6), { tokens: null, answered: null, serverErrors: null, throttled: null }),
    ];
    const [metric] = (await query(["AzureOpenAIRequests"])).metrics;
    expect(metric?.timeseries[0]?.data?.slice(0, 2).map(({ total }) => total)).toEqual([0, undefined]);
  });

  it("prompt and generated tokens add up to all tokens", async () => {
    const metrics = (await query(["TokenTransaction", "ProcessedPromptTokens", "GeneratedTokens"])).metrics;
    expect(metrics.map(({ timeseries }) => timeseries[0]?.data?.[0]?.total)).toEqual([1000, 850, 150]);
  });

  it("availability falls with 5xx and not with 429", async () => {
    running().world.minutes["gpt-eastus2"] = [traffic(minute(5), { throttled: 10 }), traffic(minute(6), { serverErrors: 10 })];
    const [metric] = (await query(["AzureOpenAIAvailabilityRate"], { aggregations: ["Average"] })).metrics;
    expect(metric?.timeseries[0]?.data?.slice(0, 2).map(({ average }) => average)).toEqual([100, 50]);
  });

  it.each([
    ["delayed further", { delaySeconds: 240, missing: false }, [[10, 5, undefined, undefined, undefined]]],
    ["missing", { delaySeconds: 0, missing: true }, []],
  ])("can be %s", async (_, fault, expected) => {
    running().azure.faults.metrics = fault;
    const [metric] = (await query(["AzureOpenAIRequests"])).metrics;
    expect(metric?.timeseries.map(({ data }) => data?.map(({ total }) => total))).toEqual(expected);
  });

  it("definitions name units, aggregations and dimensions", async () => {
    const names = [];
    for await (const definition of client().listMetricDefinitions(ACCOUNT))
      names.push([definition.name, definition.primaryAggregationType]);
    expect(names).toEqual([
      ["AzureOpenAIRequests", "Total"],
      ["AzureOpenAIAvailabilityRate", "Average"],
      ["TokenTransaction", "Total"],
      ["ProcessedPromptTokens", "Total"],
      ["GeneratedTokens", "Total"],
      ["AzureOpenAITimeToResponse", "Average"],
      ["AzureOpenAIProvisionedManagedUtilizationV2", "Average"],
    ]);
  });
});

describe("the metrics call", () => {
  const path = `${ACCOUNT}/providers/Microsoft.Insights/metrics?api-version=2024-02-01`;
  it.each([
    ["an unknown metric", "metricnames=Nonsense", "Failed to find metric configuration"],
    [
      "an unknown dimension",
      "metricnames=AzureOpenAIAvailabilityRate&$filter=StatusCode eq '429'",
      "does not support requested dimension combination: statuscode",
    ],
    ["a filter it cannot honour", "$filter=StatusCode ne '200'", "Invalid $filter"],
    ["an or over two dimensions", "$filter=StatusCode eq '200' or Region eq 'x'", "Invalid $filter"],
    ["an aggregation the metric lacks", "aggregation=Average", "does not support requested aggregation"],
    ["an unknown grain", "interval=PT2M", "Invalid time grain"],
    ["a timespan it cannot read", "timespan=yesterday", "Invalid timespan"],
    ["another namespace", "metricnamespace=Microsoft.Web/sites", "not supported"],
  ])("refuses %s with an unwrapped error", async (_, parameters, text) => {
    const reply = await raw(running(), `${path}&${parameters}`);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ code: "BadRequest", message: expect.stringContaining(text) });
  });

  it("reads a duration, an or over one dimension, and bins of five minutes", async () => {
    running().world.minutes["gpt-eastus2"] = [traffic(minute(1), { throttled: 2 }), traffic(minute(3), { serverErrors: 5 })];
    const reply = await raw(running(), `${path}&timespan=PT10M&interval=PT5M&$filter=(StatusCode eq '429' or StatusCode eq '503')`);
    expect(reply.body).toMatchObject({
      interval: "PT5M",
      value: [{ timeseries: [{ data: [{ timeStamp: "2026-01-05T00:00:00Z", total: 2 }, {}, {}] }, { data: [{ total: 5 }, {}, {}] }] }],
    });
  });

  it.each(["metrics", "metricDefinitions"])("%s of an unknown account: 404", async (what) => {
    expect((await raw(running(), path.replace("foundry-eastus2", "none").replace("metrics?", `${what}?`))).status).toBe(404);
  });
});
