import { describe, expect, it } from "vitest";
import {
  askedMilliseconds,
  DEFAULT_POLICY,
  isTransient,
  waitMilliseconds,
  withRetries,
  type Failure,
  type Retry,
  type RetryPolicy,
} from "../../examples/client/retry.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const POLICY: RetryPolicy = {
  baseMilliseconds: 500,
  capMilliseconds: 8000,
  longestAskedMilliseconds: 30_000,
  giveUpAfterMilliseconds: 60_000,
};

describe("what a server asks for", () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ["nothing", {}, undefined],
    ["retry-after-ms", { "retry-after-ms": "250" }, 250],
    ["a fraction of a millisecond", { "retry-after-ms": "1.5" }, 1.5],
    ["retry-after-ms before Retry-After, which is coarser", { "retry-after-ms": "250", "retry-after": "1" }, 250],
    ["Retry-After in seconds", { "retry-after": "7" }, 7000],
    ["Retry-After: 0", { "retry-after": "0" }, 0],
    ["Retry-After when retry-after-ms cannot be read", { "retry-after-ms": "soon", "retry-after": "2" }, 2000],
    ["a date", { "retry-after": "Sun, 01 Mar 2026 12:00:09 GMT" }, 9000],
    ["a date of the old form", { "retry-after": "Sunday, 01-Mar-26 12:00:09 GMT" }, 9000],
    ["a date by the server's own clock", { "retry-after": "Sun, 01 Mar 2026 13:00:09 GMT", date: "Sun, 01 Mar 2026 13:00:05 GMT" }, 4000],
    ["a date that has passed", { "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }, 0],
    ["a negative number", { "retry-after": "-5" }, undefined],
    ["a negative number of milliseconds", { "retry-after-ms": "-5" }, undefined],
    ["a word", { "retry-after": "later" }, undefined],
    ["a word that ends like a date", { "retry-after": "later GMT" }, undefined],
    ["an empty header", { "retry-after": "" }, undefined],
  ])("%s", (_, headers, asked) => {
    expect(askedMilliseconds(new Headers(headers), NOW)).toBe(asked);
  });

  it("nothing where there was no answer", () => {
    expect(askedMilliseconds(undefined, NOW)).toBeUndefined();
  });
});

describe("what is worth asking again", () => {
  it.each([undefined, 408, 409, 429, 500, 502, 503, 504, 599])("%s is", (status) => {
    expect(isTransient(status === undefined ? {} : { status })).toBe(true);
  });
  it.each([400, 401, 403, 404, 405, 413, 422])("%s is not", (status) => {
    expect(isTransient({ status })).toBe(false);
  });
});

describe("how long to wait", () => {
  const LEAST = (): number => 0;
  const MOST = (): number => 1;
  it.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [5, 8000],
    [6, 8000],
    [2000, 8000],
  ])("before attempt %i + 1 anything from nothing to %i ms", (attempt, bound) => {
    expect(waitMilliseconds(attempt, undefined, POLICY, LEAST)).toBe(0);
    expect(waitMilliseconds(attempt, undefined, POLICY, () => 0.5)).toBe(bound / 2);
    expect(waitMilliseconds(attempt, undefined, POLICY, MOST)).toBe(bound);
  });

  it.each([
    ["never less than asked for, and spread after it", 7000, 7000, 7500],
    ["at once is spread too", 0, 0, 500],
    ["a day is not waited for", 86_400_000, 30_000, 30_500],
  ])("%s", (_, asked, least, most) => {
    expect(waitMilliseconds(4, asked, POLICY, LEAST)).toBe(least);
    expect(waitMilliseconds(4, asked, POLICY, MOST)).toBe(most);
  });
});

class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(String(failure.status));
    this.failure = failure;
  }
}

/** Answers in turn; each attempt takes so long, and nobody really sleeps. */
function attempts(outcomes: readonly (Failure | "ok")[], { takes = 100, policy = POLICY, random = 0.5 } = {}) {
  let now = NOW;
  let made = 0;
  const left: number[] = [];
  const retries: Retry[] = [];
  const act = async (leftMilliseconds: number): Promise<string> => {
    left.push(leftMilliseconds);
    now += takes;
    const outcome = outcomes[Math.min(made++, outcomes.length - 1)];
    if (outcome === "ok") return "ok";
    throw new Failed(outcome ?? {});
  };
  const done = withRetries(act, {
    policy,
    surroundings: { now: () => now, random: () => random, sleep: async (milliseconds) => void (now += milliseconds) },
    failureOf: (error) => (error instanceof Failed ? error.failure : undefined),
    onRetry: (retry) => void retries.push(retry),
  });
  return { done, retries, left, made: () => made, elapsed: () => now - NOW };
}

describe("a call that is tried again", () => {
  it("goes on until it is answered, waiting longer and as long as it is asked to", async () => {
    const run = attempts([{ status: 503 }, {}, { status: 429, headers: new Headers({ "retry-after": "5" }) }, "ok"]);
    expect(await run.done).toBe("ok");
    expect(run.retries.map(({ attempt, waitMilliseconds: wait }) => [attempt, wait])).toEqual([
      [1, 250],
      [2, 500],
      [3, 5250],
    ]);
    expect(run.left).toEqual([60_000, 59_650, 59_050, 53_700]);
  });

  it.each([400, 401, 403, 404])("%i is thrown at once", async (status) => {
    const run = attempts([{ status }, "ok"]);
    await expect(run.done).rejects.toThrow(String(status));
    expect([run.made(), run.retries]).toEqual([1, []]);
  });

  it("an error that is no failed call is thrown at once", async () => {
    const surroundings = { now: () => NOW, random: () => 0, sleep: async () => undefined };
    const act = () => Promise.reject(new TypeError("a defect"));
    const options = { policy: POLICY, surroundings, failureOf: () => undefined, onRetry: () => expect.fail("tried again") };
    await expect(withRetries(act, options)).rejects.toThrow("a defect");
  });

  it("is given up within its time, with the last failure", async () => {
    const run = attempts([{ status: 503 }, { status: 500 }], { random: 0.999 });
    await expect(run.done).rejects.toThrow("500");
    expect(run.elapsed()).toBeLessThanOrEqual(POLICY.giveUpAfterMilliseconds);
    expect(Math.min(...run.left)).toBeGreaterThan(0);
  });

  it("is not waited for when the wait would outlast its time", async () => {
    const asked = { status: 429, headers: new Headers({ "retry-after": "20" }) };
    const run = attempts([asked], { policy: { ...POLICY, giveUpAfterMilliseconds: 10_000 } });
    await expect(run.done).rejects.toThrow("429");
    expect([run.made(), run.elapsed()]).toEqual([1, 100]);
  });

  it("ends by itself where nothing ever waits: even without jitter's luck time passes with the attempts", async () => {
    const run = attempts([{ status: 500 }], { random: 0, takes: 1000 });
    await expect(run.done).rejects.toThrow("500");
    expect(run.made()).toBe(60);
  });

  it("the default gives a region's failover time to happen", () => {
    expect(DEFAULT_POLICY.giveUpAfterMilliseconds).toBeGreaterThan(DEFAULT_POLICY.longestAskedMilliseconds);
  });
});
