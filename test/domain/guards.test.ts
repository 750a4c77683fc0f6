import { describe, expect, it } from "vitest";
import { unknownAdmission, type Admission } from "../../src/domain/admission.ts";
import type { Estate, SafetyPolicy } from "../../src/domain/estate.ts";
import {
  admittedShare,
  climb,
  firstRefusal,
  GUARD_CODES,
  type GuardCode,
  type GuardInput,
  type GuardResult,
} from "../../src/domain/guards.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { Symptom } from "../../src/domain/verdict.ts";
import {
  at,
  capacity,
  deployment,
  hold,
  hubAndSpoke,
  hubToHub,
  normalRouting,
  regionOf,
  regionVerdict,
  stateWith,
  T0,
  verdict,
} from "../support/builders.ts";

const admits = (maxSafeShare: number | null): Admission => ({ ...unknownAdmission("the admission's reason"), maxSafeShare, demand: 1 });

/** An evacuation of east that every guard lets pass. */
function input(changes: Partial<GuardInput> = {}): GuardInput {
  const estate = changes.estate ?? hubToHub();
  return {
    estate,
    state: stateWith([]),
    region: "east",
    scope: null,
    verdicts: [regionVerdict("east", "failing"), regionVerdict("west"), regionVerdict("north")],
    admission: admits(1),
    capacity: capacity(estate, 1000),
    routing: normalRouting(estate),
    convergence: null,
    initiator: "automatic",
    share: 0,
    now: at(1000),
    ...changes,
  };
}

const safe = (safety: Partial<SafetyPolicy>): Estate => hubToHub(undefined, { safety });
const outcome = (code: GuardCode, given: GuardInput): GuardResult => {
  const found = climb(given).find((result) => result.code === code);
  if (found === undefined) throw new Error(`no rung ${code}`);
  return found;
};
const PENDING = { state: "pending", until: at(2000), default: "decline" } as const;
const killed = { killSwitch: { on: true, by: "ops", reason: "drill", at: at(5) } };

describe("silence", () => {
  const silent = (region: string, seconds: number, foundry: Symptom, ofGateway: Symptom | null): RegionVerdict =>
    regionVerdict(region, "failing", "healthy", T0, {
      foundry: verdict("failing", at(seconds), foundry),
      gateway: ofGateway === null ? verdict("healthy") : verdict("failing", at(seconds), ofGateway),
    });

  it.each<[rule: string, well: readonly string[], seconds: number, foundry: Symptom, gateway: Symptom | null, GuardResult["outcome"]]>([
    ["of most regions at once is the prober's", ["north"], 20, "noAnswer", "noAnswer", "refused"],
    ["of one long after the other is theirs", ["north"], 61, "noAnswer", "noAnswer", "passed"],
    ["of fewer than most is theirs", ["north", "south"], 20, "noAnswer", "noAnswer", "passed"],
    ["it is not when they answer with errors", ["north"], 20, "errors", "noAnswer", "passed"],
    ["it is not when their gateways answer", ["north"], 20, "noAnswer", null, "passed"],
  ])("%s", (_rule, well, seconds, foundry, gateway, expected) => {
    const estate = hubToHub(["east", "west", ...well]);
    const gone = [silent("east", 0, foundry, gateway), silent("west", seconds, foundry, gateway)];
    const verdicts = [...gone, ...well.map((region) => regionVerdict(region))];
    expect(outcome("selfDoubt", input({ estate, verdicts })).outcome).toBe(expected);
  });
});

