import { describe, expect, it } from "vitest";
import { outcomesOf, timeToReliefSeconds } from "../../rehearsal/drill/measures-relief.ts";
import { request, second, traffic } from "./measures-support.ts";

/** Onset at 600 s of a log of 1800 s. */
function relief(fails: (at: number, id: number) => boolean, logSeconds = 1800): number | null {
  return timeToReliefSeconds(outcomesOf(traffic(logSeconds, fails)), second(600), second(logSeconds));
}

describe("time to relief", () => {
  it("is 0 when the success rate never dropped", () => {
    expect(relief(() => false)).toBe(0);
    expect(relief((_, id) => id % 100 === 0)).toBe(0);
  });

  it("is when the last failure is past: a window may start one millisecond after the last but one", () => {
    // Ten requests a second, so 30 s allow three failures: the failures at 659.7, .8 and .9 may be in a good window.
    expect(relief((at) => at >= 600 && at < 660)).toBeCloseTo(59.6, 2);
  });

  it("counts nothing before the onset", () => {
    expect(relief((at) => at > 590 && at < 600)).toBe(0);
  });

  it("allows failures as before the fault plus one point", () => {
    const before = (at: number, id: number) => at < 600 && id % 20 === 0;
    expect(relief((at, id) => before(at, id) || (at >= 600 && id % 17 === 0))).toBe(0);
    expect(relief((at, id) => before(at, id) || (at >= 600 && at < 1000 && id % 14 === 0))).toBeGreaterThan(350);
  });

  it("allows one failure a window however few the requests", () => {
    const sparse = Array.from({ length: 180 }, (_, id) => request(id, id * 10, id === 70 ? 503 : 200));
    expect(timeToReliefSeconds(outcomesOf(sparse), second(600), second(1800))).toBe(0);
    const two = Array.from({ length: 180 }, (_, id) => request(id, id * 10, id === 70 || id === 71 ? 503 : 200));
    expect(timeToReliefSeconds(outcomesOf(two), second(600), second(1800))).toBe(100.001);
  });

  it("starts again with a drop within 90 s, but not with a later one", () => {
    const first = (at: number) => at >= 600 && at < 640;
    const again = (from: number) => (at: number) => first(at) || (at >= from && at < from + 10);
    expect(relief(again(740))).toBeCloseTo(749.6 - 600, 1);
    // The windows that start up to 90 s after 639.6 s reach to 759.6 s.
    expect(relief(again(780))).toBeCloseTo(39.6, 1);
  });

  it("is null when the log does not show it", () => {
    expect(relief((at) => at >= 600)).toBeNull();
    expect(relief((at) => at >= 600 && at < 1000, 1100)).toBeNull();
  });

  it("goes by arrival: a request lost late counts when it came, and order of ending does not matter", () => {
    const records = traffic(1800, (at) => at >= 600 && at < 660).toReversed();
    expect(timeToReliefSeconds(outcomesOf(records), second(600), second(1800))).toBeCloseTo(59.6, 2);
  });
});
