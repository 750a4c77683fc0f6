import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CLASSES, type Observation, type Sample } from "../../src/domain/observation.ts";
import { assessTarget, type Evidence, type Verdict } from "../../src/domain/verdict.ts";
import { at, observation } from "../support/builders.ts";
import { NOW, NOW_SECONDS, policy } from "./evidence-builders.ts";

const RUNS = { numRuns: 1500 };
const ago = fc.oneof(fc.integer({ min: -60, max: 120 }), fc.constantFrom(0, 15, 30, 100_000, -100_000));

const probe: fc.Arbitrary<Observation> = fc
  .record({
    ago,
    outcome: fc.constantFrom(
      "ok" as const,
      "ok" as const,
      "failed" as const,
      "failed" as const,
      "throttled" as const,
      "misconfigured" as const,
      "unmeasured" as const,
    ),
    errorClass: fc.constantFrom(...ERROR_CLASSES),
    latencyMilliseconds: fc.constantFrom(500, 4500),
    remainingTokens: fc.constantFrom(undefined, 2, 12, 90),
  })
  .map(({ ago: seconds, outcome, errorClass, latencyMilliseconds, remainingTokens }) => ({
    ...observation(outcome, at(NOW_SECONDS - seconds)),
    latencyMilliseconds,
    ...(outcome === "failed" ? { errorClass } : {}),
    ...(remainingTokens === undefined ? {} : { remainingTokens, limitTokens: 100 }),
  }));

const share = fc.constantFrom(0, 0, 0.02, 0.1, 0.25, 1);
const sample: fc.Arbitrary<Sample> = fc
  .record({
    minutes: fc.integer({ min: -1, max: 12 }),
    requests: fc.constantFrom(0, 4, 20, 100),
    failed: share,
    throttled: share,
    slow: share,
    latency: fc.constantFrom(null, 500, 9000),
    utilisation: fc.constantFrom(null, 50, 95, 110),
  })
  .map(({ minutes, requests, failed, throttled, slow, latency, utilisation }) => {
    const bad = Math.round(requests * failed);
    const refused = Math.round((requests - bad) * throttled);
    const late = Math.round((requests - bad - refused) * slow);
    return {
      at: at(NOW_SECONDS - minutes * 60),
      requests,
      failed: bad,
      throttled: refused,
      slow: late,
      latencyMilliseconds: latency,
      utilisationPercent: utilisation,
    };
  });

const samples = fc
  .uniqueArray(sample, { maxLength: 8, selector: ({ at: start }) => start })
  .map((all) => all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)));
const probes = fc.array(probe, { maxLength: 9 }).map((all) => all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)));
const evidence: fc.Arbitrary<Evidence> = fc
  .record({
    probes,
    witnesses: probes,
    samples: fc.record({ probe: samples, metrics: samples, gatewayLogs: samples }, { requiredKeys: [] }),
  })
  .map((all) => {
    // Minutes are made of probes: none is newer than the last of them.
    const last = Date.parse(all.probes.findLast((o) => Date.parse(o.at) <= Date.parse(NOW))?.at ?? "") || 0;
    return { ...all, samples: { ...all.samples, probe: (all.samples.probe ?? []).filter(({ at: start }) => Date.parse(start) <= last) } };
  });

const previous: fc.Arbitrary<Verdict | undefined> = fc.option(
  fc
    .oneof(
      fc.record({ state: fc.constantFrom("healthy" as const, "pressured" as const, "misconfigured" as const), symptom: fc.constant(null) }),
      fc.record({
        state: fc.constant("failing" as const),
        symptom: fc.constantFrom("errors" as const, "noAnswer" as const, "partialFailure" as const, "latency" as const, "traffic" as const),
      }),
      fc.record({ state: fc.constant("inconclusive" as const), symptom: fc.constantFrom("cutOff" as const, null) }),
    )
    .chain((verdict) =>
      fc.integer({ min: 0, max: 900 }).map((seconds) => ({ ...verdict, reason: "before", since: at(NOW_SECONDS - seconds) })),
    ),
  { nil: undefined },
);
const policies = fc.record({ quorum: fc.constantFrom(1, 2) }).map((changes) => ({ ...policy, ...changes }));

describe("whatever the evidence", () => {
  it("assessing again without news changes neither the state nor since when", () => {
    fc.assert(
      fc.property(evidence, previous, policies, (known, before, own) => {
        const first = assessTarget(known, before, own, NOW);
        const second = assessTarget(known, first, own, NOW);
        expect([second.state, second.since]).toEqual([first.state, first.since]);
      }),
      RUNS,
    );
  });

  it("a failure in place of a quick answer never makes a target healthy, nor a failing one well", () => {
    fc.assert(
      fc.property(evidence, previous, fc.nat(), (known, before, pick) => {
        const good = known.probes.filter((o) => o.outcome === "ok" && o.latencyMilliseconds < policy.slowMilliseconds);
        const chosen = good[pick % (good.length || 1)];
        fc.pre(chosen !== undefined);
        const worse = known.probes.map((o) =>
          o === chosen ? { ...o, outcome: "failed" as const, errorClass: "serverError" as const } : o,
        );
        const [was, is] = [known.probes, worse].map(
          (all) => assessTarget({ ...known, probes: all, witnesses: [] }, before, policy, NOW).state,
        );
        if (was === "failing") expect(["healthy", "pressured"]).not.toContain(is);
        if (was !== "healthy" && was !== "pressured") expect(is).not.toBe("healthy");
      }),
      RUNS,
    );
  });

  it("the order of what was observed in one instant does not matter", () => {
    fc.assert(
      fc.property(evidence, previous, (known, before) => {
        const flipped = (all: readonly Observation[]): readonly Observation[] =>
          all.toReversed().toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
        const other = { ...known, probes: flipped(known.probes), witnesses: flipped(known.witnesses) };
        expect(assessTarget(other, before, policy, NOW)).toEqual(assessTarget(known, before, policy, NOW));
      }),
      RUNS,
    );
  });

  it("it gives a reason, never begins in the future, and survives instants that are none", () => {
    fc.assert(
      fc.property(evidence, previous, fc.constantFrom("", "nonsense", "2026-13-45T00:00:00Z"), (known, before, odd) => {
        const probeless = known.probes.map((o, i) => (i % 2 === 0 ? { ...o, at: odd } : o));
        const found = assessTarget(
          {
            ...known,
            probes: probeless,
            samples: {
              probe: [{ at: odd, requests: 5, failed: 5, throttled: 0, slow: 0, latencyMilliseconds: null, utilisationPercent: null }],
            },
          },
          before,
          policy,
          NOW,
        );
        expect(found.reason).not.toBe("");
        expect(Date.parse(found.since)).toBeLessThanOrEqual(Date.parse(NOW));
      }),
      RUNS,
    );
  });
});
