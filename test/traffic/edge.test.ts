import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import type { TrafficWorld } from "../../rehearsal/traffic/world.ts";
import { EDGE_PROBES } from "../../rehearsal/world.ts";
import {
  START,
  deploymentId,
  gatewayId,
  hubAndSpoke,
  hubToHub,
  lostShare,
  poolsOf,
  second,
  localFirst,
  steadyRequests,
  testWorld,
} from "./support.ts";

const SWEDEN = gatewayId("swedencentral");
const HOME = { eastus2: gatewayId("eastus2"), swedencentral: SWEDEN, japaneast: gatewayId("japaneast") };

/** Gateways that served the clients of a region in a window of seconds. */
function gatewaysOf(world: TrafficWorld, region: string, from: number, to: number): readonly string[] {
  const records = world.requests.filter((r) => r.clientRegion === region && r.arrivedAt >= second(from) && r.arrivedAt < second(to));
  return [...new Set(records.map((record) => record.gateway))].sort();
}

function reachableAt(world: TrafficWorld, gateway: string, seconds: number): boolean | undefined {
  return world.reachability.findLast((change) => change.gateway === gateway && change.at <= second(seconds))?.reachable;
}

describe("edge sites", () => {
  it("send clients to their own region's gateway while it is healthy", () => {
    const world = testWorld({ requests: steadyRequests(60) });
    world.advanceTo(second(70));
    for (const [region, gateway] of Object.entries(HOME)) expect(gatewaysOf(world, region, 0, 60)).toEqual([gateway]);
  });

  it("leave a gateway that is down after three failed samples, for the next region's, and come back after two good ones", () => {
    const world = testWorld({ requests: steadyRequests(600) });
    world.startFault(second(120), "f", { kind: "gateway", gateway: SWEDEN, answer: 503 });
    world.endFault(second(360), "f");
    world.advanceTo(second(700));
    expect(gatewaysOf(world, "swedencentral", 120, 180)).toEqual([SWEDEN]);
    expect(gatewaysOf(world, "swedencentral", 211, 360)).toEqual([gatewayId("japaneast")]);
    expect(gatewaysOf(world, "swedencentral", 421, 600)).toEqual([SWEDEN]);
    expect([119, 179, 211, 389, 421].map((at) => reachableAt(world, SWEDEN, at))).toEqual([true, true, false, false, true]);
    expect(lostShare(world, 211, 600)).toBe(0);
  });

  it("probe each for itself, so that they leave at different instants", () => {
    const world = testWorld({ requests: steadyRequests(400, 20, ["swedencentral"]), constants: { ...scaled(), edgeSitesPerRegion: 4 } });
    world.startFault(second(120), "f", { kind: "gateway", gateway: SWEDEN, answer: 503 });
    world.advanceTo(second(300));
    const mixed = Array.from({ length: 30 }, (_, step) => gatewaysOf(world, "swedencentral", 180 + step, 181 + step)).filter(
      (seen) => seen.length === 2,
    );
    expect(mixed.length).toBeGreaterThan(3);
  });

  it("leave by the probe alone when the health gate is closed: clients get no 503", () => {
    const world = testWorld({ requests: steadyRequests(300) });
    world.gateAnswered(second(60), SWEDEN, false);
    world.advanceTo(second(310));
    expect(gatewaysOf(world, "swedencentral", 151, 300)).toEqual([gatewayId("japaneast")]);
    expect(lostShare(world)).toBe(0);
    expect(world.callGatewayStatus(second(310), SWEDEN).result).toBe(200);
  });

  it("use all origins when none is healthy", () => {
    const world = testWorld({ requests: steadyRequests(300) });
    for (const gateway of Object.values(HOME)) world.gateAnswered(START, gateway, false);
    world.advanceTo(second(310));
    expect(gatewaysOf(world, "eastus2", 100, 300)).toEqual(Object.values(HOME).sort());
    expect(lostShare(world)).toBe(0);
  });

  it("of an estate with one gateway send everybody there, however it answers", () => {
    const estate = hubAndSpoke();
    const world = testWorld({ estate, initialPools: poolsOf(estate, localFirst), requests: steadyRequests(300) });
    world.startFault(second(10), "f", { kind: "gateway", gateway: "hub", answer: "timeout" });
    world.advanceTo(second(400));
    expect(gatewaysOf(world, "japaneast", 0, 300)).toEqual(["hub"]);
    expect(lostShare(world, 11, 300)).toBe(1);
    expect(reachableAt(world, "hub", 300)).toBe(true);
  });

  it("answer themselves when no origin is enabled", () => {
    const world = testWorld({
      requests: steadyRequests(3),
      initialOrigins: Object.values(HOME).map((origin) => ({ edge: "afd", group: "gateways", origin, enabled: false })),
    });
    world.advanceTo(second(10));
    expect(world.requests.map(({ gateway, result }) => [gateway, result])).toEqual(Array(3).fill(["", 503]));
  });
});