describe("each guard bites, and lets pass what it need not stop", () => {
  it.each<[rule: string, code: GuardCode, changes: Partial<GuardInput>, outcome: GuardResult["outcome"]]>([
    ["mode auto and no kill switch", "automationEnabled", {}, "passed"],
    ["mode recommend", "automationEnabled", { estate: hubToHub(undefined, { safety: { mode: "recommend" } }) }, "refused"],
    ["mode off", "automationEnabled", { estate: hubToHub(undefined, { safety: { mode: "off" } }) }, "refused"],
    ["mode approve: the run itself waits", "automationEnabled", { estate: safe({ mode: "approve" }) }, "passed"],
    [
      "a mode of the runbook's own wins",
      "automationEnabled",
      { estate: safe({ mode: "off", modes: { evacuate: "auto", restore: null } }) },
      "passed",
    ],
    [
      "the other runbook's mode does not count",
      "automationEnabled",
      { estate: safe({ mode: "off", modes: { evacuate: null, restore: "auto" } }) },
      "refused",
    ],
    ["kill switch on in mode approve", "automationEnabled", { estate: safe({ mode: "approve" }), state: stateWith([], killed) }, "refused"],
    ["kill switch on", "automationEnabled", { state: stateWith([], killed) }, "refused"],
    ["kill switch off again", "automationEnabled", { state: stateWith([], { killSwitch: { ...killed.killSwitch, on: false } }) }, "passed"],
    [
      "a person's start in mode off with the kill switch on",
      "automationEnabled",
      { initiator: "manual", state: stateWith([], killed), estate: hubToHub(undefined, { safety: { mode: "off" } }) },
      "passed",
    ],

    ["something works", "selfDoubt", {}, "passed"],
    [
      "one pressured region is enough to trust the prober",
      "selfDoubt",
      { verdicts: [regionVerdict("east", "failing", "failing"), regionVerdict("west", "pressured", "failing")] },
      "passed",
    ],
    [
      "everything fails at once",
      "selfDoubt",
      { verdicts: ["east", "west", "north"].map((r) => regionVerdict(r, "failing", "failing")) },
      "refused",
    ],
    [
      "nothing could be measured",
      "selfDoubt",
      { verdicts: [regionVerdict("east", "failing", "failing"), regionVerdict("west", "inconclusive", "misconfigured")] },
      "refused",
    ],
    [
      "a region with nothing in it proves nothing",
      "selfDoubt",
      { estate: hubAndSpoke(), verdicts: [regionVerdict("hub", "healthy", "failing"), regionVerdict("east", "failing", null)] },
      "refused",
    ],

    [
      "next to nothing could be measured",
      "selfDoubt",
      {
        estate: hubToHub(["east", "west", "north", "south"]),
        verdicts: [
          regionVerdict("east", "failing", "inconclusive"),
          regionVerdict("west", "healthy", "inconclusive"),
          ...["north", "south"].map((r) => regionVerdict(r, "inconclusive", "inconclusive")),
        ],
      },
      "refused",
    ],
    [
      "a region of which a part fails was measured",
      "selfDoubt",
      {
        verdicts: [
          regionVerdict("east", "inconclusive", "inconclusive", T0, { failing: ["gpt-east"] }),
          regionVerdict("west"),
          regionVerdict("north", "inconclusive", "inconclusive"),
        ],
      },
      "passed",
    ],

    ["two healthy regions remain", "minHealthyRegions", {}, "passed"],
    [
      "none remains",
      "minHealthyRegions",
      { verdicts: [regionVerdict("east", "failing"), regionVerdict("west", "failing"), regionVerdict("north", "pressured")] },
      "refused",
    ],
    [
      "a held region does not count",
      "minHealthyRegions",
      { estate: hubToHub(undefined, { safety: { minHealthyRegions: 2 } }), state: stateWith([hold("west", 0)]) },
      "refused",
    ],
    [
      "a region with a sick gateway does not count",
      "minHealthyRegions",
      { verdicts: [regionVerdict("east", "failing"), regionVerdict("west", "healthy", "failing")] },
      "refused",
    ],
    [
      "a region without a deployment takes no tokens over",
      "minHealthyRegions",
      {
        estate: hubAndSpoke(),
        verdicts: [regionVerdict("hub"), regionVerdict("east", "failing", null), regionVerdict("west", "failing", null)],
      },
      "refused",
    ],
    [
      "a region without a gateway takes no clients over",
      "minHealthyRegions",
      { share: 1, verdicts: [regionVerdict("east", "healthy", "failing"), regionVerdict("west", "healthy", null)] },
      "refused",
    ],
    [
      "a region without a gateway takes tokens over",
      "minHealthyRegions",
      { verdicts: [regionVerdict("east", "failing", null), regionVerdict("west", "healthy", null)] },
      "passed",
    ],

    ["nobody else is held", "maxConcurrentShifts", { state: stateWith([hold("east", 0.5)]) }, "passed"],
    [
      "a hold that waits for a person counts",
      "maxConcurrentShifts",
      { state: stateWith([hold("west", 1, { approval: PENDING })]) },
      "refused",
    ],
    ["another region is held", "maxConcurrentShifts", { state: stateWith([hold("west", 0.5)]) }, "refused"],
    [
      "two at a time are allowed",
      "maxConcurrentShifts",
      { estate: hubToHub(undefined, { safety: { maxConcurrentShifts: 2 } }), state: stateWith([hold("west", 0.5)]) },
      "passed",
    ],

    ["never held before", "cooldown", {}, "passed"],
    ["restored just before", "cooldown", { state: stateWith([], { lastReleased: { east: at(401) } }) }, "refused"],
    ["restored exactly the cooldown ago", "cooldown", { state: stateWith([], { lastReleased: { east: at(400) } }) }, "passed"],
    ["another region's restore does not matter", "cooldown", { state: stateWith([], { lastReleased: { west: at(999) } }) }, "passed"],
    ["a person need not wait", "cooldown", { initiator: "manual", state: stateWith([], { lastReleased: { east: at(999) } }) }, "passed"],

    ["everything fits", "survivorCapacity", {}, "passed"],
    ["a part fits", "survivorCapacity", { admission: admits(0.6) }, "shrunk"],
    ["a part fits, and no more was asked", "survivorCapacity", { admission: admits(0.6), share: 0.4 }, "passed"],
    ["all but rounding fits", "survivorCapacity", { admission: admits(0.985) }, "passed"],
    ["next to nothing fits", "survivorCapacity", { admission: admits(0.04) }, "refused"],
    ["unknown is not enough", "survivorCapacity", { admission: admits(null) }, "refused"],
    [
      "a part fits, and what it would join has gone further",
      "survivorCapacity",
      { admission: admits(0.6), scope: ["gpt-east", "b"], state: stateWith([hold("east", 0, { scope: ["b"] })]) },
      "refused",
    ],
    [
      "a part fits, and what it would join has not gone as far",
      "survivorCapacity",
      { admission: admits(0.6), scope: ["gpt-east", "b"], state: stateWith([hold("east", 0.5, { scope: ["b"] })]) },
      "shrunk",
    ],
    [
      "a part fits of what is held already",
      "survivorCapacity",
      { admission: admits(0.6), state: stateWith([hold("east", 0.25)]) },
      "shrunk",
    ],
    ["only the gateway is left", "survivorCapacity", { admission: admits(null), share: 1 }, "passed"],
    ["a person is refused too", "survivorCapacity", { admission: admits(null), initiator: "manual" }, "refused"],
  ])("%s (%s)", (_rule, code, changes, wanted) => {
    expect(outcome(code, input(changes)).outcome).toBe(wanted);
  });
});

