import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { GATEWAY_POLICIES } from "../../rehearsal/world.ts";
import {
  POOL,
  START,
  deploymentId,
  equalWeights,
  gatewayId,
  hubAndSpoke,
  hubToHub,
  localFirst,
  lostShare,
  memberId,
  poolsOf,
  second,
  steadyRequests,
  synthetic,
  testWorld,
} from "./support.ts";

const DOWN = { kind: "deployment", deployment: deploymentId("swedencentral"), answer: 503, share: 1 } as const;

describe("a region's Foundry down, with nobody acting", () => {
  const requests = synthetic(20);

  function lostWith(policy: (typeof GATEWAY_POLICIES)[number], estate = hubToHub(), members = localFirst): number {
    const world = testWorld({ estate, initialPools: poolsOf(estate, members), requests, policy });
    world.startFault(second(300), "f", DOWN);
    world.advanceTo(second(1300));
    expect(lostShare(world, 0, 300)).toBe(0);
    return lostShare(world, 300, 1200);
  }

  it.each([
    ["hub to hub", hubToHub(), localFirst],
    ["hub and spoke", hubAndSpoke(), equalWeights],
  ])("%s: plain gateways lose a third, breakers a few percent, breaker and retry below one percent", (_, estate, members) => {
    expect(Math.abs(lostWith("plain", estate, members) - 1 / 3)).toBeLessThan(0.02);
    expect(lostWith("breaker", estate, members)).toBeGreaterThan(0.005);
    expect(lostWith("breaker", estate, members)).toBeLessThan(0.06);
    expect(lostWith("breaker-and-retry", estate, members)).toBeLessThan(0.01);
  });

  it("stops losing once the member is out of every pool and the propagation has passed", () => {
    const world = testWorld({ requests });
    world.startFault(second(300), "f", DOWN);
    for (const { gateway, pool, members } of poolsOf(hubToHub(), localFirst, ["eastus2", "japaneast"])) {
      world.poolWritten(second(360), gateway, pool, members);
    }
    world.advanceTo(second(1300));
    expect(lostShare(world, 300, 370)).toBeGreaterThan(0.2);
    expect(lostShare(world, 371, 1200)).toBe(0);
  });

  it("a partial fault meets that share of the requests", () => {
    const world = testWorld({ estate: hubAndSpoke(), initialPools: poolsOf(hubAndSpoke(), equalWeights, ["swedencentral"]), requests });
    world.startFault(START, "f", { ...DOWN, share: 0.2 });
    world.advanceTo(second(1300));
    expect(lostShare(world)).toBeCloseTo(0.2, 1);
  });

  it("a fault that has ended leaves no trace after the breakers' trips", () => {
    const world = testWorld({ requests, policy: "breaker" });
    world.startFault(second(300), "f", DOWN);
    world.endFault(second(600), "f");
    world.advanceTo(second(1300));
    expect(lostShare(world, 600, 1200)).toBe(0);
  });
});

describe("the same requests with the same luck", () => {
  const requests = synthetic(5);

  it("give the same records, byte for byte", () => {
    const run = () => {
      const world = testWorld({ requests, policy: "breaker-and-retry" });
      world.startFault(second(60), "f", { ...DOWN, share: 0.5 });
      world.advanceTo(second(400));
      return JSON.stringify(world.requests);
    };
    expect(run()).toBe(run());
  });

  it("meet the same first try whatever the policy, and however the time is cut", () => {
    const estate = hubAndSpoke();
    const firstTries = GATEWAY_POLICIES.map((policy, cut) => {
      const world = testWorld({ estate, initialPools: poolsOf(estate, equalWeights), requests, policy });
      for (let step = 0; step <= 400; step += 1 + cut) world.advanceTo(second(step));
      return world.requests.toSorted((a, b) => a.id - b.id).map((record) => `${record.tried[0]} ${record.endedAt}`);
    });
    expect(firstTries[1]).toEqual(firstTries[0]);
    expect(firstTries[2]).toEqual(firstTries[0]);
  });

  it("end exactly once each", () => {
    const world = testWorld({ requests, policy: "breaker-and-retry" });
    world.startFault(second(60), "f", { ...DOWN, answer: "timeout" });
    world.advanceTo(second(400));
    expect(world.requests.map((record) => record.id).sort((a, b) => a - b)).toEqual(requests.map((request) => request.id));
    expect(world.requests.every((record) => record.endedAt > record.arrivedAt)).toBe(true);
  });
});

