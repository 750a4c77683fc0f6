import { describe, expect, it } from "vitest";
import { syntheticRequests } from "../../rehearsal/traffic/synthetic.ts";
import { createClientRegions } from "../../rehearsal/traffic/clients.ts";
import { REGIONS, START, deploymentId, equalWeights, hubAndSpoke, poolsOf, second, testWorld } from "./support.ts";

const DAY = 24 * 3600;
/** Quiet by night, four times as much from nine to five. */
const OFFICE = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 2 : 0.5));
const HISTORY = { hours: OFFICE, requestsPerSecond: 6, clientRegions: REGIONS, clients: undefined };
const EAST = deploymentId("eastus2");

function minuteAt(world: ReturnType<typeof testWorld>, seconds: number, deployment = EAST) {
  return world.trafficMinutes(deployment, second(seconds), second(seconds + 60))[0];
}

describe("the days before the drill", () => {
  it("are not known unless they are given", () => {
    expect(minuteAt(testWorld(), -3600)).toMatchObject({ tokens: null, answered: null, latencyMilliseconds: null });
  });

  it("follow the hour of the day, UTC, the same on every day", () => {
    const world = testWorld({ history: HISTORY });
    const tokensAt = (seconds: number) => minuteAt(world, seconds)?.tokens ?? 0;
    // The tests' drill begins at noon.
    expect(tokensAt(-60) / tokensAt(-4 * 3600)).toBeCloseTo(4, 3);
    expect(tokensAt(-60)).toBe(tokensAt(-60 - 6 * DAY));
    expect(minuteAt(world, -60)).toMatchObject({ answered: 240, serverErrors: 0, throttled: 0, utilisationPercent: null });
  });

  it("are as the drill itself goes with the same profile, in requests and tokens", () => {
    const clientRegion = createClientRegions(REGIONS, undefined, 1);
    const traffic = { startAt: START, durationSeconds: 3600, requestsPerSecond: 6, seed: 1, clientRegion, profile: OFFICE };
    const world = testWorld({ history: HISTORY, requests: syntheticRequests(traffic) });
    world.advanceTo(second(3700));
    const sum = (from: number, to: number) =>
      world.trafficMinutes(EAST, second(from), second(to)).reduce((total, { tokens }) => total + (tokens ?? 0), 0);
    expect(Math.abs(sum(0, 3600) / sum(-3600, 0) - 1)).toBeLessThan(0.05);
    const latencies = [minuteAt(world, -60), minuteAt(world, 600)].map((minute) => minute?.latencyMilliseconds ?? 0);
    expect(Math.abs((latencies[0] ?? 0) / (latencies[1] ?? 1) - 1)).toBeLessThan(0.1);
  });

  it.each([
    ["hub to hub, equal clients", {}, [1 / 3, 1 / 3, 1 / 3]],
    ["hub to hub, all clients in one region", { history: { ...HISTORY, clients: { japaneast: 1 } } }, [0, 0, 1]],
    [
      "hub and spoke, by weight",
      { estate: hubAndSpoke(), initialPools: poolsOf(hubAndSpoke(), equalWeights, ["eastus2", "japaneast"]) },
      [1 / 2, 0, 1 / 2],
    ],
  ] as const)("spread over the deployments as routing is at the start: %s", (_, options, shares) => {
    const world = testWorld({ history: HISTORY, ...options });
    const answered = REGIONS.map((region) => minuteAt(world, -60, deploymentId(region))?.answered ?? 0);
    expect(answered).toEqual(shares.map((share) => Math.round(720 * share)));
  });

  it("end where the drill begins", () => {
    const world = testWorld({ history: HISTORY });
    expect(world.trafficMinutes(EAST, second(-60), second(60)).map(({ tokens }) => tokens !== null)).toEqual([true, false]);
  });
});

describe("a day's profile", () => {
  const clientRegion = () => "eastus2";
  const perHour = (profile: readonly number[] | undefined, hours: number, requestsPerSecond = 1) => {
    const startAt = Date.UTC(2026, 0, 5);
    const counts = new Array<number>(hours).fill(0);
    for (const { arrivesAt } of syntheticRequests({
      startAt,
      durationSeconds: hours * 3600,
      requestsPerSecond,
      seed: 1,
      clientRegion,
      profile,
    })) {
      counts[Math.floor((arrivesAt - startAt) / 3_600_000)]!++;
    }
    return counts;
  };

  it("multiplies the rate hour by hour, and none leaves it as it is", () => {
    const counts = perHour(OFFICE, 12);
    expect(Math.abs((counts[3] ?? 0) / 1800 - 1)).toBeLessThan(0.15);
    expect(Math.abs((counts[10] ?? 0) / 7200 - 1)).toBeLessThan(0.15);
    expect(perHour(new Array<number>(24).fill(1), 2)).toEqual(perHour(undefined, 2));
  });

  it("may be silent for hours and goes on at the full hour", () => {
    const nights = Array.from({ length: 24 }, (_, hour) => (hour < 3 ? 0 : 1));
    expect(perHour(nights, 4).map((count) => count > 0)).toEqual([false, false, false, true]);
    expect(perHour(nights, 2)).toEqual([0, 0]);
  });

  it.each([[[1, 2]], [new Array<number>(24).fill(0)], [Array.from({ length: 24 }, (_, hour) => (hour === 5 ? -1 : 1))]])(
    "%j is refused",
    (profile) => {
      expect(() => perHour(profile, 1)).toThrow("profile: 24 factors");
    },
  );
});
