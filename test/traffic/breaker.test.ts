import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { createBreaker } from "../../rehearsal/traffic/breaker.ts";
import type { Answer } from "../../rehearsal/world.ts";

type Result = Pick<Answer, "result" | "retryAfterSeconds">;

function breakerAfter(answers: readonly [second: number, answer: Result][]) {
  const breaker = createBreaker(scaled());
  for (const [second, answer] of answers) breaker.record(second * 1000, answer);
  return (second: number) => breaker.isTripped(second * 1000);
}

const FAILED = { result: 503 } as const;

describe("circuit breaker", () => {
  it.each([
    ["429", { result: 429 }],
    ["500", { result: 500 }],
    ["599", { result: 599 }],
    ["a timeout", { result: "timeout" }],
    ["a broken connection", { result: "reset" }],
  ] satisfies [string, Result][])("three answers of %s trip it for a minute, not two", (_, answer) => {
    expect(
      breakerAfter([
        [0, answer],
        [1, answer],
      ])(1),
    ).toBe(false);
    const tripped = breakerAfter([
      [0, answer],
      [1, answer],
      [2, answer],
    ]);
    expect([2, 61.9, 62].map(tripped)).toEqual([true, true, false]);
  });

  it.each([200, 400, 401, 404])("%i does not count", (result) => {
    expect(
      breakerAfter([
        [0, { result }],
        [1, { result }],
        [2, { result }],
      ])(2),
    ).toBe(false);
  });

  it("failures need not follow each other, but older ones than the interval do not count", () => {
    expect(
      breakerAfter([
        [0, FAILED],
        [1, { result: 200 }],
        [100, FAILED],
        [299, FAILED],
      ])(299),
    ).toBe(true);
    expect(
      breakerAfter([
        [0, FAILED],
        [100, FAILED],
        [300, FAILED],
      ])(300),
    ).toBe(false);
  });

  it("accepts Retry-After as the trip's length", () => {
    const throttled = { result: 429, retryAfterSeconds: 7 } as const;
    expect(
      [8.9, 9].map(
        breakerAfter([
          [0, throttled],
          [1, throttled],
          [2, throttled],
        ]),
      ),
    ).toEqual([true, false]);
  });

  it("closes with no failures counted, and late answers to calls from before the trip neither prolong nor count", () => {
    const answers: [number, Result][] = [
      [0, FAILED],
      [0, FAILED],
      [0, FAILED],
      [30, FAILED],
      [61, FAILED],
      [62, FAILED],
    ];
    const tripped = breakerAfter(answers);
    expect([59, 60, 62].map(tripped)).toEqual([true, false, false]);
    expect(breakerAfter([...answers, [63, FAILED]])(63)).toBe(true);
  });
});
