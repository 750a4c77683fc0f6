import { describe, expect, it } from "vitest";
import { UNKNOWN_CAPACITY } from "../../src/domain/capacity.ts";
import { decide, decideRegion, restoreReadiness, type DecideInput, type Decision } from "../../src/domain/decide.ts";
import type { Mode } from "../../src/domain/estate.ts";
import { GUARD_CODES } from "../../src/domain/guards.ts";
import type { Hold } from "../../src/domain/hold.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import {
  at,
  capacity,
  deployment,
  hold,
  hubAndSpoke,
  hubToHub,
  normalRouting,
  regionVerdict,
  stateWith,
  verdict,
} from "../support/builders.ts";

const estate = hubToHub();
const EAST_DOWN = [regionVerdict("east", "failing"), regionVerdict("west"), regionVerdict("north")];

function input(changes: Partial<DecideInput> = {}): DecideInput {
  const used = changes.estate ?? estate;
  return {
    estate: used,
    state: stateWith([]),
    verdicts: EAST_DOWN,
    capacity: capacity(used, 300_000),
    routing: normalRouting(used),
    convergence: null,
    now: at(1000),
    ...changes,
  };
}

const east = (changes: Partial<DecideInput> = {}): Decision => {
  const [decision] = decide(input(changes));
  if (decision === undefined) throw new Error("no decision");
  return decision;
};
const mode = (wanted: Mode): Partial<DecideInput> => ({
  estate: hubToHub(undefined, { safety: { mode: wanted } }),
});
const killed = stateWith([], { killSwitch: { on: true, by: "ops", reason: "drill", at: at(5) } });

