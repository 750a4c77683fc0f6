import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { measure } from "../../rehearsal/drill/measures.ts";
import type { DrillLog } from "../../rehearsal/drill/drill-log.ts";
import { REGIONS, deploymentId, gatewayId, originsOf, hubToHub, poolsOf, localFirst, synthetic, testWorld } from "../traffic/support.ts";
import { emptyLog, foundryDown, gatewayDown, originWrite, poolWritesTo, request, second, traffic } from "./measures-support.ts";

const REST = ["eastus2", "japaneast"];

function measured(changes: Partial<DrillLog>) {
  return measure(emptyLog(changes), { constants: scaled(), impairedAt: 0.1 });
}

function run(at: number, changes: Partial<DrillLog["runs"][number]> = {}): DrillLog["runs"][number] {
  return { id: "run", at: second(at), region: "swedencentral", runbook: "evacuate", scope: null, automatic: true, ...changes };
}

describe("time to detect", () => {
  it.each([
    ["the first run for the region", [run(640), run(625)], 25],
    ["not another region's", [run(625, { region: "eastus2" })], null],
    ["not a restore", [run(625, { runbook: "restore" })], null],
    ["not a run from before", [run(599)], null],
    ["not a run after the fault", [run(1800)], null],
  ])("is %s", (_, runs, expected) => {
    expect(measured({ faults: [foundryDown(600, 1800)], runs }).worst.timeToDetectSeconds).toBe(expected);
  });
});

describe("time until an evacuation is effective", () => {
  function routability(...changes: readonly (readonly [number, boolean])[]): DrillLog["routability"] {
    return changes.map(([at, routable]) => ({ at: second(at), deployment: deploymentId("swedencentral"), routable }));
  }

  it.each([
    ["the instant of the last configuration", routability([0, true], [632.5, false]), 32.5],
    ["0 when nothing routed there before", routability([0, true], [500, false]), 0],
    ["null when something always does", routability([0, true]), null],
    ["null when it came after the fault", routability([0, true], [1800, false]), null],
    ["the first of several", routability([0, true], [640, false], [700, true], [720, false]), 40],
  ])("is %s", (_, changes, expected) => {
    expect(measured({ faults: [foundryDown(600, 1800)], routability: changes }).worst.timeToEvacuationEffectiveSeconds).toBe(expected);
  });

  it("waits for all deployments of the region at once", () => {
    const fault = foundryDown(600, 1800);
    const effects = [...fault.effects, { ...fault.effects[0]!, deployment: "second" }] as typeof fault.effects;
    const other = [{ at: second(650), deployment: "second", routable: false }];
    const result = measured({ faults: [{ ...fault, effects }], routability: [...routability([0, true], [620, false]), ...other] });
    expect(result.worst.timeToEvacuationEffectiveSeconds).toBe(50);
  });

  it("of a gateway is when the last edge site has left it", () => {
    const reachability = [{ at: second(690), gateway: gatewayId("swedencentral"), reachable: false }];
    expect(measured({ faults: [gatewayDown(600, 1800)], reachability }).worst.timeToEvacuationEffectiveSeconds).toBe(90);
  });
});

describe("the floor", () => {
  it.each([
    ["an error's answer", { kind: "deployment", answer: 503 } as const, 9 + 0.03 + 10],
    ["a probe's deadline when nothing answers", { kind: "deployment", answer: "timeout" } as const, 9 + 5 + 10],
    ["a slow answer", { kind: "latency", addMilliseconds: 4200 } as const, 9 + 4.55 + 10],
    ["the deadline when the answer is slower", { kind: "latency", addMilliseconds: 60_000 } as const, 9 + 5 + 10],
  ])("has four probes 3 s apart, %s, and the pools' propagation", (_, effect, expected) => {
    const effects = [{ deployment: deploymentId("swedencentral"), share: 1, ...effect }] as ReturnType<typeof foundryDown>["effects"];
    expect(measured({ faults: [foundryDown(600, 1800, "swedencentral", { effects })] }).worst.floorSeconds).toBeCloseTo(expected, 6);
  });

  it("of a gateway has the samples that Front Door must see fail", () => {
    expect(measured({ faults: [gatewayDown(600, 1800)] }).worst.floorSeconds).toBe(2 * 30 + 10);
  });
});

