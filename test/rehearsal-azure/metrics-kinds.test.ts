import { MetricsQueryClient } from "@azure/monitor-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TrafficMinute } from "../../src/domain/signals.ts";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { PREFIX, testEstate } from "./estate.ts";
import { ARM_AUDIENCE, credential, rehearsed } from "./start.ts";

const ACCOUNT = `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-eastus2`;
const NOW = Date.parse("2026-01-05T10:00:00Z");
const HOUR = 3_600_000;

function traffic(at: number, change: Partial<TrafficMinute> = {}): TrafficMinute {
  const counts = { tokens: 1000, answered: 10, serverErrors: 0, throttled: 0 };
  return { at: new Date(at).toISOString(), ...counts, latencyMilliseconds: 800, utilisationPercent: null, ...change };
}

const NAMES = {
  azureOpenAI: {
    requests: "AzureOpenAIRequests",
    latency: "AzureOpenAITimeToResponse",
    utilisation: "AzureOpenAIProvisionedManagedUtilizationV2",
  },
  models: { requests: "ModelRequests", latency: "TimeToResponse", utilisation: "ProvisionedUtilization" },
} as const;

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(() => vi.useRealTimers());

describe.each(["azureOpenAI", "models", "both"] as const)("an account that lists %s metrics", (listed) => {
  const running = rehearsed({ metricsDelaySeconds: 0 }, { platform: platformFromEstate(testEstate(), scaled(), listed) });
  const client = () => new MetricsQueryClient(credential(running()), { endpoint: running().azure.url, audience: ARM_AUDIENCE });
  const present = Object.keys(NAMES).filter((names): names is keyof typeof NAMES => listed === "both" || names === listed);

  async function values(metric: string, aggregation: "Total" | "Average" | "Maximum", granularity: string, hours: number) {
    const { metrics } = await client().queryResource(ACCOUNT, [metric], {
      granularity,
      timespan: { startTime: new Date(NOW - hours * HOUR), endTime: new Date(NOW) },
      aggregations: [aggregation],
      filter: "ModelDeploymentName eq '*'",
    });
    return metrics[0]?.timeseries.map(({ metadataValues, data }) => [
      metadataValues?.[0]?.value,
      data?.flatMap(({ total, average, maximum }) => total ?? average ?? maximum ?? []),
    ]);
  }

  it("names them in its definitions, and no others", async () => {
    const found = [];
    for await (const { name } of client().listMetricDefinitions(ACCOUNT)) found.push(name);
    for (const names of ["azureOpenAI", "models"] as const) expect(found.includes(NAMES[names].requests)).toBe(present.includes(names));
  });

  it.each(present)("%s: latency is the mean over answered requests, per deployment", async (names) => {
    running().world.minutes = {
      "gpt-eastus2": [
        traffic(NOW - 60_000, { latencyMilliseconds: 1000, answered: 30 }),
        traffic(NOW - 120_000, { latencyMilliseconds: 200 }),
      ],
      "ptu-eastus2": [traffic(NOW - 60_000, { answered: 0, latencyMilliseconds: null })],
    };
    expect(await values(NAMES[names].latency, "Average", "PT1H", 1)).toEqual([["gpt-4o", [800]]]);
  });

  it.each(present)("%s: only provisioned deployments have a utilisation, which may pass 100", async (names) => {
    running().world.minutes = {
      "gpt-eastus2": [traffic(NOW - 60_000, { utilisationPercent: 50 })],
      "ptu-eastus2": [traffic(NOW - 120_000, { utilisationPercent: 90 }), traffic(NOW - 60_000, { utilisationPercent: 130 })],
    };
    expect(await values(NAMES[names].utilisation, "Maximum", "PT1M", 1)).toEqual([["gpt-4o-ptu", [90, 130]]]);
    expect(await values(NAMES[names].utilisation, "Average", "PT1H", 1)).toEqual([["gpt-4o-ptu", [110]]]);
  });

  it.each(present)("%s: hours add up their minutes, days back", async (names) => {
    const day = 24 * HOUR;
    running().world.minutes = {
      "gpt-eastus2": [traffic(NOW - 7 * day), traffic(NOW - 7 * day + 60_000), traffic(NOW - day), traffic(NOW - 60_000)],
    };
    const requests = await values(NAMES[names].requests, "Total", "PT1H", 7 * 24);
    expect(requests).toEqual([["gpt-4o", [20, 10, 10]]]);
  });

  it("refuses names that it does not list", async () => {
    const missing = Object.values(NAMES)
      .map(({ requests }) => requests)
      .filter((name) => !present.some((names) => NAMES[names].requests === name));
    for (const name of missing) await expect(values(name, "Total", "PT1M", 1)).rejects.toMatchObject({ statusCode: 400 });
    expect(missing).toHaveLength(2 - present.length);
  });
});