describe("an unheld region", () => {
  it.each<[rule: string, changes: Partial<DecideInput>, action: Decision["action"], reason: string]>([
    ["healthy: nothing", { verdicts: [regionVerdict("east"), ...EAST_DOWN.slice(1)] }, "none", "it is healthy"],
    [
      "pressured: nothing, moving is no cure",
      { verdicts: [regionVerdict("east", "pressured"), ...EAST_DOWN.slice(1)] },
      "none",
      "it is pressured",
    ],
    [
      "misconfigured: nothing",
      { verdicts: [regionVerdict("east", "misconfigured"), ...EAST_DOWN.slice(1)] },
      "none",
      "it is misconfigured",
    ],
    ["inconclusive: nothing", { verdicts: [regionVerdict("east", "inconclusive"), ...EAST_DOWN.slice(1)] }, "none", "it is inconclusive"],
    ["failing: evacuate", {}, "evacuate", "Foundry of east: it is failing"],
    [
      "failing only because it has not recovered yet: nothing begins on that",
      { verdicts: [{ ...regionVerdict("east", "failing"), foundry: { ...verdict("failing"), lingers: true } }, ...EAST_DOWN.slice(1)] },
      "none",
      "it is failing",
    ],
    ["failing in mode recommend: say so", mode("recommend"), "recommend", "Foundry of east: it is failing"],
    ["failing in mode off: nothing is decided", mode("off"), "none", "the mode of evacuations is off: Foundry of east: it is failing"],
    ["failing in mode approve: start, and the run waits", mode("approve"), "evacuate", "Foundry of east: it is failing"],
    [
      "the runbook's own mode wins",
      { estate: hubToHub(undefined, { safety: { mode: "auto", modes: { evacuate: "recommend", restore: null } } }) },
      "recommend",
      "Foundry of east: it is failing",
    ],
    [
      "failing with the kill switch on: refuse",
      { state: killed },
      "refuse",
      `automationEnabled: the kill switch is on since ${at(5)}: drill`,
    ],
    [
      "failing with the kill switch on in mode recommend: refuse",
      { state: killed, ...mode("recommend") },
      "refuse",
      `automationEnabled: the kill switch is on since ${at(5)}: drill`,
    ],
    [
      "in mode recommend another guard's refusal is a refusal, and is named",
      { ...mode("recommend"), capacity: UNKNOWN_CAPACITY },
      "refuse",
      "survivorCapacity: the demand of east is unknown",
    ],
    ["nobody's capacity is known: refuse", { capacity: UNKNOWN_CAPACITY }, "refuse", "survivorCapacity: the demand of east is unknown"],
    ["routing was never read: refuse", { routing: null }, "refuse", "willMovingHelp: the pools' routing has never been read"],
    [
      "everything fails at once: doubt the prober",
      { verdicts: ["east", "west", "north"].map((r) => regionVerdict(r, "failing", "failing")) },
      "refuse",
      "selfDoubt: none of 6 regional verdicts is healthy: the prober itself may be cut off",
    ],
    [
      "every Foundry fails and the gateways answer: nobody could take over",
      { verdicts: ["east", "west", "north"].map((r) => regionVerdict(r, "failing")) },
      "refuse",
      "willMovingHelp: the same fault everywhere: of 2 deployments that would take over 2 are failing, 0 pressured, 0 not measured",
    ],
    [
      "another region is held: one at a time",
      { state: stateWith([hold("west", 0)]) },
      "refuse",
      "maxConcurrentShifts: 1 other region is held (west), at most 1 at a time",
    ],
    [
      "only the gateway fails: leave the gateway, keep the tokens",
      { verdicts: [regionVerdict("east", "healthy", "failing"), ...EAST_DOWN.slice(1)] },
      "evacuate",
      "gateway of east: it is failing",
    ],
    [
      "a deployment that carries nothing fails: nothing to move",
      { routing: { ...normalRouting(estate), pools: [] } },
      "none",
      "it is failing",
    ],
  ])("%s", (_rule, changes, action, reason) => {
    expect(east(changes)).toMatchObject({ region: "east", action, reason });
  });

  it("keeps nothing when Foundry fails, everything when only its gateway does", () => {
    expect(east().share).toBe(0);
    expect(east({ verdicts: [regionVerdict("east", "healthy", "failing"), ...EAST_DOWN.slice(1)] }).share).toBe(1);
    expect(east({ verdicts: [regionVerdict("east", "failing", "failing"), ...EAST_DOWN.slice(1)] }).share).toBe(0);
  });

  it("keeps what the others cannot carry", () => {
    // 900 k leave east, half to each; 350 k of headroom each carry 77 %.
    const demand = { "gpt-east": 900_000, "gpt-west": 650_000, "gpt-north": 650_000 };
    expect(east({ capacity: { ...UNKNOWN_CAPACITY, demand } })).toMatchObject({ action: "evacuate", share: 0.23 });
  });

  it("a failing gateway that no edge leads to is nobody's to leave", () => {
    const hub = hubAndSpoke();
    const verdicts = [
      regionVerdict("hub", "healthy", "failing"),
      ...["east", "west", "north"].map((r) => regionVerdict(r, "healthy", null)),
    ];
    expect(decide(input({ estate: hub, verdicts })).map((d) => d.action)).toEqual(["none", "none", "none", "none"]);
  });

  it("a spoke of a hub is evacuated like any other", () => {
    const verdicts = [
      regionVerdict("hub"),
      regionVerdict("east", "failing", null),
      regionVerdict("west", "healthy", null),
      regionVerdict("north", "healthy", null),
    ];
    expect(decide(input({ estate: hubAndSpoke(), verdicts })).map((d) => d.action)).toEqual(["none", "evacuate", "none", "none"]);
  });

  it("carries its guards and its admission as evidence", () => {
    expect(east().guards.map((guard) => guard.outcome)).toEqual(GUARD_CODES.map(() => "passed"));
    expect(east().admission).toMatchObject({ maxSafeShare: 1, demand: 300_000 });
  });

  it("says what it is about, and which guard refuses", () => {
    expect(east()).toMatchObject({ runbook: "evacuate", scope: null, refusedBy: null });
    expect(east({ capacity: UNKNOWN_CAPACITY })).toMatchObject({ runbook: "evacuate", refusedBy: "survivorCapacity" });
    expect(east({ verdicts: [regionVerdict("east"), ...EAST_DOWN.slice(1)] })).toMatchObject({ runbook: null, refusedBy: null });
  });

  it("decides for every region, in the estate's order", () => {
    expect(decide(input()).map((d) => [d.region, d.action])).toEqual([
      ["east", "evacuate"],
      ["west", "none"],
      ["north", "none"],
    ]);
  });
});