describe("tries of one request", () => {
  const estate = hubAndSpoke();

  function recordsWith(answer: 503 | 429 | 400 | "timeout" | "reset", policy: (typeof GATEWAY_POLICIES)[number]) {
    const world = testWorld({
      estate,
      initialPools: poolsOf(estate, equalWeights, ["swedencentral"]),
      requests: steadyRequests(1),
      policy,
    });
    world.startFault(START - 1000, "f", { ...DOWN, answer });
    world.advanceTo(second(120));
    return world.requests[0];
  }

  it.each([503, 429, "reset", "timeout"] as const)("%s is tried again up to two more times", (answer) => {
    // The forward timeout of 25 s leaves room for a third try at 50 s, which Front Door's 60 s then cut.
    expect(recordsWith(answer, "breaker-and-retry")).toMatchObject({ result: answer, tried: Array(3).fill(DOWN.deployment) });
    expect(recordsWith(answer, "breaker")?.tried).toHaveLength(1);
  });

  it("a refusal that is the client's fault is not tried again", () => {
    expect(recordsWith(400, "breaker-and-retry")).toMatchObject({ result: 400, tried: [DOWN.deployment] });
  });

  it("an answer that never comes ends by the gateway's timeout, or by Front Door's at the latest", () => {
    const seconds = (record: ReturnType<typeof recordsWith>) => Math.round(((record?.endedAt ?? 0) - (record?.arrivedAt ?? 0)) / 1000);
    expect(seconds(recordsWith("timeout", "plain"))).toBe(25);
    expect(seconds(recordsWith("timeout", "breaker-and-retry"))).toBe(60);
  });

  it("the gateway answers 503 itself when every member's breaker has tripped", () => {
    const world = testWorld({
      estate,
      initialPools: poolsOf(estate, equalWeights, ["swedencentral"]),
      requests: steadyRequests(20),
      policy: "breaker",
    });
    world.startFault(START - 1000, "f", { ...DOWN, answer: 500 });
    world.advanceTo(second(60));
    const results = world.requests.map(({ result, tried }) => `${result}/${tried.length}`);
    expect(results.filter((entry) => entry === "500/1")).toHaveLength(6);
    expect(results.filter((entry) => entry === "503/0")).toHaveLength(14);
  });

  it("a backend that the estate does not know answers 500", () => {
    const world = testWorld({
      estate,
      initialPools: [{ gateway: "hub", pool: POOL, members: [{ id: "/backends/foreign" }] }],
      requests: steadyRequests(1),
    });
    world.advanceTo(second(10));
    expect(world.requests).toMatchObject([{ result: 500, tried: [] }]);
  });
});

describe("quota", () => {
  it("a deployment over its limit answers 429 to clients, and moving a region's load onto the others shows it", () => {
    const estate = hubToHub(200_000);
    const world = testWorld({ estate, requests: synthetic(10, 1, 3) });
    world.advanceTo(second(300));
    const before = lostShare(world, 0, 290);
    for (const { gateway, pool, members } of poolsOf(estate, localFirst, ["eastus2"]))
      world.poolWritten(second(300), gateway, pool, members);
    world.advanceTo(second(700));
    expect(before).toBeLessThan(0.1);
    expect(lostShare(world, 320, 600)).toBeGreaterThan(0.3);
    expect(new Set(world.requests.map((record) => record.result))).toEqual(new Set([200, 429]));
  });

  it("is the estate's, else the drill's, else the assumed one", () => {
    const limit = (world: ReturnType<typeof testWorld>) => world.callDeployment(START, deploymentId("eastus2"), 1, 1).limitTokens;
    expect(limit(testWorld({ estate: hubToHub(50_000), defaultTokensPerMinute: 70_000 }))).toBe(50_000);
    expect(limit(testWorld({ estate: hubToHub(null), defaultTokensPerMinute: 70_000 }))).toBe(70_000);
    expect(limit(testWorld({ estate: hubToHub(null) }))).toBe(scaled().assumedTokensPerMinute);
  });

  it("probes take tokens too, and see what is left", () => {
    const world = testWorld({ estate: hubToHub(10_000) });
    const answer = world.callDeployment(second(1), deploymentId("eastus2"), 10, 5);
    expect(answer).toMatchObject({ result: 200, remainingTokens: 9985, limitTokens: 10_000 });
    world.startFault(second(2), "cut", { kind: "tokensPerMinute", deployment: deploymentId("eastus2"), factor: 0 });
    expect(world.callDeployment(second(3), deploymentId("eastus2"), 10, 5)).toMatchObject({ result: 429, retryAfterSeconds: 57 });
  });
});

