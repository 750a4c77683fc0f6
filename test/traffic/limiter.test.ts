import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { createLimiter } from "../../rehearsal/traffic/limiter.ts";
import { START } from "./support.ts";

describe("a deployment's limiter", () => {
  it("counts the estimate, prompt and max_tokens, and starts anew each minute", () => {
    const limiter = createLimiter(10_000, scaled());
    expect(limiter.admit(START, 6000, 1)).toMatchObject({ admitted: true, remainingTokens: 4000, limitTokens: 10_000 });
    expect(limiter.admit(START + 15_000, 4001, 1)).toMatchObject({ admitted: false, retryAfterSeconds: 45, remainingTokens: 4000 });
    expect(limiter.admit(START + 15_000, 4000, 1).admitted).toBe(true);
    expect(limiter.admit(START + 60_000, 10_000, 1).admitted).toBe(true);
  });

  it("allows one request per 10 s for each 1,000 tokens per minute", () => {
    const limiter = createLimiter(3000, scaled());
    const admitted = [0, 1, 2, 9].map((second) => limiter.admit(START + second * 1000, 10, 1).admitted);
    expect(admitted).toEqual([true, true, true, false]);
    expect(limiter.admit(START + 9_000, 10, 1).retryAfterSeconds).toBe(1);
    expect(limiter.admit(START + 10_000, 10, 1).admitted).toBe(true);
  });

  it("a refused request takes nothing", () => {
    const limiter = createLimiter(10_000, scaled());
    limiter.admit(START, 20_000, 1);
    expect(limiter.admit(START, 10_000, 1).admitted).toBe(true);
  });

  it("a quota cut scales both limits, down to nothing", () => {
    const limiter = createLimiter(10_000, scaled());
    expect(limiter.admit(START, 5001, 0.5).admitted).toBe(false);
    expect(limiter.admit(START, 5000, 0.5).admitted).toBe(true);
    expect(limiter.admit(START + 60_000, 1, 0).admitted).toBe(false);
  });
});