describe("time to restore", () => {
  const faults = [foundryDown(600, 1800)];
  const away = poolWritesTo(630, REST);
  const back = poolWritesTo(2400, REGIONS);

  it("is from the end of the fault to the last pool's return", () => {
    expect(measured({ faults, writes: [...away, ...back] }).worst.timeToRestoreSeconds).toBe(600);
  });

  it("is null when nothing moved, or nothing came back", () => {
    expect(measured({ faults }).worst.timeToRestoreSeconds).toBeNull();
    expect(measured({ faults, writes: away }).worst.timeToRestoreSeconds).toBeNull();
    expect(measured({ faults, writes: [...away, ...back.slice(1)] }).worst.timeToRestoreSeconds).toBeNull();
  });

  it("is 0 when routing was normal again before the fault ended", () => {
    expect(measured({ faults, writes: [...away, ...poolWritesTo(1000, REGIONS)] }).worst.timeToRestoreSeconds).toBe(0);
  });

  it("needs every field: another order, or a weight that was absent, is not normal", () => {
    const reordered = poolWritesTo(2400, REGIONS.toReversed());
    expect(measured({ faults, writes: [...away, ...reordered] }).worst.timeToRestoreSeconds).toBeNull();
    const normal = { pools: [{ gateway: "g", pool: "p", members: [{ id: "/backends/a" }] }], origins: [] };
    const write = (at: number, weight?: number) =>
      ({ kind: "pool", at: second(at), gateway: "g", pool: "p", members: [{ id: "/backends/a", ...(weight ? { weight } : {}) }] }) as const;
    expect(measured({ faults, normal, writes: [write(700, 50), write(2000, 1)] }).worst.timeToRestoreSeconds).toBeNull();
    expect(measured({ faults, normal, writes: [write(700, 50), write(2000, 1), write(2100)] }).worst.timeToRestoreSeconds).toBe(300);
  });

  it("counts the edge apart", () => {
    const { worst } = measured({ faults, writes: [...away, ...back, originWrite(1700, false), originWrite(3000, true)] });
    expect([worst.timeToRestoreSeconds, worst.timeToRestoreEdgeSeconds]).toEqual([600, 1200]);
  });

  it("leaves to a later fault what moved for that one", () => {
    const second_ = foundryDown(2600, 2800, "japaneast");
    const writes = [...away, ...back, ...poolWritesTo(2630, ["eastus2", "swedencentral"]), ...poolWritesTo(3100, REGIONS)];
    const result = measured({ faults: [...faults, second_], writes });
    expect(result.faults.map((fault) => fault.timeToRestoreSeconds)).toEqual([600, 300]);
  });
});

describe("lost requests", () => {
  it("are those that ended in anything but 2xx, by time of arrival; each fault has its own", () => {
    const requests = [
      [599, 500],
      [600, 429],
      [700, "timeout"],
      [800, 200],
      [801, 201],
      [1799, "reset"],
      [1800, 404],
    ] as const;
    const result = measured({ faults: [foundryDown(600, 1800)], requests: requests.map(([at, answer], id) => request(id, at, answer)) });
    expect(result).toMatchObject({ requests: 7, lost: 5, lostByResult: { "404": 1, "429": 1, "500": 1, timeout: 1, reset: 1 }, shed: 0 });
    expect(result.faults[0]?.lost).toBe(3);
  });
});

describe("the worst", () => {
  it("is the longest of the faults, and null where one never happened", () => {
    const faults = [foundryDown(600, 1200), foundryDown(1800, 2400)];
    expect(measured({ faults, runs: [run(620), run(1830)] }).worst.timeToDetectSeconds).toBe(30);
    expect(measured({ faults, runs: [run(620)] }).worst.timeToDetectSeconds).toBeNull();
  });

  it("does not ask that a quota cut be evacuated, nor looks at faults of the control plane", () => {
    const cut = foundryDown(1800, 2400, "japaneast", {
      kind: "quotaCut",
      effects: [{ kind: "tokensPerMinute", deployment: deploymentId("japaneast"), factor: 0.5 }],
    });
    const arm = foundryDown(600, 1200, "swedencentral", { kind: "resourceManagerDown", effects: [] });
    const result = measured({ faults: [foundryDown(600, 1200), cut, arm], runs: [run(620)] });
    expect(result.worst.timeToDetectSeconds).toBe(20);
    expect(result.faults.map((fault) => [fault.kind, fault.timeToEvacuationEffectiveSeconds])).toEqual([
      ["foundryDown", null],
      ["quotaCut", null],
    ]);
  });

  it("takes relief from every fault that clients meet", () => {
    const requests = traffic(3600, (at) => at >= 600 && at < 700);
    expect(measured({ faults: [foundryDown(600, 1200)], requests }).worst.timeToReliefSeconds).toBeCloseTo(99.6, 1);
  });
});

describe("on the traffic model itself", () => {
  it("pools written 40 s after the onset are effective, and bring relief, after 50 s", () => {
    const estate = hubToHub();
    const world = testWorld({ estate, requests: synthetic(30) });
    const fault = foundryDown(600, 1500);
    fault.effects.forEach((effect, index) => world.startFault(fault.startsAt, `f${index}`, effect));
    for (const { gateway, pool, members } of poolsOf(estate, localFirst, REST)) world.poolWritten(second(640), gateway, pool, members);
    world.endFault(fault.endsAt, "f0");
    world.advanceTo(second(1900));
    const { requests, routability, reachability } = world;
    const normal = { pools: poolsOf(estate, localFirst), origins: originsOf(estate) };
    const result = measured({ estate, normal, faults: [fault], requests, routability, reachability, endsAt: second(1900) });
    expect(result.worst.timeToEvacuationEffectiveSeconds).toBe(50);
    expect(result.worst.timeToReliefSeconds).toBeGreaterThan(40);
    expect(result.worst.timeToReliefSeconds).toBeLessThanOrEqual(50);
    expect(result.lost).toBe(result.faults[0]?.lost);
    expect(result.lost).toBeGreaterThan(50);
  });
});