describe("what Azure Monitor would know", () => {
  it("counts answers, refusals and real tokens per minute; a minute without calls has no data point, nor has a timeout", () => {
    const world = testWorld();
    const deployment = deploymentId("eastus2");
    world.callDeployment(second(10), deployment, 100, 5);
    world.startFault(second(70), "down", { kind: "deployment", deployment, answer: 500, share: 1 });
    world.callDeployment(second(80), deployment, 100, 5);
    world.endFault(second(81), "down");
    world.startFault(second(130), "hang", { kind: "deployment", deployment, answer: "timeout", share: 1 });
    world.callDeployment(second(140), deployment, 100, 5);
    const none = { tokens: null, answered: null, serverErrors: null, throttled: null, latencyMilliseconds: null, utilisationPercent: null };
    expect(world.trafficMinutes(deployment, START, second(180))).toMatchObject([
      { at: "2026-01-05T12:00:00.000Z", tokens: 105, answered: 1, serverErrors: 0, throttled: 0 },
      { at: "2026-01-05T12:01:00.000Z", tokens: 0, answered: 0, serverErrors: 1, throttled: 0, latencyMilliseconds: null },
      { at: "2026-01-05T12:02:00.000Z", ...none },
    ]);
    expect(world.trafficMinutes(deployment, second(60), second(60))).toEqual([]);
  });
});

describe("a change at an instant", () => {
  it("sees the requests that arrived up to then, and those alone", () => {
    const world = testWorld({ requests: steadyRequests(10) });
    world.startFault(second(4), "f", { kind: "gateway", gateway: gatewayId("eastus2"), answer: 502 });
    world.advanceTo(second(20));
    const lost = world.requests.filter(({ result }) => result !== 200).map(({ id }) => id);
    expect(lost).toEqual([6, 9]);
  });

  it("that configuration arrives is in force for a request of that very instant", () => {
    const estate = hubAndSpoke();
    const world = testWorld({ estate, initialPools: poolsOf(estate, equalWeights, ["eastus2"]), requests: steadyRequests(20) });
    for (const { gateway, pool, members } of poolsOf(estate, equalWeights, ["japaneast"]))
      world.poolWritten(START - 1, gateway, pool, members);
    for (const { gateway, pool, members } of poolsOf(estate, equalWeights, ["swedencentral"]))
      world.poolWritten(START, gateway, pool, members);
    world.advanceTo(second(30));
    const changed = world.requests.find(({ tried }) => tried[0] === deploymentId("swedencentral"));
    expect(changed?.arrivedAt).toBe(second(10));
  });

  it("names what the estate does not have", () => {
    const world = testWorld();
    expect(() => world.callDeployment(START, "mars", 1, 1)).toThrow('The estate has no deployment "mars".');
    expect(() => world.startFault(START, "f", { kind: "gateway", gateway: "mars", answer: 500 })).toThrow(
      'The estate has no gateway "mars".',
    );
    expect(() => world.poolWritten(START, gatewayId("eastus2"), "mars", [{ id: memberId("x", "eastus2") }])).toThrow(
      'The estate has no pool "mars"',
    );
  });

  it("refuses requests that are out of order", () => {
    const world = testWorld({ requests: steadyRequests(3).toReversed() });
    expect(() => world.advanceTo(second(10))).toThrow("Requests must be in order of arrival");
  });
});