/** Every guard refuses. */
function nothingIsRight(): Partial<GuardInput> {
  const owed = { kind: "pool", target: "x/gpt", state: "owed", reason: "409", since: at(0) } as const;
  const estate = hubToHub(undefined, {
    edges: [],
    regions: ["east", "west", "north"].map((name) => regionOf(name, name)),
    deployments: ["east", "west", "north"].map((name) => deployment(name, { model: { name: "gpt-4o", version: name } })),
    safety: { blackouts: [{ days: [], from: "00:00", to: "23:59", reason: "audit" }] },
  });
  return {
    estate,
    state: stateWith([hold("west", 0)], {
      ...killed,
      lastReleased: { east: at(999) },
      manualGates: [{ region: "east", state: "open", by: "ops", reason: "mine", at: at(0) }],
    }),
    verdicts: ["east", "west", "north"].map((region) => regionVerdict(region, "failing", "failing")),
    convergence: { at: at(0), items: ["east", "west", "north"].map((region) => ({ ...owed, region })) },
  };
}

describe("the ladder", () => {
  it("asks every rung in order, so that everything in the way shows at once", () => {
    const blocked = climb(input({ state: stateWith([hold("west", 0)], killed), admission: admits(0) }));
    expect(blocked.map((result) => result.code)).toEqual([...GUARD_CODES]);
    expect(blocked.filter((result) => result.outcome === "refused").map((result) => result.code)).toEqual([
      "automationEnabled",
      "maxConcurrentShifts",
      "survivorCapacity",
    ]);
    expect(firstRefusal(blocked)?.code).toBe("automationEnabled");
  });

  it("lets a clear evacuation pass on every rung", () => {
    expect(climb(input()).map((result) => result.outcome)).toEqual(GUARD_CODES.map(() => "passed"));
    expect(firstRefusal(climb(input()))).toBeUndefined();
  });

  it.each(GUARD_CODES)("%s can be overridden, alone and on record", (code) => {
    const everything = input({ ...nothingIsRight(), admission: admits(null) });
    const results = climb({ ...everything, override: code });
    expect(results.filter((result) => result.outcome !== "refused")).toMatchObject([{ code, outcome: "overridden" }]);
    expect(outcome(code, { ...everything, override: code }).reason).toBe(outcome(code, everything).reason);
  });

  it("an override of a guard that passes changes nothing", () => {
    expect(climb(input({ override: "cooldown" }))).toEqual(climb(input()));
  });

  it.each<[maxSafeShare: number, wanted: number, share: number]>([
    [1, 0, 0],
    [0.6, 0, 0.4],
    [0.6, 0.5, 0.5],
    [0.601, 0, 0.4],
    [0.599, 0, 0.41],
    [0.05, 0, 0.95],
  ])("with room for %f of it, a region that was to keep %f keeps %f", (maxSafeShare, wanted, share) => {
    expect(admittedShare(climb(input({ admission: admits(maxSafeShare), share: wanted })), wanted)).toBe(share);
  });

  it("an overridden shrink moves all", () => {
    expect(admittedShare(climb(input({ admission: admits(0.6), override: "survivorCapacity" })), 0)).toBe(0);
  });
});
