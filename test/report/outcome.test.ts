import { describe, expect, it } from "vitest";
import type { Mode } from "../../rehearsal/drill/job.ts";
import type { Summary } from "../../rehearsal/drill/result.ts";
import { policyGroups } from "../../rehearsal/report/groups.ts";
import { alarms, comparisons, outcome, verdictOf } from "../../rehearsal/report/outcome.ts";
import { FAULT, REGIONS, result } from "./fixture.ts";

interface Side {
  readonly lost: number;
  readonly relief?: number | null;
  readonly requests?: number;
}

function summaryOf({ lost, relief = 0, requests = 10_000 }: Side): Partial<Summary> {
  return { lost, requests, timeToReliefSeconds: relief };
}

function pair(on: Side, off: Side, mode: Partial<Mode> = {}) {
  return [result(mode, summaryOf(on)), result({ ...mode, automation: "off" }, summaryOf(off))];
}

/** No-break spaces as plain ones. */
function sentence(on: Side, off: Side, mode: Partial<Mode> = {}) {
  return (comparisons(policyGroups(pair(on, off, mode)))[0]?.sentence ?? "").replaceAll("\u00a0", " ");
}

describe("the verdict", () => {
  it.each([
    ["better", 100, 1000],
    ["worse", 1000, 100],
    ["same", 100, 100],
    ["same, within 0.05 % or 3 either way", 105, 100],
    ["same, a gain that small included", 95, 100],
    ["better beyond it", 94, 100],
    ["worse beyond it", 106, 100],
  ])("is %s", (expected, on, off) => {
    const verdict = verdictOf(result({}, summaryOf({ lost: on })).summary, result({}, summaryOf({ lost: off })).summary);
    expect(expected.startsWith(verdict)).toBe(true);
  });
});

describe("the sentence of a gateway policy", () => {
  it.each<[string, Side, Side, string]>([
    ["a win", { lost: 240 }, { lost: 1120 }, "automation loses 240 of 10,000 requests (2.4 %) instead of 1,120 (11.2 %)"],
    [
      "a defeat",
      { lost: 500 },
      { lost: 3 },
      "automation does worse: it loses 500 of 10,000 requests (5 %), where Azure's own means lose 3 (0.03 %)",
    ],
    ["a tie", { lost: 3 }, { lost: 3 }, "automation makes no difference to clients: 3 of 10,000 requests (0.03 %) are lost either way"],
    [
      "a near tie",
      { lost: 4 },
      { lost: 3 },
      "automation makes no difference that counts: 4 of 10,000 requests (0.04 %) are lost with it, 3 (0.03 %) without",
    ],
    [
      "other totals",
      { lost: 1 },
      { lost: 500, requests: 9000 },
      "automation loses 1 of 10,000 requests (0.01 %) instead of 500 of 9,000 (5.6 %)",
    ],
  ])("tells %s", (_, on, off, expected) => {
    expect(sentence(on, off)).toContain(`With plain gateways, ${expected};`);
  });

  it.each<[number | null, number | null, string]>([
    [24, 1200, "relief comes after 24 s instead of 1,200 s"],
    [40, 10, "yet relief comes later, after 40 s instead of 10 s"],
    [12, 12, "relief comes after 12 s either way"],
    [0, 0, "the success rate drops in neither"],
    [24.5, null, "relief comes after 24.5 s, without it never"],
    [null, 1200, "yet the success rate never recovers, where without it relief comes after 1,200 s"],
    [null, null, "the success rate recovers in neither"],
  ])("tells relief after %s against %s", (on, off, expected) => {
    expect(sentence({ lost: 9, relief: on }, { lost: 9, relief: off })).toMatch(new RegExp(`; ${expected}\\.$`));
  });

  it("says nothing of relief where no fault met the clients", () => {
    const results = pair({ lost: 0 }, { lost: 0 }).map((one) => ({ ...one, faults: [] }));
    expect(comparisons(policyGroups(results))[0]?.sentence).toMatch(/are lost either way\.$/);
  });

  it("names the gateway policy and a deep edge probe", () => {
    expect(sentence({ lost: 9 }, { lost: 9 }, { gateway: "breaker-and-retry", edge: "deep" })).toMatch(
      /^With circuit breaker and retries in the gateways and deep probes at the edge, /,
    );
  });
});

describe("the one sentence on top", () => {
  const good = pair({ lost: 10 }, { lost: 900 });
  const even = pair({ lost: 3 }, { lost: 3 }, { gateway: "breaker" });
  const bad = pair({ lost: 900 }, { lost: 10 }, { gateway: "breaker-and-retry" });
  const of = (...pairs: (typeof good)[]): string => outcome(comparisons(policyGroups(pairs.flat())));

  it("tells wins, ties and defeats alike", () => {
    expect(of(good, even, bad)).toBe(
      "Automation loses fewer requests than Azure's own means with plain gateways; " +
        "it does no better and no worse than Azure's own means with a circuit breaker in the gateways; " +
        "it loses more requests than Azure's own means with circuit breaker and retries in the gateways.",
    );
  });

  it("is short where all agree", () => {
    expect(of(good, pair({ lost: 10 }, { lost: 900 }, { gateway: "breaker" }))).toBe(
      "Automation loses fewer requests than Azure's own means under every gateway policy.",
    );
  });

  it("compares nothing with one side only", () => {
    expect(of(good.slice(0, 1))).toContain("compares nothing");
  });
});

describe("alarms", () => {
  it("count false evacuations and violated invariants of every drill", () => {
    const breach = { invariant: "poolNeverEmpty", at: FAULT.from, detail: "empty" } as const;
    const falsely = { at: FAULT.from, region: REGIONS[0], failureShare: 0, reason: "healthy" } as const;
    const results = [result(), result({}, { invariantViolations: [breach, breach] }), result({}, { falseEvacuations: [falsely] })];
    expect(alarms(results, () => "this drill")).toEqual(["This drill: 2 violations of invariants.", "This drill: 1 false evacuation."]);
  });
});
