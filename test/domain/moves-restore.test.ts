import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { changeHold, holdOf, type Hold } from "../../src/domain/hold.ts";
import { nextMove } from "../../src/domain/moves.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { Converged, ConvergedState, Move, Run, RunPolicy, Seen } from "../../src/domain/run.ts";
import { addSeconds, secondsBetween } from "../../src/domain/time.ts";
import { at, hold, regionVerdict, runOf, seenWith, stateWith, T0, verdict } from "../support/builders.ts";

const policy: RunPolicy = { evacuate: { ...DEFAULTS.evacuate }, restore: { ...DEFAULTS.restore } };
const restore = runOf("restore");
const ungraceful = runOf("restore", "east", { mode: "ungraceful" });
const healthy = (since = T0, gateway = since): RegionVerdict => ({
  ...regionVerdict("east"),
  foundry: verdict("healthy", since),
  gateway: verdict("healthy", gateway),
});
const items = (...states: readonly ConvergedState[]): Pick<Seen, "convergence"> => ({
  convergence: {
    at: T0,
    items: states.map((state): Converged => ({ kind: "pool", target: "apim-east/gpt", region: "east", state, reason: "why", since: T0 })),
  },
});

function moot({ convergence }: Pick<Seen, "convergence">): Pick<Seen, "convergence"> {
  return { convergence: convergence && { ...convergence, items: convergence.items.map((owed) => ({ ...owed, moot: true as const })) } };
}

function move(run: Run, changes: Partial<Hold>, seen: Partial<Seen>): Move {
  return nextMove(
    policy,
    run,
    seenWith({ hold: hold("east", 0, { owner: run.id, ...changes }), verdict: healthy(), stillFailing: false, ...seen }),
  );
}
const changeOf = (found: Move): object | null => (found.kind === "change" ? found.change : null);

describe("the restore's ladder", () => {
  it.each<[rule: string, changes: Partial<Hold>, seen: Partial<Seen>, change: object | null]>([
    ["the first step waits for the soak", {}, { at: at(119) }, null],
    ["the first step comes after the soak", {}, { at: at(120) }, { share: 0.05 }],
    ["the soak grows with each relapse", { relapses: 1 }, { at: at(239) }, null],
    ["the grown soak ends", { relapses: 1 }, { at: at(240) }, { share: 0.05 }],
    [
      "weights do not wait for the gateway",
      { gate: "closed" },
      { at: at(120), verdict: { ...healthy(), gateway: verdict("failing") } },
      { share: 0.05 },
    ],
    ["a gateway that fails meanwhile is left again", {}, { verdict: { ...healthy(), gateway: verdict("failing") } }, { gate: "closed" }],
    [
      "a step bakes for its least time, however many the answers",
      { share: 0.05 },
      { at: at(59), answers: { count: 9999, failed: 0 } },
      null,
    ],
    ["a step passes with enough answers", { share: 0.05 }, { at: at(60), answers: { count: 50, failed: 0 } }, { share: 0.25 }],
    ["too few answers do not pass it", { share: 0.05 }, { at: at(60), answers: { count: 49, failed: 0 } }, null],
    ["without answers, healthy probes for long enough pass it", { share: 0.05 }, { at: at(180) }, { share: 0.25 }],
    ["without answers, not a second earlier", { share: 0.05 }, { at: at(179) }, null],
    ["what is owed holds the step back", { share: 0.05 }, { at: at(180), ...items("owed") }, null],
    ["what is owed in vain does not", { share: 0.05 }, { at: at(180), ...moot(items("owed")) }, { share: 0.25 }],
    [
      "a region that is not measured stays on its step",
      { share: 0.05 },
      { at: at(180), verdict: regionVerdict("east", "inconclusive") },
      null,
    ],
    ["the last step is everything", { share: 0.5 }, { at: at(180) }, { share: 1 }],
    ["a share between steps takes the next above", { share: 0.31 }, { at: at(180) }, { share: 0.5 }],
  ])("%s", (_rule, changes, seen, change) => {
    expect(changeOf(move(restore, changes, seen))).toEqual(change);
  });

  it("says what it waits for", () => {
    expect(move(restore, {}, { at: at(30) })).toEqual({
      kind: "wait",
      seconds: 30,
      reason: "at 0 %: healthy for 30 s of the 120 s soak, 0 answers",
    });
  });
});

