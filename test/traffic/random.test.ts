import { describe, expect, it } from "vitest";
import { draw, drawNormal } from "../../rehearsal/traffic/random.ts";

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("keyed random numbers", () => {
  it("depend on seed, purpose and every key, and on nothing else", () => {
    const base = draw(1, "member", 7, 0);
    expect(draw(1, "member", 7, 0)).toBe(base);
    const others = [
      draw(2, "member", 7, 0),
      draw(1, "instance", 7, 0),
      draw(1, "member", 8, 0),
      draw(1, "member", 7, 1),
      draw(1, "member", 7, 2 ** 32),
    ];
    expect(new Set([base, ...others]).size).toBe(6);
  });

  it("are uniform over [0, 1) for neighbouring keys", () => {
    const values = Array.from({ length: 20_000 }, (_, key) => draw(3, "uniform", key));
    const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length);
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("do not follow each other from one try of a request to the next", () => {
    const pairs = Array.from({ length: 10_000 }, (_, id) => (draw(1, "member", id, 0) - 0.5) * (draw(1, "member", id, 1) - 0.5));
    expect(Math.abs(mean(pairs)) * 12).toBeLessThan(0.04);
  });

  it("are standard normal when asked", () => {
    const values = Array.from({ length: 20_000 }, (_, key) => drawNormal(1, "normal", key));
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
  });
});
