import { MetricsClient } from "@azure/monitor-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrafficMinute } from "../../src/domain/signals.ts";
import { PREFIX, SUBSCRIPTION } from "./estate.ts";
import { credential, raw, rehearsed, tokenFor } from "./start.ts";

const running = rehearsed({ metricsDelaySeconds: 120 });
const AUDIENCE = "https://metrics.monitor.azure.com";
const NAMESPACE = "Microsoft.CognitiveServices/accounts";
const EAST = `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-eastus2`;
const SWEDEN = EAST.replace("eastus2", "swedencentral");
const START = Date.parse("2026-01-05T00:00:00Z");
const NOW = START + 10 * 60_000;
const at = (minute: number) => new Date(START + minute * 60_000);

function traffic(minute: number, change: Partial<TrafficMinute> = {}): TrafficMinute {
  const counts = { tokens: 1000, answered: 10, serverErrors: 0, throttled: 0 };
  return { at: at(minute).toISOString(), ...counts, latencyMilliseconds: 800, utilisationPercent: null, ...change };
}

function client(region: string) {
  const endpoint = running().azure.endpoints.metricsBatch.replace("{region}", region);
  return new MetricsClient(endpoint, credential(running(), AUDIENCE), { audience: AUDIENCE, retryOptions: { maxRetries: 0 } });
}

function query(ids: string[], region = "eastus2", metric = "AzureOpenAIRequests") {
  const options = {
    startTime: at(0),
    endTime: at(4),
    interval: "PT1M",
    aggregation: "Total",
    filter: "ModelDeploymentName eq '*' and StatusCode eq '*'",
  };
  return client(region).queryResources(ids, [metric], NAMESPACE, options);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  running().world.minutes = { "gpt-eastus2": [traffic(0), traffic(1, { serverErrors: 2 })], "ptu-eastus2": [traffic(0, { answered: 3 })] };
});

afterEach(() => {
  running().azure.faults.metrics = { delaySeconds: 0, missing: false };
  vi.useRealTimers();
});

describe("the metrics batch API by the real client", () => {
  it("answers each resource with the series that Resource Manager tells, its dimensions left as they are", async () => {
    const [result] = await query([EAST]);
    expect([result?.resourceId, result?.resourceRegion]).toEqual([EAST, "eastus2"]);
    const series = result?.metrics[0]?.timeseries.map((element) => ({ ...element })) ?? [];
    const name = (value: string) => ({ value, localizedValue: value });
    expect(series.map((element): unknown => Reflect.get(element, "metadatavalues"))).toEqual([
      [
        { name: name("modeldeploymentname"), value: "gpt-4o" },
        { name: name("statuscode"), value: "200" },
      ],
      [
        { name: name("modeldeploymentname"), value: "gpt-4o" },
        { name: name("statuscode"), value: "503" },
      ],
      [
        { name: name("modeldeploymentname"), value: "gpt-4o-ptu" },
        { name: name("statuscode"), value: "200" },
      ],
    ]);
    expect(series.map(({ data }) => data?.map(({ total }) => total))).toEqual([
      [10, 10, undefined, undefined],
      [undefined, 2, undefined, undefined],
      [3, undefined, undefined, undefined],
    ]);
  });

  it("knows the faults of metrics", async () => {
    running().azure.faults.metrics.missing = true;
    expect((await query([EAST]))[0]?.metrics[0]?.timeseries).toEqual([]);
  });

  it.each([
    ["a resource of another region", [SWEDEN], "eastus2", "AzureOpenAIRequests", "region"],
    ["more than 50 resources", Array.from({ length: 51 }, () => EAST), "eastus2", "AzureOpenAIRequests", "at most 50"],
    ["an unknown resource", [`${EAST}x`], "eastus2", "AzureOpenAIRequests", "not found"],
    ["an unknown metric", [EAST], "eastus2", "ModelRequests", "ModelRequests"],
  ])("refuses %s with a wrapped error", async (_, ids, region, metric, text) => {
    await expect(query(ids, region, metric)).rejects.toMatchObject({
      statusCode: 400,
      code: "BadRequest",
      message: expect.stringContaining(text),
    });
  });
});

describe("the metrics batch call", () => {
  const path = `/metrics-batch/eastus2/subscriptions/${SUBSCRIPTION}/metrics:getBatch?metricnamespace=${NAMESPACE}&metricnames=AzureOpenAIRequests`;

  it.each([
    ["a token of Resource Manager", "&api-version=2024-02-01", undefined, 401],
    ["no api-version", "", AUDIENCE, 400],
    ["$filter", "&api-version=2024-02-01&$filter=StatusCode eq '*'", AUDIENCE, 400],
    ["no resource ids", "&api-version=2024-02-01", AUDIENCE, 400],
  ])("refuses %s", async (_, more, audience, status) => {
    const token = await tokenFor(running().azure, audience);
    const reply = await raw(running(), path + more, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: { resourceids: [] },
    });
    expect(reply.status).toBe(status);
    expect(reply.body).toHaveProperty("error.code");
  });
});
