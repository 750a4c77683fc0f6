import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { LimiterReading } from "../../src/domain/capacity.ts";
import { foldSuspicion, limiterReadings, type Suspicion } from "../../src/domain/signals.ts";
import { at, observation } from "../support/builders.ts";

const policy = DEFAULTS.detection;
const NOW_SECONDS = 7200;

function suspicion(ago: number, changes: Partial<Suspicion> = {}): Suspicion {
  return {
    source: "metricAlert",
    key: "alert-1",
    state: "raised",
    targets: ["gpt-east"],
    at: at(NOW_SECONDS - ago),
    title: "5xx",
    ...changes,
  };
}

const raised = suspicion(60);
const cleared = suspicion(30, { state: "cleared" });

describe("a suspicion is news", () => {
  it.each<[rule: string, open: readonly Suspicion[], news: Suspicion, isNew: boolean, open: readonly Suspicion[]]>([
    ["when nothing is known of its key", [], raised, true, [raised]],
    ["beside another key", [raised], suspicion(30, { key: "alert-2" }), true, [raised, suspicion(30, { key: "alert-2" })]],
    ["not as a duplicate", [raised], raised, false, [raised]],
    ["not when it is older than what is known", [raised], suspicion(90), false, [raised]],
    ["when it is raised again", [raised], suspicion(10), true, [suspicion(10)]],
    ["when it is cleared", [raised], cleared, true, [cleared]],
    ["not when it was cleared since", [cleared], raised, false, [cleared]],
    ["when it is raised after it was cleared", [cleared], suspicion(10), true, [suspicion(10)]],
    ["cleared at the very instant", [raised], { ...raised, state: "cleared" }, true, [{ ...raised, state: "cleared" }]],
    ["not when it comes too late", [], suspicion(policy.alertStalenessSeconds + 1), false, []],
    ["as a late clearing", [suspicion(2000)], suspicion(1900, { state: "cleared" }), true, [suspicion(1900, { state: "cleared" })]],
    ["by a clock ahead of ours", [], suspicion(-600), true, [suspicion(-600)]],
    ["not of an instant that cannot be", [], suspicion(-100_000), false, []],
    ["not without an instant", [], { ...raised, at: "nonsense" }, false, []],
  ])("%s", (_rule, open, news, isNew, left) => {
    expect(foldSuspicion(open, news, policy, at(NOW_SECONDS))).toEqual({ open: left, isNew });
  });

  it("after a day a raised one expires, a cleared one as soon as no late delivery can raise it again", () => {
    const later = at(NOW_SECONDS + 86_400);
    const fresh = { ...raised, key: "alert-3", at: later };
    expect(foldSuspicion([raised, { ...cleared, key: "alert-2" }], fresh, policy, later).open).toEqual([fresh]);
  });

  it("alerts of a whole large estate leave as many of the newest as fit into the row", () => {
    const targets = Array.from({ length: 1000 }, (_, i) => `deployment-${i}`);
    const storm = Array.from({ length: 20 }, (_, i) => suspicion(200 - i, { key: `global-${i}`, targets }));
    const open = storm.reduce<readonly Suspicion[]>((known, news) => foldSuspicion(known, news, policy, at(NOW_SECONDS)).open, []);
    expect(open.map(({ key }) => key)).toEqual([15, 16, 17, 18, 19].map((i) => `global-${i}`));
  });

  it("a storm leaves the hundred newest that are raised", () => {
    const storm = Array.from({ length: 150 }, (_, i) =>
      suspicion(300 - i, { key: `alert-${i}`, state: i < 149 && i % 10 === 0 ? "cleared" : "raised" }),
    );
    const open = storm.reduce<readonly Suspicion[]>((known, news) => foldSuspicion(known, news, policy, at(NOW_SECONDS)).open, []);
    expect(open).toHaveLength(100);
    expect(open.at(-1)?.key).toBe("alert-149");
    expect(open.every(({ state }) => state === "raised")).toBe(true);
  });
});

describe("limiter readings", () => {
  const probe = (seconds: number, limitTokens: number, remainingTokens: number) => ({
    ...observation("ok", at(seconds)),
    limitTokens,
    remainingTokens,
  });
  const reading = (limit: number, used: number, seconds: number): LimiterReading => ({ limit, used, at: at(seconds) });
  it.each<
    [
      rule: string,
      before: LimiterReading | null,
      fresh: readonly ReturnType<typeof observation>[],
      now: number,
      after: LimiterReading | null,
    ]
  >([
    // A probe every 15 s has seen three quarters of a minute at best.
    ["what is not left was used, and as much again in the part of the minute not seen", null, [probe(0, 120, 60)], 0, reading(120, 80, 0)],
    ["the most of the last minutes", reading(120, 90, 0), [probe(15, 120, 60)], 15, reading(120, 90, 0)],
    ["more than before", reading(120, 60, 0), [probe(15, 120, 60)], 15, reading(120, 80, 15)],
    ["older than ten minutes gives way to a newer one", reading(120, 90, 0), [probe(601, 120, 60)], 601, reading(120, 80, 601)],
    ["a target that answers nobody keeps its last one", reading(120, 90, 0), [observation("failed", at(600))], 600, reading(120, 90, 0)],
    ["for an hour", reading(120, 90, 0), [observation("failed", at(3601))], 3601, null],
    ["without headers nothing is known", null, [observation("ok", at(0))], 0, null],
    ["a new limit holds at once", reading(100, 80, 0), [probe(15, 50, 30)], 15, reading(50, 80, 0)],
    ["nonsense is not believed", null, [probe(0, 0, 30), probe(0, 100, -1)], 0, null],
  ])("%s", (_rule, before, fresh, now, after) => {
    const found = limiterReadings(before === null ? {} : { "gpt-east": before }, fresh, at(now), 15);
    expect(found).toEqual(after === null ? {} : { "gpt-east": after });
  });
});
