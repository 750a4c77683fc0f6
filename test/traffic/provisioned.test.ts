import { describe, expect, it } from "vitest";
import type { Estate } from "../../src/domain/estate.ts";
import { START, deploymentId, hubToHub, second, steadyRequests, testWorld } from "./support.ts";

const EAST = deploymentId("eastus2");

/** Each region's clients ask for 20 requests of 1600 estimated tokens a minute: 32,000. */
function provisioned(tokensPerMinute: number) {
  const estate: Estate = hubToHub(tokensPerMinute);
  const deployments = estate.deployments.map((deployment) => ({ ...deployment, deploymentType: "ProvisionedManaged" as const }));
  return testWorld({ estate: { ...estate, deployments }, requests: steadyRequests(180) });
}

function utilisation(world: ReturnType<typeof testWorld>): readonly (number | null)[] {
  world.advanceTo(second(200));
  return world.trafficMinutes(EAST, START, second(180)).map(({ utilisationPercent }) => utilisationPercent);
}

describe("a provisioned deployment", () => {
  it("reports the used part of its limit, minute by minute", () => {
    expect(utilisation(provisioned(64_000))).toEqual([50, 50, 50]);
  });

  it("refuses once it is full, and says 100 % or more then", () => {
    const world = provisioned(16_000);
    for (const percent of utilisation(world)) expect(percent).toBeGreaterThanOrEqual(100);
    const refused = world.requests.filter(({ result }) => result === 429).length / world.requests.length;
    // 2667 tokens a window admit two requests of the three or four that come.
    expect(refused).toBeCloseTo(0.4, 1);
  });

  it("its 429 says when to come again, and no answer says how much is left", () => {
    const estate = hubToHub(600);
    const deployments = estate.deployments.map((deployment) => ({ ...deployment, deploymentType: "ProvisionedManaged" as const }));
    const world = testWorld({ estate: { ...estate, deployments } });
    const first = world.callDeployment(second(3), EAST, 100, 5);
    expect(first).toMatchObject({ result: 200 });
    const second_ = world.callDeployment(second(4), EAST, 100, 5);
    expect(second_).toMatchObject({ result: 429, retryAfterSeconds: 6 });
    for (const answer of [first, second_]) {
      expect(answer.remainingTokens).toBeUndefined();
      expect(answer.limitTokens).toBeUndefined();
    }
  });

  it("of which nothing is left counts as full", () => {
    const world = provisioned(64_000);
    world.startFault(START - 1, "cut", { kind: "tokensPerMinute", deployment: EAST, factor: 0 });
    expect(utilisation(world)).toEqual([100, 100, 100]);
  });

  it("half of which is gone is used twice as much", () => {
    const world = provisioned(128_000);
    world.startFault(START - 1, "cut", { kind: "tokensPerMinute", deployment: EAST, factor: 0.5 });
    expect(utilisation(world)).toEqual([50, 50, 50]);
  });
});

it("any other deployment has no utilisation", () => {
  expect(utilisation(testWorld({ requests: steadyRequests(180) }))).toEqual([null, null, null]);
});

describe("time to respond", () => {
  it("is the mean of the answered ones, of which a slow part shows", () => {
    const mean = (addMilliseconds: number) => {
      const world = testWorld({ requests: steadyRequests(60) });
      if (addMilliseconds > 0) world.startFault(START - 1, "slow", { kind: "latency", deployment: EAST, addMilliseconds, share: 1 });
      world.advanceTo(second(90));
      return world.trafficMinutes(EAST, START, second(60))[0]?.latencyMilliseconds ?? 0;
    };
    expect(mean(0)).toBeGreaterThan(350);
    expect(mean(0)).toBeLessThan(550);
    expect(mean(5000) - mean(0)).toBe(5000);
  });

  it("knows nothing of answers for which nobody waited", () => {
    const world = testWorld({ requests: steadyRequests(60) });
    world.startFault(START - 1, "slow", { kind: "latency", deployment: EAST, addMilliseconds: 25_000, share: 1 });
    world.advanceTo(second(90));
    world.callDeployment(second(90), EAST, 8, 1);
    expect(world.trafficMinutes(EAST, START, second(120)).map(({ answered }) => answered)).toEqual([null, null]);
  });
});
