import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { START, deploymentId, gatewayId, second, testWorld } from "./support.ts";

const EAST = gatewayId("eastus2");
const JAPAN = deploymentId("japaneast");
const constants = scaled();

function witness(world: ReturnType<typeof testWorld>, at = second(1), gateway = EAST) {
  return world.callThroughGateway(at, gateway, JAPAN, 8, 1);
}

describe("a witness", () => {
  it("gets the deployment's answer, and the way between the regions on top", () => {
    const local = witness(testWorld(), second(1), gatewayId("japaneast"));
    const remote = witness(testWorld(), second(1), EAST);
    expect(local.result).toBe(200);
    expect(local.latencyMilliseconds).toBeGreaterThan(constants.gatewayDeploymentLocalMilliseconds + constants.firstTokenMilliseconds / 2);
    // Their luck differs by the spread of a completion's latency.
    const spread = 2 * constants.latencySpread * (constants.firstTokenMilliseconds + 20);
    const way = constants.gatewayDeploymentRemoteMilliseconds - constants.gatewayDeploymentLocalMilliseconds;
    expect(Math.abs(remote.latencyMilliseconds - local.latencyMilliseconds - way)).toBeLessThan(spread);
  });

  it.each([503, 429, 404, "reset", "dns", "tls", "empty"] as const)("hears %s from a deployment that fails so", (answer) => {
    const world = testWorld();
    world.startFault(START, "f", { kind: "deployment", deployment: JAPAN, answer, share: 1 });
    const given = witness(world);
    expect(given.result).toBe(answer);
    expect(given.byGateway).toBeUndefined();
  });

  it.each([
    ["never answers", { kind: "deployment", deployment: JAPAN, answer: "timeout", share: 1 }],
    ["answers too late", { kind: "latency", deployment: JAPAN, addMilliseconds: constants.witnessTimeoutSeconds * 1000, share: 1 }],
  ] as const)("gives up on a deployment that %s", (_, fault) => {
    const world = testWorld();
    world.startFault(START, "f", fault);
    expect(witness(world)).toEqual({ result: "timeout", latencyMilliseconds: constants.witnessTimeoutSeconds * 1000 });
    expect(world.trafficMinutes(JAPAN, START, second(60))[0]?.answered).toBeNull();
  });

  it.each([502, "timeout", "reset", "tls"] as const)("is told the gateway's own %s as such, and the deployment is not asked", (answer) => {
    const world = testWorld();
    world.startFault(START, "f", { kind: "gateway", gateway: EAST, answer });
    expect(witness(world)).toMatchObject({ result: answer, byGateway: true });
    expect(world.trafficMinutes(JAPAN, START, second(60))[0]?.answered).toBeNull();
  });

  it("asks whatever the gateway's pools and breakers say", () => {
    const world = testWorld({ initialPools: [], policy: "breaker" });
    expect(witness(world).result).toBe(200);
  });

  it("meets a partial fault by its own luck, not the prober's", () => {
    const world = testWorld();
    world.startFault(START, "f", { kind: "deployment", deployment: JAPAN, answer: 500, share: 0.5 });
    const pairs = Array.from({ length: 200 }, (_, index) => {
      const at = second(1 + index);
      return [
        world.callDeployment(at, JAPAN, 8, 1).result,
        witness(world, at).result,
        witness(world, at, gatewayId("swedencentral")).result,
      ];
    });
    const agree = (a: number, b: number) => pairs.filter((pair) => pair[a] === pair[b]).length / pairs.length;
    for (const share of [agree(0, 1), agree(0, 2), agree(1, 2)]) expect(Math.abs(share - 0.5)).toBeLessThan(0.12);
  });

  it("names what the estate does not have", () => {
    expect(() => witness(testWorld(), START, "mars")).toThrow('The estate has no gateway "mars".');
    expect(() => testWorld().callThroughGateway(START, EAST, "mars", 8, 1)).toThrow('The estate has no deployment "mars".');
  });
});