describe("an origin's configuration", () => {
  const { originPropagationMinSeconds: least, originPropagationMaxSeconds: most } = scaled();

  it("arrives at each site in its own time, between the least and the most", () => {
    const world = testWorld({ requests: steadyRequests(1600, 2) });
    world.originWritten(second(60), "afd", "gateways", SWEDEN, false);
    world.advanceTo(second(1700));
    const last = world.reachability.find((change) => change.gateway === SWEDEN && !change.reachable)?.at ?? 0;
    expect(gatewaysOf(world, "swedencentral", 0, 60 + least)).toEqual([SWEDEN]);
    expect(last).toBeGreaterThan(second(60 + least));
    expect(last).toBeLessThanOrEqual(second(60 + most));
    expect(gatewaysOf(world, "swedencentral", 60 + most, 1600)).toEqual([gatewayId("japaneast")]);
  });

  it("never lets an earlier write win over a later one", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = testWorld({ seed });
      world.originWritten(second(60), "afd", "gateways", SWEDEN, false);
      world.originWritten(second(61), "afd", "gateways", SWEDEN, true);
      world.advanceTo(second(62 + most));
      expect(world.reachability.findLast((change) => change.gateway === SWEDEN)?.reachable).toBe(true);
    }
  });
});

describe("a deep edge probe", () => {
  it.each(EDGE_PROBES)("%s: what happens when the region's Foundry fails", (edgeProbe) => {
    for (const [answer, leaves] of [
      [503, true],
      ["timeout", true],
      [429, false],
      [401, false],
    ] as const) {
      const world = testWorld({ edgeProbe });
      world.startFault(second(60), "f", { kind: "deployment", deployment: deploymentId("swedencentral"), answer, share: 1 });
      world.advanceTo(second(300));
      expect(reachableAt(world, SWEDEN, 300)).toBe(!(leaves && edgeProbe === "deep"));
    }
  });

  it("asks the Foundry even when the pool no longer has it", () => {
    const world = testWorld({ edgeProbe: "deep", initialPools: poolsOf(hubToHub(), localFirst, ["eastus2", "japaneast"]) });
    world.startFault(second(60), "f", { kind: "deployment", deployment: deploymentId("swedencentral"), answer: 503, share: 1 });
    world.advanceTo(second(300));
    expect(reachableAt(world, SWEDEN, 300)).toBe(false);
  });
});

describe("clients without an edge", () => {
  it("go to the gateway of their region, or the nearest after it in the estate's order", () => {
    const estate = { ...hubToHub(), edges: [], gateways: hubToHub().gateways.filter(({ id }) => id !== gatewayId("swedencentral")) };
    const world = testWorld({ estate, initialPools: poolsOf(estate, localFirst), requests: steadyRequests(30) });
    world.advanceTo(second(60));
    expect(gatewaysOf(world, "eastus2", 0, 30)).toEqual([gatewayId("eastus2")]);
    expect(gatewaysOf(world, "swedencentral", 0, 30)).toEqual([gatewayId("japaneast")]);
  });
});
