import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Observation, Outcome, Sample } from "../../src/domain/observation.ts";
import { assessTarget, countable, isSuspect, type Verdict, type VerdictState } from "../../src/domain/verdict.ts";
import { at, evidence, observation, verdict } from "../support/builders.ts";
import { assess, minute, OK_WINDOW } from "./evidence-builders.ts";

const policy = DEFAULTS.detection;
const OUTCOMES: Record<string, Outcome> = { ok: "ok", F: "failed", T: "throttled", M: "misconfigured", U: "unmeasured" };
const EVERY_SECONDS = 15;

/** `ok ok F F`: one probe every 15 s, the first at T0. */
function probes(text: string): readonly Observation[] {
  return text
    .split(" ")
    .filter(Boolean)
    .map((code, i) => observation(OUTCOMES[code] ?? "ok", at(i * EVERY_SECONDS)));
}

/** The verdict after each probe, as a row of rounds would have come to it. */
function history(text: string): readonly Verdict[] {
  const all = probes(text);
  return all.reduce<Verdict[]>((known, o, i) => [...known, assessTarget(evidence(all.slice(0, i + 1)), known.at(-1), policy, o.at)], []);
}

describe("the verdict of a target, 4 of 5 failures in and 3 successes out", () => {
  it.each<[rule: string, probes: string, state: VerdictState]>([
    ["nothing measured is inconclusive", "", "inconclusive"],
    ["one success of a new target is healthy", "ok", "healthy"],
    ["one failure of a new target is inconclusive", "F", "inconclusive"],
    ["a blip changes nothing", "ok ok ok F ok", "healthy"],
    ["three failures in a row are too few", "ok ok F F F", "healthy"],
    ["four failures of five are failing", "ok F F F F", "failing"],
    ["four failures of five are failing, in any order", "ok ok F F ok F F", "failing"],
    ["a new target that only fails needs four failures", "F F F", "inconclusive"],
    ["a new target with four failures is failing", "F F F F", "failing"],
    ["one stray success does not clear a failing target", "F F F F ok", "failing"],
    ["two successes do not clear a failing target", "F F F F F ok ok", "failing"],
    ["three successes in a row clear a failing target", "F F F F F ok ok ok", "healthy"],
    ["successes with a failure between do not clear it", "F F F F F ok ok F ok ok", "failing"],
    ["flapping at a failing target keeps it failing", "F F F F F ok F ok F ok", "failing"],
    ["flapping at a healthy target keeps it healthy", "ok ok ok F ok F ok F ok F", "healthy"],
    ["four throttled of five are pressured", "ok T T T T", "pressured"],
    ["throttling never makes a target failing", "T T T T T T T T", "pressured"],
    ["throttled answers clear a failing target too: it answers", "F F F F F T T T", "healthy"],
    ["failures and throttling together reach neither number", "ok F T F T F", "healthy"],
    ["the prober's own fault never makes a target failing", "M M M M M M", "misconfigured"],
    ["three misconfigured answers are too few", "ok ok M M M", "healthy"],
    ["three successes clear misconfigured", "M M M M M ok ok ok", "healthy"],
    ["what could not be measured counts as nothing", "ok ok U U U U", "healthy"],
    ["what could not be measured does not push out failures", "F F F U U F", "failing"],
    ["nothing but unmeasured is inconclusive", "U U U U U", "inconclusive"],
  ])("%s: %s", (_rule, text, state) => {
    expect(history(text).at(-1)?.state ?? assessTarget(evidence([]), undefined, policy, at(0)).state).toBe(state);
  });

  it("says how many probes failed, and how the last one did", () => {
    expect(history("ok F F F F").at(-1)?.reason).toBe("4 of the last 5 probes failed (detail of failed)");
    expect(
      history("F F F F ok ok")
        .map(({ state, lingers = false }) => [state, lingers])
        .slice(-3),
    ).toEqual([
      ["failing", false],
      ["failing", false],
      ["failing", true],
    ]);
    expect(history("ok ok F").at(-1)?.reason).toBe("2 of the last 3 probes succeeded, 1 failed: too few to change from healthy");
  });

  it.each<[rule: string, minutes: readonly Sample[], wavers: true | undefined]>([
    ["well for two minutes", [minute(2, 4), minute(1, 4)], undefined],
    ["a slow answer in the last two minutes", [minute(2, 4), minute(1, 4, { slow: 1 })], true],
    ["a failed probe in the last two minutes", [minute(2, 4, { failed: 1 }), minute(1, 4)], true],
    ["a slow answer longer ago", [minute(3, 4, { slow: 1 }), minute(2, 4), minute(1, 4)], undefined],
  ])("a healthy target wavers by what its probes showed of late: %s", (_rule, probe, wavers) => {
    const { state, wavers: told } = assess(OK_WINDOW, { samples: { probe } });
    expect([state, told]).toEqual(["healthy", wavers]);
  });

  it("keeps the instant at which the state began", () => {
    const states = history("ok F F F F F F ok ok ok ok");
    expect(states.map(({ state, since }) => [state, since])).toEqual([
      ...Array.from({ length: 4 }, () => ["healthy", at(0)]),
      ...Array.from({ length: 5 }, () => ["failing", at(4 * EVERY_SECONDS)]),
      ...Array.from({ length: 2 }, () => ["healthy", at(9 * EVERY_SECONDS)]),
    ]);
  });

  it("counts no observation older than the staleness", () => {
    const all = probes("F F F F");
    const last = all.at(-1)?.at ?? "";
    const before = verdict("failing");
    expect(assessTarget(evidence(all), before, policy, last).state).toBe("failing");
    const stale = new Date(Date.parse(last) + (policy.stalenessSeconds + 1) * 1000).toISOString();
    expect(assessTarget(evidence(all), before, policy, stale)).toMatchObject({
      state: "inconclusive",
      symptom: null,
      reason: `no probe measured in the last ${policy.stalenessSeconds} s`,
      since: stale,
    });
  });

  it("an observation exactly at the staleness still counts", () => {
    expect(countable(probes("F"), policy, at(policy.stalenessSeconds))).toHaveLength(1);
    expect(countable(probes("F"), policy, at(policy.stalenessSeconds + 1))).toHaveLength(0);
  });

  it("counts no more observations than the window, the newest ones", () => {
    expect(countable(probes("F F ok ok ok ok ok"), { ...policy, stalenessSeconds: 3600 }, at(90)).map((o) => o.outcome)).toEqual(
      Array.from({ length: 5 }, () => "ok"),
    );
  });

  it("keeps the previous state in a window of mixed answers", () => {
    const mixed = probes("F ok F ok F");
    const now = mixed.at(-1)?.at ?? "";
    for (const state of ["healthy", "failing", "pressured", "misconfigured"] as const) {
      expect(assessTarget(evidence(mixed), verdict(state), policy, now).state).toBe(state);
    }
  });
});

describe("a confirm burst is started by", () => {
  it.each<[outcome: Outcome, before: VerdictState | undefined, suspect: boolean]>([
    ["failed", undefined, true],
    ["failed", "healthy", true],
    ["failed", "inconclusive", true],
    ["failed", "failing", false],
    ["throttled", "healthy", false],
    ["misconfigured", "healthy", false],
    ["unmeasured", "healthy", false],
    ["ok", "healthy", false],
  ])("%s after %s: %s", (outcome, before, suspect) => {
    expect(isSuspect(observation(outcome), before === undefined ? undefined : verdict(before))).toBe(suspect);
  });
});
