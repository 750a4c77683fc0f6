import { describe, expect, it } from "vitest";
import { CONSTANTS, scaled } from "../../rehearsal/constants.ts";

describe("the constants of the rehearsed Azure", () => {
  it("stand unchanged without factors", () => {
    const plain = scaled();
    expect(Object.entries(CONSTANTS).filter(([name, { value }]) => Reflect.get(plain, name) !== value)).toEqual([]);
  });

  it.each([
    [
      "propagation",
      { propagation: 0.5, breaker: 1 },
      { poolPropagationSeconds: 5, originPropagationMaxSeconds: 600, breakerTripSeconds: 60 },
    ],
    ["breaker", { propagation: 1, breaker: 1.5 }, { poolPropagationSeconds: 10, breakerTripSeconds: 90, breakerIntervalSeconds: 450 }],
  ])("the %s factor moves its family and nothing else", (_, factors, expected) => {
    expect(scaled(factors)).toMatchObject(expected);
  });

  it("a scaled count stays whole and at least 1", () => {
    expect(scaled({ propagation: 1, breaker: 0.5 }).breakerFailures).toBe(2);
    expect(scaled({ propagation: 1, breaker: 0.1 }).breakerFailures).toBe(1);
  });

  it("each says where it is from", () => {
    expect(Object.values(CONSTANTS).filter(({ source }) => source.trim() === "")).toEqual([]);
  });
});
