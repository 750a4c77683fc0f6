import { describe, expect, it } from "vitest";
import { GATEWAY_POLICIES, type FaultAnswer, type GatewayPolicy } from "../../rehearsal/world.ts";
import {
  START,
  deploymentId,
  equalWeights,
  gatewayId,
  hubAndSpoke,
  hubToHub,
  lostShare,
  poolsOf,
  second,
  steadyRequests,
  testWorld,
} from "./support.ts";

const SWEDEN = deploymentId("swedencentral");

describe("how a deployment's answer looks to a client", () => {
  const estate = hubAndSpoke();

  function firstOf(answer: FaultAnswer, policy: GatewayPolicy) {
    const initialPools = poolsOf(estate, equalWeights, ["swedencentral"]);
    const world = testWorld({ estate, initialPools, requests: steadyRequests(1), policy });
    world.startFault(START - 1000, "f", { kind: "deployment", deployment: SWEDEN, answer, share: 1 });
    world.advanceTo(second(120));
    return world.requests[0];
  }

  it.each(["dns", "tls"] as const)("%s: as a broken connection, tried again like one, without tokens", (answer) => {
    expect(firstOf(answer, "breaker-and-retry")).toMatchObject({ result: answer, tried: Array(3).fill(SWEDEN), tokens: 0 });
  });

  it.each(GATEWAY_POLICIES)("empty: passed on by a %s gateway as it is, without another try and without tokens", (policy) => {
    expect(firstOf("empty", policy)).toMatchObject({ result: "empty", tried: [SWEDEN], tokens: 0 });
  });
});

describe("empty answers", () => {
  const fault = { kind: "deployment", deployment: SWEDEN, answer: "empty", share: 1 } as const;

  it("trip no breaker and move no edge: a third of the clients is lost as long as the fault lasts", () => {
    const world = testWorld({ requests: steadyRequests(600), policy: "breaker-and-retry", edgeProbe: "deep" });
    world.startFault(START - 1, "f", fault);
    world.advanceTo(second(700));
    expect(lostShare(world, 300, 600)).toBeCloseTo(1 / 3, 2);
  });

  it("are successes without tokens to Azure Monitor", () => {
    const world = testWorld();
    world.startFault(START - 1, "f", fault);
    expect(world.callDeployment(second(1), SWEDEN, 10, 5).result).toBe("empty");
    const [minute] = world.trafficMinutes(SWEDEN, START, second(60));
    expect(minute).toMatchObject({ tokens: 0, answered: 1, serverErrors: 0, throttled: 0, latencyMilliseconds: 30 });
  });
});

describe("a fault of a region's clients", () => {
  const fault = { kind: "clients", region: "swedencentral", answer: 500, share: 1 } as const;

  it.each(GATEWAY_POLICIES)("fails their requests wherever they are served, and those alone: %s", (policy) => {
    // As if evacuated: another region serves Sweden's clients. Breakers may trip over them: then the gateway refuses them itself.
    const requests = steadyRequests(8);
    const world = testWorld({ initialPools: poolsOf(hubToHub(), equalWeights, ["japaneast"]), requests, policy });
    world.startFault(START - 1, "f", fault);
    world.advanceTo(second(60));
    const failed = world.requests.filter(({ result }) => result !== 200);
    expect(failed.map(({ clientRegion }) => clientRegion)).toEqual(failed.map(() => "swedencentral"));
    expect(failed).toHaveLength(requests.filter(({ clientRegion }) => clientRegion === "swedencentral").length);
  });

  it("leaves probes alone, and counts where it is served", () => {
    const requests = steadyRequests(60, 1, ["swedencentral"]);
    const world = testWorld({ initialPools: poolsOf(hubToHub(), equalWeights, ["japaneast"]), requests });
    world.startFault(START, "f", { ...fault, share: 0.5 });
    world.advanceTo(second(90));
    expect(world.callDeployment(second(90), deploymentId("japaneast"), 10, 5).result).toBe(200);
    expect(world.callDeployment(second(90), SWEDEN, 10, 5).result).toBe(200);
    const [minute] = world.trafficMinutes(deploymentId("japaneast"), START, second(60));
    const failed = world.requests.filter(({ result }) => result === 500).length;
    expect(failed / 60).toBeGreaterThan(0.3);
    expect(failed / 60).toBeLessThan(0.7);
    expect(minute).toMatchObject({ serverErrors: failed, answered: 60 - failed });
  });

  it("does not become luckier by another try", () => {
    const world = testWorld({ requests: steadyRequests(1, 1, ["swedencentral"]), policy: "breaker-and-retry" });
    world.startFault(START - 1, "f", fault);
    world.advanceTo(second(10));
    expect(world.requests).toMatchObject([{ result: 500, tried: [SWEDEN, SWEDEN, SWEDEN] }]);
  });

  it("of a region that the estate does not have is refused", () => {
    expect(() => testWorld().startFault(START, "f", { ...fault, region: "mars" })).toThrow('The estate has no region "mars".');
  });
});

describe("what connections meet", () => {
  it.each([
    [{ kind: "deployment", deployment: SWEDEN, answer: "dns", share: 1 }, SWEDEN, "dns"],
    [{ kind: "deployment", deployment: SWEDEN, answer: "tls", share: 1 }, SWEDEN, "tls"],
    [{ kind: "deployment", deployment: SWEDEN, answer: "tls", share: 0.5 }, SWEDEN, undefined],
    [{ kind: "deployment", deployment: SWEDEN, answer: "reset", share: 1 }, SWEDEN, undefined],
    [{ kind: "deployment", deployment: SWEDEN, answer: "dns", share: 1 }, deploymentId("japaneast"), undefined],
    [{ kind: "clients", region: "swedencentral", answer: "dns", share: 1 }, SWEDEN, undefined],
    [{ kind: "gateway", gateway: gatewayId("eastus2"), answer: "tls" }, gatewayId("eastus2"), "tls"],
  ] as const)("with %j, %s: %s, until it ends", (fault, target, met) => {
    const world = testWorld();
    world.startFault(START - 1, "f", fault);
    expect(world.connectionFault(target)).toBe(met);
    world.endFault(second(1), "f");
    expect(world.connectionFault(target)).toBeUndefined();
  });

  it("a gateway whose name is gone loses its clients until Front Door's probes leave it", () => {
    const world = testWorld({ requests: steadyRequests(300) });
    world.startFault(START, "f", { kind: "gateway", gateway: gatewayId("eastus2"), answer: "dns" });
    world.advanceTo(second(400));
    expect(new Set(world.requests.map(({ result }) => result))).toEqual(new Set(["dns", 200]));
    expect(lostShare(world, 150, 300)).toBe(0);
  });
});
