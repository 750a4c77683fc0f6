import { z } from "zod";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PREFIX } from "./estate.ts";
import { raw, rehearsed, tokenFor } from "./start.ts";

const running = rehearsed({ metricsDelaySeconds: 0 });
const NOW = Date.parse("2026-01-05T00:10:00Z");
const METRICS = `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-eastus2/providers/Microsoft.Insights/metrics?api-version=2024-02-01`;
const Series = z.object({
  value: z.array(
    z.object({ timeseries: z.array(z.object({ data: z.array(z.object({ timeStamp: z.string(), total: z.number().optional() })) })) }),
  ),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  const counts = { tokens: 1, answered: 7, serverErrors: 0, throttled: 0, latencyMilliseconds: null, utilisationPercent: null };
  running().world.minutes = { "gpt-eastus2": [{ at: "2026-01-05T00:05:00.000Z", ...counts }] };
});

afterEach(() => {
  running().azure.faults.clockSkewSeconds = 0;
  vi.useRealTimers();
});

describe.each([
  [300, "00:10:00"],
  [-120, "00:03:00"],
  [90, "00:06:00"],
])("Azure's clock %i s ahead of the app's", (clockSkewSeconds, told) => {
  it(`tells of the minute 00:05 as ${told}`, async () => {
    running().azure.faults.clockSkewSeconds = clockSkewSeconds;
    const { body } = await raw(running(), `${METRICS}&timespan=2026-01-05T00:00:00Z/2026-01-05T00:20:00Z`);
    const points = Series.parse(body).value[0]?.timeseries[0]?.data.filter(({ total }) => total !== undefined);
    expect(points).toEqual([{ timeStamp: `2026-01-05T${told}Z`, total: 7 }]);
  });

  it("stands in the Date header and in a token's end, and no token ends sooner for it", async () => {
    running().azure.faults.clockSkewSeconds = clockSkewSeconds;
    const reply = await raw(running(), METRICS);
    expect(reply.status).toBe(200);
    expect(Date.parse(reply.headers.get("date") ?? "")).toBe(NOW + clockSkewSeconds * 1000);
    const { identityEndpoint, identityHeader } = running().azure;
    const answer = await fetch(`${identityEndpoint}?resource=https://management.azure.com&api-version=2019-08-01`, {
      headers: { "x-identity-header": identityHeader },
    });
    const { expires_on: end } = z.object({ expires_on: z.string() }).parse(await answer.json());
    expect(Number(end)).toBe(NOW / 1000 + running().constants.tokenLifetimeSeconds + clockSkewSeconds);
    expect(await tokenFor(running().azure)).not.toBe("");
  });
});
