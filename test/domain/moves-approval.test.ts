import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Approval, Hold } from "../../src/domain/hold.ts";
import { nextMove } from "../../src/domain/moves.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { Move, Run, RunPolicy, Seen } from "../../src/domain/run.ts";
import { at, hold, mixedVerdict, regionVerdict, runOf, seenWith, T0 } from "../support/builders.ts";

const policy: RunPolicy = { evacuate: { ...DEFAULTS.evacuate }, restore: { ...DEFAULTS.restore } };
const PENDING: Approval = { state: "pending", until: at(900), default: "decline" };
const evacuate = runOf("evacuate");
const restore = runOf("restore");

function move(run: Run, approval: Approval, seen: Partial<Seen> = {}, held: Partial<Hold> = {}): Move {
  const share = run.runbook === "restore" ? 0 : 1;
  const found = run.runbook === "restore" ? regionVerdict("east") : regionVerdict("east", "failing");
  return nextMove(policy, run, seenWith({ verdict: found, hold: hold("east", share, { owner: run.id, approval, ...held }), ...seen }));
}

const partly = (state: "healthy" | "inconclusive", ...failing: string[]): RegionVerdict =>
  regionVerdict("east", state, "healthy", T0, { failing });

describe.each([evacuate, restore])("$runbook that waits for a person", (run) => {
  it.each<[rule: string, approval: Approval, now: number, expected: Partial<Move>]>([
    ["looks again while it waits", PENDING, 0, { kind: "wait", seconds: 30 }],
    ["looks again when the time is over", PENDING, 890, { kind: "wait", seconds: 10 }],
    ["after the time, is declined by default", PENDING, 900, { kind: "change", change: { approval: { ...PENDING, state: "declined" } } }],
    [
      "after the time, proceeds where that is the default",
      { ...PENDING, default: "proceed" },
      900,
      { kind: "change", change: { approval: { ...PENDING, default: "proceed", state: "approved" } } },
    ],
    [
      "ends when a person declines",
      { ...PENDING, state: "declined", by: "ops" },
      10,
      { kind: "finish", outcome: "declined", reason: "declined: ops" },
    ],
    [
      "ends when time declined",
      { ...PENDING, state: "declined" },
      901,
      { kind: "finish", outcome: "declined", reason: "declined: nobody decided in time" },
    ],
  ])("%s", (_rule, approval, now, expected) => {
    expect(move(run, approval, { at: at(now) })).toMatchObject(expected);
  });

  it("begins once it is approved", () => {
    expect(move(run, { ...PENDING, state: "approved", by: "ops" }, { at: at(120) })).toMatchObject({
      kind: "change",
      change: { share: run === restore ? 0.05 : 0 },
    });
  });

  it("decides nothing while the kill switch is on", () => {
    expect(move(run, PENDING, { at: at(900), killSwitchOn: true })).toMatchObject({ kind: "wait", reason: "the kill switch is on" });
  });
});

describe("what it waits for may pass", () => {
  const scoped = runOf("evacuate", "east", { scope: ["a"] });
  const gatewayOnly = runOf("evacuate", "east", { targetShare: 1 });
  it.each<[rule: string, run: Run, verdict: RegionVerdict, lapses: boolean]>([
    ["a region that is well again", evacuate, regionVerdict("east"), true],
    ["a region that only strains", evacuate, regionVerdict("east", "pressured"), true],
    ["a region that is not measured", evacuate, regionVerdict("east", "inconclusive"), false],
    ["a region that fails", evacuate, regionVerdict("east", "failing"), false],
    ["a gateway that fails beside it", evacuate, regionVerdict("east", "healthy", "failing"), false],
    ["a deployment that fails still", scoped, partly("inconclusive", "a"), false],
    ["a deployment that is well in a region that is", scoped, partly("healthy"), true],
    ["a deployment that is well beside one that is not", scoped, mixedVerdict("east", { a: "healthy", b: "misconfigured" }), true],
    ["a deployment that is not measured", scoped, mixedVerdict("east", { a: "inconclusive", b: "healthy" }), false],
    ["a gateway that is well again", gatewayOnly, regionVerdict("east"), true],
    ["a gateway that is not measured", gatewayOnly, regionVerdict("east", "healthy", "inconclusive"), false],
    ["a region to be restored that fails again", restore, regionVerdict("east", "failing"), true],
    ["a region to be restored that is not measured", restore, regionVerdict("east", "inconclusive"), false],
    ["a region to be restored that is well", restore, regionVerdict("east"), false],
  ])("%s", (_rule, run, verdict, lapses) => {
    expect(move(run, PENDING, { verdict })).toMatchObject(lapses ? { kind: "finish", outcome: "lapsed" } : { kind: "wait" });
  });
});

describe("a run on some deployments", () => {
  const wide = runOf("evacuate", "east", { scope: ["a", "b"] });
  const begun = (run: Run, held: Partial<Hold>, seen: Partial<Seen> = {}): Move =>
    nextMove(policy, run, seenWith({ verdict: partly("inconclusive", "a"), hold: hold("east", 0, { owner: run.id, ...held }), ...seen }));

  it("that took over a hold on less widens it", () => {
    expect(begun(wide, { scope: ["a"] })).toMatchObject({ kind: "change", change: { scope: ["a", "b"] }, reason: "scope a, b" });
    expect(begun(evacuate, { scope: ["a"] })).toMatchObject({ change: { scope: null }, reason: "scope the region" });
    expect(begun(wide, { scope: ["a", "b"] }).kind).toBe("wait");
  });

  it("never takes the region's origin out, however long it lasts", () => {
    const late = { at: at(86_400), verdict: regionVerdict("east", "failing") };
    expect(begun(wide, { scope: ["a", "b"] }, late).kind).toBe("wait");
    expect(begun(evacuate, {}, late)).toMatchObject({ change: { origin: "disabled" } });
  });

  it("goes up though another deployment strains, and back when one of its own does", () => {
    const scoped = runOf("restore", "east", { scope: ["a"] });
    const held = { scope: ["a"], share: 0.05, mode: "graceful" } as const;
    const late = at(DEFAULTS.restore.bakeProbeSeconds);
    const beside = { at: late, verdict: mixedVerdict("east", { a: "healthy", b: "pressured" }) };
    expect(begun(scoped, held, beside)).toMatchObject({ change: { share: 0.25 } });
    expect(begun(scoped, held, { at: late, verdict: mixedVerdict("east", { a: "pressured", b: "healthy" }) })).toMatchObject({
      change: { share: 0, relapses: 1 },
    });
  });

  it("a region's restore goes back when a part of it fails again", () => {
    const verdict = mixedVerdict("east", { a: "failing", b: "healthy", c: "healthy" });
    expect(begun(restore, { share: 0.5, mode: "graceful" }, { verdict })).toMatchObject({ change: { share: 0, relapses: 1 } });
  });

  it("goes back when one of them fails again, though the region as a whole does not", () => {
    const scoped = runOf("restore", "east", { scope: ["a"] });
    expect(begun(scoped, { scope: ["a"], share: 0.5 })).toMatchObject({ change: { share: 0, relapses: 1 } });
    expect(begun(scoped, { scope: ["a"], share: 0.5 }, { verdict: partly("inconclusive", "b") }).kind).toBe("wait");
  });
});
