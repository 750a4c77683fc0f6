import { describe, expect, it } from "vitest";
import type { Sample } from "../../src/domain/observation.ts";
import type { Verdict, VerdictState } from "../../src/domain/verdict.ts";
import { assess, fails, minute, OK_WINDOW, WELL } from "./evidence-builders.ts";

const PRESSURED: Verdict = { ...WELL, state: "pressured" };

/** State when the target was well before, and when it was pressured. */
function states(probes: typeof OK_WINDOW, metrics: readonly Sample[]): readonly VerdictState[] {
  return [WELL, PRESSURED].map((previous) => assess(probes, { samples: { metrics } }, previous).state);
}

describe("pressure is entered at one load and left at a lower one", () => {
  const limiter = (used: number): typeof OK_WINDOW => OK_WINDOW.map((o) => ({ ...o, limitTokens: 100, remainingTokens: 100 - used }));
  const throttled = (count: number, requests = 100): readonly Sample[] => [minute(2, requests, { throttled: count })];
  const utilisation = (utilisationPercent: number): readonly Sample[] => [minute(2, 100, { utilisationPercent })];
  it.each<[rule: string, probes: typeof OK_WINDOW, metrics: readonly Sample[], fromWell: VerdictState, fromPressured: VerdictState]>([
    ["95 % of the tokens used", limiter(95), [], "pressured", "pressured"],
    ["90 % of the tokens used", limiter(90), [], "healthy", "pressured"],
    ["84 % of the tokens used", limiter(84), [], "healthy", "healthy"],
    ["no headers", OK_WINDOW, [], "healthy", "healthy"],
    ["10 % of the real requests throttled", OK_WINDOW, throttled(10), "pressured", "pressured"],
    ["6 % of them", OK_WINDOW, throttled(6), "healthy", "pressured"],
    ["4 % of them", OK_WINDOW, throttled(4), "healthy", "healthy"],
    ["too few requests to tell", OK_WINDOW, throttled(19, 19), "healthy", "healthy"],
    ["provisioned utilisation at 100 %", OK_WINDOW, utilisation(100), "pressured", "pressured"],
    ["at 95 %", OK_WINDOW, utilisation(95), "healthy", "pressured"],
    ["at 89 %", OK_WINDOW, utilisation(89), "healthy", "healthy"],
  ])("%s", (_rule, probes, metrics, fromWell, fromPressured) => {
    expect(states(probes, metrics)).toEqual([fromWell, fromPressured]);
  });

  it("slow answers near the limit stay pressure for as long as they last", () => {
    const near = OK_WINDOW.map((o) => ({ ...o, limitTokens: 100, remainingTokens: 8 }));
    const slow = { samples: { probe: [2, 1].map((ago) => minute(ago, 4, { slow: 4 })) } };
    const first = assess(near, slow);
    expect([first.state, assess(near, slow, first).state]).toEqual(["pressured", "pressured"]);
    expect(assess(OK_WINDOW, { samples: { probe: [2, 1].map((ago) => minute(ago, 4)) } }, first).state).toBe("healthy");
  });

  it("never makes or hides an outage", () => {
    const full = { samples: { metrics: [minute(2, 100, { throttled: 90, utilisationPercent: 120 })] } };
    expect(assess(fails([12, 9, 6, 3]), full).state).toBe("failing");
  });
});
