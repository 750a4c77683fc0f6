import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { nextMove } from "../../src/domain/moves.ts";
import type { Hold } from "../../src/domain/hold.ts";
import type { Converged, ConvergedState, Move, Run, RunPolicy, Seen } from "../../src/domain/run.ts";
import { at, hold, regionVerdict, runOf, seenWith, verdict } from "../support/builders.ts";

const policy: RunPolicy = { evacuate: { ...DEFAULTS.evacuate }, restore: { ...DEFAULTS.restore } };
const evacuate = runOf("evacuate");
const graceful = runOf("evacuate", "east", { mode: "graceful" });

const item = (state: ConvergedState, kind: Converged["kind"] = "pool", region = "east"): Converged => ({
  kind,
  target: "apim-east/gpt",
  region,
  state,
  reason: "why",
  since: at(0),
});
const converged = (...items: readonly Converged[]): Pick<Seen, "convergence"> => ({ convergence: { at: at(0), items } });
const gatewaySick = { verdict: regionVerdict("east", "failing", "failing") };

function move(run: Run, changes: Partial<Hold>, seen: Partial<Seen> = {}): Move {
  return nextMove(policy, run, seenWith({ hold: hold("east", 1, { mode: run.mode, ...changes }), ...seen }));
}
const changeOf = (found: Move): object | null => (found.kind === "change" ? found.change : null);

describe("an ungraceful evacuation", () => {
  it("goes straight to its target", () => {
    expect(move(evacuate, {})).toEqual({ kind: "change", change: { share: 0 }, reason: "share 0 %" });
    expect(changeOf(move(runOf("evacuate", "east", { targetShare: 0.4 }), {}))).toEqual({ share: 0.4 });
  });

  it("once there, it holds", () => {
    expect(move(evacuate, { share: 0 })).toEqual({ kind: "wait", seconds: 30, reason: "holding" });
  });

  it("never goes up: a lower share than the target is left", () => {
    expect(move(runOf("evacuate", "east", { targetShare: 0.4 }), { share: 0.2 }).kind).toBe("wait");
  });
});

describe("a graceful evacuation walks the ladder", () => {
  it.each<[rule: string, share: number, since: number, now: number, target: number, change: object | null]>([
    ["the first step is taken at once", 1, 0, 0, 0, { share: 0.75 }],
    ["the next one waits for the bake", 0.75, 0, 59, 0, null],
    ["the next one comes after the bake", 0.75, 0, 60, 0, { share: 0.5 }],
    ["the bake counts from the last change of the share", 0.5, 100, 159, 0, null],
    ["the last step is zero", 0.25, 0, 60, 0, { share: 0 }],
    ["the target is not passed", 0.5, 0, 60, 0.4, { share: 0.4 }],
    ["at the target it ends", 0.4, 0, 600, 0.4, null],
  ])("%s", (_rule, share, since, now, targetShare, change) => {
    const found = move({ ...graceful, targetShare }, { share, shareSince: at(since) }, { at: at(now) });
    expect(changeOf(found)).toEqual(change);
    if (change === null) expect(found).toMatchObject({ kind: "wait", reason: share > targetShare ? "baking the step" : "holding" });
  });
});

describe("the levers at the edge", () => {
  it.each<[rule: string, changes: Partial<Hold>, seen: Partial<Seen>, change: object | null]>([
    ["the gateway works: weights only", { share: 0 }, {}, null],
    ["the gateway is sick: gate and origin with the weights", {}, gatewaySick, { share: 0, gate: "closed", origin: "disabled" }],
    [
      "only the gateway is sick and the tokens stay",
      { share: 1 },
      { verdict: regionVerdict("east", "healthy", "failing"), stillFailing: false },
      { gate: "closed", origin: "disabled" },
    ],
    ["the gateway is not measured: nothing", { share: 0 }, { verdict: regionVerdict("east", "failing", "inconclusive") }, null],
    ["the region has no origin: nothing to flip", { share: 0 }, { ...gatewaySick, mayLeaveEdge: false }, null],
    [
      "a pool of the region's own gateway has been owed for a minute: the gate, which needs no ARM write",
      { share: 0 },
      { at: at(60), ...converged(item("owed")) },
      { gate: "closed" },
    ],
    ["a pool that has just been refused: not yet, it may be a passing 429", { share: 0 }, { at: at(59), ...converged(item("owed")) }, null],
    ["a pool of another gateway is owed: no gate", { share: 0 }, converged(item("owed", "pool", "west")), null],
    ["the origin is owed: no gate for that", { share: 0 }, converged(item("owed", "origin")), null],
    ["the evacuation outlived the origin's budget: the origin", { share: 0 }, { at: at(1200) }, { origin: "disabled" }],
    ["just within the budget: not yet", { share: 0 }, { at: at(1199) }, null],
    ["it outlived the budget but the latest probes answer: not any more", { share: 0 }, { at: at(1200), stillFailing: false }, null],
    ["it outlived the budget but Foundry is healthy: not any more", { share: 0 }, { at: at(1200), verdict: regionVerdict("east") }, null],
    ["done once is not done again", { share: 0, gate: "closed", origin: "disabled" }, gatewaySick, null],
  ])("%s", (_rule, changes, seen, change) => {
    const run = changes.share === 1 ? runOf("evacuate", "east", { targetShare: 1 }) : evacuate;
    expect(changeOf(move(run, changes, seen))).toEqual(change);
  });
});

describe("what is on its way or owed", () => {
  it.each<[state: ConvergedState, kind: Move["kind"]]>([
    ["matched", "wait"],
    ["unserved", "wait"],
    ["written", "converge"],
    ["propagating", "converge"],
    ["owed", "converge"],
    ["drift", "converge"],
  ])("%s: %s", (state, kind) => {
    expect(move(evacuate, { share: 0, gate: "closed" }, converged(item("matched"), item(state))).kind).toBe(kind);
  });

  it("a change of the hold comes before trying again", () => {
    expect(move(evacuate, {}, converged(item("owed", "pool", "west"))).kind).toBe("change");
  });
});

describe("a run ends or stands still", () => {
  it.each<[rule: string, run: Run, seen: Partial<Seen>, move: Partial<Move>]>([
    ["when its hold is gone", evacuate, { hold: null }, { kind: "finish", outcome: "handedOver", reason: "the hold is gone" }],
    [
      "when another run owns the hold",
      evacuate,
      { hold: hold("east", 0, { owner: "restore-east-x" }) },
      { kind: "finish", outcome: "handedOver", reason: "restore-east-x took over" },
    ],
    [
      "while the kill switch is on",
      evacuate,
      { hold: hold("east", 1), killSwitchOn: true },
      { kind: "wait", reason: "the kill switch is on" },
    ],
    [
      "not by the kill switch when a person started it",
      { ...evacuate, initiator: "manual" },
      { hold: hold("east", 1), killSwitchOn: true },
      { kind: "change" },
    ],
    [
      "also with the kill switch on, when another run owns the hold",
      evacuate,
      { hold: hold("east", 1, { owner: "other" }), killSwitchOn: true },
      { kind: "finish" },
    ],
  ])("%s", (_rule, run, seen, expected) => {
    expect(nextMove(policy, run, seenWith(seen))).toMatchObject(expected);
  });

  it("never on its own while the region fails: holding has no end", () => {
    expect(
      move(
        evacuate,
        { share: 0, gate: "closed", origin: "disabled" },
        { at: at(86_400), verdict: { ...regionVerdict("east", "failing"), gateway: verdict("failing") } },
      ).kind,
    ).toBe("wait");
  });
});
