import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Observation, Sample } from "../../src/domain/observation.ts";
import { addProbes, sampleOf } from "../../src/domain/samples.ts";
import type { TrafficMinute } from "../../src/domain/signals.ts";
import { at, observation } from "../support/builders.ts";

const policy = DEFAULTS.detection;
const NOTHING: Sample = { at: at(0), requests: 0, failed: 0, throttled: 0, slow: 0, latencyMilliseconds: null, utilisationPercent: null };

describe("probes are folded into their minutes", () => {
  it("by outcome and latency; what the prober's own fault hides does not count", () => {
    const slow: Observation = { ...observation("ok", at(65)), latencyMilliseconds: policy.slowMilliseconds };
    const fresh = [
      observation("ok", at(5)),
      observation("failed", at(20)),
      observation("throttled", at(35)),
      observation("misconfigured", at(40)),
      observation("unmeasured", at(41)),
      slow,
    ];
    expect(addProbes([], fresh, policy, at(70))).toEqual([
      { ...NOTHING, requests: 3, failed: 1, throttled: 1, latencyMilliseconds: 100 },
      { ...NOTHING, at: at(60), requests: 1, slow: 1, latencyMilliseconds: policy.slowMilliseconds },
    ]);
  });

  it("round by round as all at once, with the mean of the answered ones", () => {
    const fresh = [100, 300, 500].map((latencyMilliseconds, i) => ({ ...observation("ok", at(i * 15)), latencyMilliseconds }));
    const rounds = fresh.reduce<readonly Sample[]>((samples, o) => addProbes(samples, [o], policy, o.at), []);
    expect(rounds).toEqual(addProbes([], fresh, policy, at(30)));
    expect(rounds[0]?.latencyMilliseconds).toBe(300);
  });

  it("minutes older than the gray seconds and one are dropped, and nonsense is not counted", () => {
    const oldest = policy.graySeconds + 60;
    const samples = [{ ...NOTHING, requests: 4 }];
    expect(addProbes(samples, [], policy, at(oldest))).toEqual(samples);
    expect(addProbes(samples, [], policy, at(oldest + 1))).toEqual([]);
    expect(addProbes([], [observation("ok", "nonsense"), observation("ok", at(301))], policy, at(0))).toEqual([]);
  });

  it("a probe by a clock a little ahead was made now", () => {
    expect(addProbes([], [observation("ok", at(200))], policy, at(0))).toMatchObject([{ at: at(0), requests: 1 }]);
  });
});

describe("a minute of real traffic", () => {
  const EMPTY: TrafficMinute = {
    at: at(0),
    tokens: null,
    answered: null,
    serverErrors: null,
    throttled: null,
    latencyMilliseconds: null,
    utilisationPercent: null,
  };
  it.each<[rule: string, minute: Partial<TrafficMinute>, sample: Partial<Sample> | null]>([
    ["without a data point is no sample", {}, null],
    ["with tokens alone tells nothing of health", { tokens: 10 }, null],
    ["counts all that was asked", { answered: 90, serverErrors: 6, throttled: 4 }, { requests: 100, failed: 6, throttled: 4 }],
    ["without errors beside answers had none", { answered: 90 }, { requests: 90, failed: 0, throttled: 0 }],
    ["with errors alone had no answers", { serverErrors: 9 }, { requests: 9, failed: 9 }],
    ["zero is a data point", { answered: 0 }, { requests: 0 }],
    ["is slow as a whole by its mean", { answered: 9, latencyMilliseconds: 4000 }, { slow: 9, latencyMilliseconds: 4000 }],
    ["is not slow below it", { answered: 9, latencyMilliseconds: 3999 }, { slow: 0 }],
    ["keeps a utilisation without requests", { utilisationPercent: 100 }, { requests: 0, utilisationPercent: 100 }],
    ["takes no nonsense for a number", { answered: Number.NaN, serverErrors: -1 }, null],
    ["of no instant is no sample", { at: "nonsense", answered: 9 }, null],
    ["begins with its minute", { at: at(59), answered: 9 }, { at: at(0) }],
  ])("%s", (_rule, minute, sample) => {
    const found = sampleOf({ ...EMPTY, ...minute }, policy);
    if (sample === null) expect(found).toBeNull();
    else expect(found).toMatchObject(sample);
  });
});
