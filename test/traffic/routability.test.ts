import { describe, expect, it } from "vitest";
import type { TrafficWorld } from "../../rehearsal/traffic/world.ts";
import { POOL, deploymentId, equalWeights, gatewayId, hubAndSpoke, hubToHub, localFirst, poolsOf, second, testWorld } from "./support.ts";

const SWEDEN = deploymentId("swedencentral");
const REST = ["eastus2", "japaneast"];

function writeAll(
  world: TrafficWorld,
  at: number,
  regions: readonly string[],
  gateways: readonly string[] = ["eastus2", "swedencentral", "japaneast"],
): void {
  for (const { gateway, pool, members } of poolsOf(hubToHub(), localFirst, regions)) {
    if (gateways.some((region) => gatewayId(region) === gateway)) world.poolWritten(second(at), gateway, pool, members);
  }
}

function changes(world: TrafficWorld): readonly (readonly [number, boolean])[] {
  return world.routability.filter((change) => change.deployment === SWEDEN).map(({ at, routable }) => [(at - second(0)) / 1000, routable]);
}

describe("a deployment is routable", () => {
  it("until every gateway's pool is without it and the last instance knows, to the millisecond", () => {
    const world = testWorld({ policy: "breaker" });
    writeAll(world, 30, REST, ["eastus2", "swedencentral"]);
    writeAll(world, 47.5, REST, ["japaneast"]);
    world.advanceTo(second(57.499));
    expect(world.isRoutable(SWEDEN)).toBe(true);
    world.advanceTo(second(57.5));
    expect(world.isRoutable(SWEDEN)).toBe(false);
    expect(changes(world)).toEqual([
      [0, true],
      [57.5, false],
    ]);
  });

  it("again when a write brings it back", () => {
    const world = testWorld();
    writeAll(world, 30, REST);
    writeAll(world, 100, ["eastus2", "swedencentral", "japaneast"]);
    world.advanceTo(second(200));
    expect(changes(world)).toEqual([
      [0, true],
      [40, false],
      [110, true],
    ]);
  });

  it("from a fallback group only where breakers may fall back to it", () => {
    for (const [policy, routable] of [
      ["plain", false],
      ["breaker", true],
      ["breaker-and-retry", true],
    ] as const) {
      const world = testWorld({ policy });
      writeAll(world, 0, REST, ["swedencentral"]);
      world.advanceTo(second(60));
      expect(world.isRoutable(SWEDEN)).toBe(routable);
    }
  });

  it("not by a weight of 0, nor from a lower group than the first that has a usable member", () => {
    const world = testWorld({ estate: hubAndSpoke(), initialPools: poolsOf(hubAndSpoke(), equalWeights) });
    const members = poolsOf(hubAndSpoke(), equalWeights)[0]?.members ?? [];
    const drained = members.map((member) => (member.id.endsWith("swedencentral") ? { ...member, weight: 0 } : member));
    world.poolWritten(second(0), "hub", POOL, drained);
    world.advanceTo(second(60));
    expect(world.isRoutable(SWEDEN)).toBe(false);
  });

  it("not by a gateway that is down", () => {
    const world = testWorld({ policy: "plain" });
    world.startFault(second(10), "f", { kind: "gateway", gateway: gatewayId("swedencentral"), answer: "timeout" });
    world.endFault(second(50), "f");
    expect(changes(world)).toEqual([
      [0, true],
      [10, false],
      [50, true],
    ]);
  });

  it("whatever the breakers say", () => {
    const world = testWorld({ policy: "breaker" });
    world.startFault(second(10), "f", { kind: "deployment", deployment: SWEDEN, answer: 503, share: 1 });
    world.advanceTo(second(100));
    expect(changes(world)).toEqual([[0, true]]);
  });
});
