import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apportion } from "../../src/domain/weights.ts";

const shares = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("apportion", () => {
  it.each<[rule: string, shares: number[], total: number, weights: number[]]>([
    ["nobody shares nothing", [], 100, []],
    ["one member takes all", [0.3], 100, [100]],
    ["equal shares are equal weights", [1, 1, 1, 1], 100, [25, 25, 25, 25]],
    ["the largest remainder gets the odd point, the first of equals first", [1, 1, 1], 100, [34, 33, 33]],
    ["shares need not add up to one", [0.1, 0.3], 100, [25, 75]],
    ["a share that rounds to nothing still gets 1", [0.001, 0.999], 100, [1, 99]],
    ["a share of zero gets 1: absence is decided elsewhere", [0, 1], 100, [1, 99]],
    ["all zero is all equal", [0, 0], 100, [50, 50]],
    ["as many members as points get one each", [5, 1, 0], 3, [1, 1, 1]],
  ])("%s", (_rule, given, total, weights) => {
    expect(apportion(given, total)).toEqual(weights);
  });

  it.each<[rule: string, shares: number[]]>([
    ["a negative share", [1, -1]],
    ["not a number", [Number.NaN]],
    ["an infinite share", [Number.POSITIVE_INFINITY]],
  ])("%s is refused", (_rule, given) => {
    expect(() => apportion(given)).toThrow("finite number");
  });

  it("more members than points are refused", () => {
    expect(() => apportion([1, 1, 1], 2)).toThrow("3 members cannot share a total weight of 2");
  });

  it("gives integers from 1 to 100 that add up to the total", () => {
    fc.assert(
      fc.property(shares, fc.integer({ min: 30, max: 100 }), (given, total) => {
        const weights = apportion(given, total);
        expect(weights.every((weight) => Number.isInteger(weight) && weight >= 1 && weight <= 100)).toBe(true);
        expect(weights.reduce((a, b) => a + b, 0)).toBe(total);
      }),
    );
  });

  it("never gives a smaller share a larger weight", () => {
    fc.assert(
      fc.property(shares, (given) => {
        const sorted = given.toSorted((a, b) => b - a);
        const weights = apportion(sorted);
        expect(weights).toEqual(weights.toSorted((a, b) => b - a));
      }),
    );
  });

  it("is off by less than two points from the exact share when no share is below one point", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 100 }), { minLength: 1, maxLength: 10 }), (given) => {
        const sum = given.reduce((a, b) => a + b, 0);
        apportion(given).forEach((weight, i) => expect(Math.abs(weight - ((given[i] ?? 0) / sum) * 100)).toBeLessThan(2));
      }),
    );
  });
});