describe("a held region", () => {
  const healthySince = (seconds: number): RegionVerdict => regionVerdict("east", "healthy", "healthy", at(seconds));
  const held = (changes: Partial<Hold>, found: RegionVerdict, kill = false): Decision => {
    const state = stateWith([hold("east", 0, changes)], kill ? { killSwitch: killed.killSwitch } : {});
    return decideRegion(input({ state, verdicts: [found] }), found);
  };

  it.each<[rule: string, changes: Partial<Hold>, found: RegionVerdict, kill: boolean, action: Decision["action"], reason: string]>([
    ["still failing: wait", {}, regionVerdict("east", "failing"), false, "none", "still failing: it is failing"],
    ["healthy for less than the soak: wait", {}, healthySince(881), false, "none", "healthy for 119 s of the 120 s soak"],
    ["healthy for the soak: restore", {}, healthySince(880), false, "restore", "healthy for 120 s of the 120 s soak"],
    ["the soak doubles with each relapse", { relapses: 2 }, healthySince(521), false, "none", "healthy for 479 s of the 480 s soak"],
    ["the grown soak ends too", { relapses: 2 }, healthySince(520), false, "restore", "healthy for 480 s of the 480 s soak"],
    [
      "a manual hold is not restored automatically",
      { initiator: "manual" },
      healthySince(0),
      false,
      "none",
      "held by a person's run evacuate-east-20260105T000000Z",
    ],
    ["the kill switch keeps an automatic hold", {}, healthySince(0), true, "none", "the kill switch is on: a person must restore it"],
    ["a running restore is left alone", { owner: "restore-east-x" }, healthySince(0), false, "none", "restore-east-x is restoring it"],
    [
      "a running restore that has given nothing back yet is left alone",
      { owner: "restore-east-x", share: 0 },
      regionVerdict("east", "failing"),
      false,
      "none",
      "restore-east-x is restoring it",
    ],
    [
      "a region that fails again while it is restored wakes its run",
      { owner: "restore-east-x", share: 0.25 },
      regionVerdict("east", "failing"),
      false,
      "wake",
      "east got worse while restore-east-x waits",
    ],
    [
      "a gateway that begins to fail wakes its run",
      { gate: "open" },
      regionVerdict("east", "healthy", "failing"),
      false,
      "wake",
      expect.stringContaining("got worse"),
    ],
    [
      "nobody is woken while the kill switch is on",
      { owner: "restore-east-x", share: 0.25 },
      regionVerdict("east", "failing"),
      true,
      "none",
      expect.any(String),
    ],
    [
      "a sick gateway does not keep the weights held",
      { share: 0, gate: "closed" },
      { ...healthySince(0), gateway: verdict("failing", at(0)) },
      false,
      "restore",
      expect.stringContaining("healthy for"),
    ],
    [
      "a region whose gateway alone was left waits for the gateway",
      { share: 1, targetShare: 1, gate: "closed" },
      regionVerdict("east", "healthy", "failing"),
      false,
      "none",
      "still failing: it is failing",
    ],
    [
      "an evacuation that has moved nothing yet is not taken back because the gateway is healthy",
      { share: 1, targetShare: 0 },
      { ...healthySince(0), foundry: verdict("failing", at(900)) },
      false,
      "none",
      "still failing: it is failing",
    ],
  ])("%s", (_rule, changes, found, kill, action, reason) => {
    expect(held(changes, found, kill)).toMatchObject({ action, reason });
  });

  it("a region whose gateway alone was left is evacuated when its Foundry fails too", () => {
    const state = stateWith([hold("east", 1, { targetShare: 1, gate: "closed" })]);
    const verdicts = [regionVerdict("east", "failing", "failing"), ...EAST_DOWN.slice(1)];
    expect(east({ state, verdicts })).toMatchObject({ action: "evacuate", share: 0 });
  });

  it("soaks by its Foundry when tokens were moved, by its gateway when that alone was left", () => {
    const parts: RegionVerdict = { ...healthySince(0), gateway: verdict("healthy", at(950)) };
    expect(restoreReadiness(estate, parts, { relapses: 0, share: 0, scope: null }, at(1000)).ready).toBe(true);
    expect(restoreReadiness(estate, parts, { relapses: 0, share: 1, scope: null }, at(1000))).toEqual({
      ready: false,
      reason: "healthy for 50 s of the 120 s soak",
    });
  });

  it("does not come back while it is throttled", () => {
    expect(restoreReadiness(estate, regionVerdict("east", "pressured"), { relapses: 0, share: 0, scope: null }, at(1000)).ready).toBe(
      false,
    );
  });
});

it("an estate of two regions can evacuate one, and not the second", () => {
  const pair = hubToHub(["east", "west"], { deployments: [deployment("east"), deployment("west")] });
  const down = [regionVerdict("east", "failing"), regionVerdict("west")];
  expect(decide(input({ estate: pair, verdicts: down })).map((d) => d.action)).toEqual(["evacuate", "none"]);
  const both = [regionVerdict("east", "failing"), regionVerdict("west", "failing")];
  expect(decide(input({ estate: pair, verdicts: both })).map((d) => d.action)).toEqual(["refuse", "refuse"]);
});