describe("a step back", () => {
  const failing = { verdict: regionVerdict("east", "failing") };
  const pressured = (since: string): Partial<Seen> => ({ verdict: { ...healthy(), foundry: verdict("pressured", since) } });
  it.each<[rule: string, changes: Partial<Hold>, seen: Partial<Seen>, change: object | null]>([
    ["a region that fails again gets nothing, at once", { share: 0.5 }, failing, { share: 0, relapses: 1 }],
    ["a second relapse counts on", { share: 0.5, relapses: 1 }, failing, { share: 0, relapses: 2 }],
    ["with nothing left there is nowhere to go back to", { share: 0 }, failing, null],
    ["failing answers cost one step", { share: 0.5 }, { answers: { count: 100, failed: 6 } }, { share: 0.25, relapses: 1 }],
    ["one in twenty may fail", { share: 0.5 }, { answers: { count: 100, failed: 5 } }, null],
    ["too few answers prove nothing", { share: 0.5 }, { answers: { count: 49, failed: 49 } }, null],
    ["from the first step it goes to nothing", { share: 0.05 }, { answers: { count: 100, failed: 100 } }, { share: 0, relapses: 1 }],
    [
      "pressure that began on this step costs one step",
      { share: 0.5, shareSince: at(100) },
      { at: at(110), ...pressured(at(105)) },
      { share: 0.25, relapses: 1 },
    ],
    [
      "the same spell of pressure does not cost a second one at once",
      { share: 0.25, shareSince: at(110) },
      { at: at(111), ...pressured(at(105)) },
      null,
    ],
    [
      "pressure that outlasts the bake costs another one",
      { share: 0.25, shareSince: at(110) },
      { at: at(170), ...pressured(at(105)) },
      { share: 0.05, relapses: 1 },
    ],
  ])("%s", (_rule, changes, seen, change) => {
    expect(changeOf(move(restore, changes, seen))).toEqual(change);
  });
});

describe("an ungraceful restore", () => {
  it("never goes onto a region that fails", () => {
    expect(move(ungraceful, {}, { at: at(1), verdict: regionVerdict("east", "failing") }).kind).toBe("wait");
  });

  it("gives everything back at once, edge included", () => {
    expect(changeOf(move(ungraceful, { gate: "closed", origin: "disabled" }, { at: at(1) }))).toEqual({
      share: 1,
      gate: "open",
      origin: "enabled",
    });
  });

  it("does not go up and down with a region that fails: after a relapse it waits for the soak", () => {
    expect(move(ungraceful, { relapses: 1 }, { verdict: regionVerdict("east", "failing") }).kind).toBe("wait");
    expect(move(ungraceful, { relapses: 1 }, { at: at(239) }).kind).toBe("wait");
    expect(changeOf(move(ungraceful, { relapses: 1 }, { at: at(240) }))).toEqual({ share: 1 });
  });
});

describe("the edge comes back on its own", () => {
  const closed = { share: 1, gate: "closed", origin: "disabled" } as const;
  it.each<[rule: string, changes: Partial<Hold>, seen: Partial<Seen>, change: object | null]>([
    ["after the gateway's soak", closed, { at: at(120) }, { gate: "open", origin: "enabled" }],
    ["not before it", closed, { at: at(119) }, null],
    ["not while the gateway is sick", closed, { at: at(999), verdict: { ...healthy(), gateway: verdict("failing") } }, null],
    ["its own soak, not Foundry's", closed, { at: at(500), verdict: healthy(T0, at(400)) }, null],
    [
      "before the weights when Foundry needs longer",
      { ...closed, share: 0 },
      { at: at(200), verdict: healthy(at(150), T0) },
      { gate: "open", origin: "enabled" },
    ],
    ["together with a step when both are due", { ...closed, share: 0 }, { at: at(120) }, { share: 0.05, gate: "open", origin: "enabled" }],
  ])("%s", (_rule, changes, seen, change) => {
    expect(changeOf(move(restore, changes, seen))).toEqual(change);
  });
});

describe("the end", () => {
  it.each<[rule: string, changes: Partial<Hold>, seen: Partial<Seen>, kind: Move["kind"]]>([
    ["routing is back to normal", { share: 1 }, items("matched"), "finish"],
    ["a pool that nobody else could serve was never changed", { share: 1 }, items("matched", "unserved"), "finish"],
    ["nothing was ever written", { share: 1 }, {}, "finish"],
    ["something is owed", { share: 1 }, items("matched", "owed"), "converge"],
    ["what is owed in vain is not waited for", { share: 1 }, moot(items("matched", "owed")), "finish"],
    ["what somebody else changed is left to them", { share: 1 }, items("drift"), "finish"],
    ["something is owed beside it", { share: 1 }, items("drift", "owed"), "converge"],
    ["something is propagating", { share: 1 }, items("propagating"), "converge"],
    [
      "the origin is still disabled",
      { share: 1, gate: "closed", origin: "disabled" },
      { verdict: { ...healthy(), gateway: verdict("failing") } },
      "wait",
    ],
    ["the gate is still closed", { share: 1, gate: "closed" }, { verdict: { ...healthy(), gateway: verdict("failing") } }, "wait"],
    ["not everything is back", { share: 0.5 }, items("matched"), "wait"],
  ])("%s: %s", (_rule, changes, seen, kind) => {
    expect(move(restore, changes, seen).kind).toBe(kind);
  });
});

it("walks up step by step with the default policy: soak, then a bake by probes for each step", () => {
  const steps: [number, number][] = [];
  let state = stateWith([hold("east", 0, { owner: restore.id })]);
  for (let now = T0; secondsBetween(T0, now) < 3600; now = addSeconds(now, 10)) {
    const own = holdOf(state, "east") ?? null;
    const next = nextMove(policy, restore, seenWith({ at: now, hold: own, verdict: healthy(), stillFailing: false, ...items("matched") }));
    if (next.kind === "finish") break;
    if (next.kind !== "change") continue;
    state = changeHold(state, "east", next.change, now);
    steps.push([secondsBetween(T0, now), next.change.share ?? -1]);
  }
  expect(steps).toEqual([
    [120, 0.05],
    [300, 0.25],
    [480, 0.5],
    [660, 1],
  ]);
});
