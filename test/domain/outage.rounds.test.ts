/** Gray failures are a matter of chance: what share of them is found in time, and how seldom noise is taken for one. */
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../src/domain/verdict.ts";
import { runRounds, type Setting } from "./rounds.ts";

const ONSET = 600;
const SEEDS = Array.from({ length: 300 }, (_, i) => i);

function failing(share: number): Setting["answer"] {
  return (second, random) => ({ outcome: random() < (second >= ONSET ? share : 0) ? "failed" : "ok" });
}

/** Seconds from the onset to the first failing verdict; Infinity = not within `seconds`. */
function detection(setting: Omit<Setting, "told" | "seconds">, seconds = 300): { seconds: number; verdict: Verdict | undefined } {
  let found: { seconds: number; verdict: Verdict | undefined } = { seconds: Infinity, verdict: undefined };
  runRounds({
    ...setting,
    seconds: ONSET + seconds + 1,
    told: (second, verdict) => {
      if (verdict.state !== "failing" || second - ONSET > seconds) return false;
      found = { seconds: second - ONSET, verdict };
      return true;
    },
  });
  return found;
}

function foundShare(setting: Omit<Setting, "told" | "seconds" | "seed">): number {
  return SEEDS.filter((seed) => detection({ ...setting, seed }).seconds <= 300).length / SEEDS.length;
}

describe("20 % of the requests fail: found within five minutes of 15 s rounds", () => {
  it.each<[how: string, setting: Omit<Setting, "told" | "seconds" | "seed">, least: number]>([
    ["by probes alone, bursts cut short", { answer: failing(0.2), metrics: false, whole: false }, 0.35],
    ["by probes alone, whole bursts in doubt", { answer: failing(0.2), metrics: false }, 0.75],
    ["with metrics", { answer: failing(0.2), metrics: true }, 0.96],
  ])("%s", (_how, setting, least) => {
    expect(foundShare(setting)).toBeGreaterThanOrEqual(least);
  });

  it("half of the requests: always, with or without metrics", () => {
    expect(foundShare({ answer: failing(0.5), metrics: false })).toBeGreaterThanOrEqual(0.99);
    expect(foundShare({ answer: failing(0.5), metrics: true })).toBe(1);
  });
});

describe("an outage of all requests is found in the round that meets it", () => {
  it("by the fourth probe of its burst", () => {
    for (const seed of SEEDS.slice(0, 20))
      expect(detection({ seed, answer: failing(1), metrics: true }).seconds).toBeLessThanOrEqual(15 + 12 + 5);
  });
});

describe("latency alone", () => {
  it("is found within five minutes and is called latency", () => {
    const slow: Setting["answer"] = (second) => ({ outcome: "ok", latencyMilliseconds: second >= ONSET ? 4500 : 800 });
    const found = detection({ seed: 1, answer: slow, metrics: true });
    expect(found.seconds).toBeLessThanOrEqual(180);
    expect(found.verdict?.symptom).toBe("latency");
  });
});

describe("noise is no failure", () => {
  it.each([
    ["1 %, probes alone", 0.01, false],
    ["2 %, probes alone", 0.02, false],
    ["2 %, with metrics", 0.02, true],
  ] as const)("%s of all requests, over 10,000 minutes", (_what, share, metrics) => {
    let wrong = 0;
    const answer: Setting["answer"] = (_second, random) => ({ outcome: random() < share ? "failed" : "ok" });
    const told = (_second: number, verdict: Verdict): boolean => {
      if (verdict.state === "failing") wrong += 1;
      return false;
    };
    runRounds({ seed: 11, seconds: 600_000, answer, metrics, told });
    expect(wrong).toBe(0);
  });
});

describe("once a failure is known to be partial, it stays failing for as long as it lasts, and clears after it", () => {
  it.each(SEEDS.slice(0, 20))("seed %d", (seed) => {
    const END = ONSET + 1800;
    const answer: Setting["answer"] = (second, random) => ({
      outcome: second >= ONSET && second < END && random() < 0.25 ? "failed" : "ok",
    });
    const changes: { second: number; state: string }[] = [];
    runRounds({
      seed,
      seconds: END + 600,
      answer,
      metrics: false,
      told: (second, { state, symptom }) => {
        const isKnown = changes.length > 0 || symptom === "partialFailure";
        if (isKnown && changes.at(-1)?.state !== state) changes.push({ second, state });
        return false;
      },
    });
    expect(changes.map((change) => change.state)).toEqual(["failing", "healthy"]);
    expect(changes[0]?.second).toBeLessThanOrEqual(ONSET + 900);
    expect(changes[1]?.second).toBeGreaterThan(END);
    expect(changes[1]?.second).toBeLessThanOrEqual(END + 360);
  });
});
