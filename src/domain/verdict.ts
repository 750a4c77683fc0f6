/** From observations of one target to a verdict, with hysteresis. Model: a closed set of states, each with numbers in its reason. */
import type { DetectionPolicy } from "./estate.ts";
import type { Observation, Outcome, Sample, Source } from "./observation.ts";
import { secondsBetween } from "./time.ts";

/**
 * - `healthy`, `failing`: as measured
 * - `pressured`: it answers 429: capacity, not health
 * - `misconfigured`: the prober's own fault (401, 403, 404); never acts
 * - `inconclusive`: could not measure; never acts
 */
export type VerdictState = "healthy" | "pressured" | "failing" | "misconfigured" | "inconclusive";

/** What is wrong with a failing target, or `cutOff`: why it cannot be told (the prober is isolated from it); null for everything else. */
export type Symptom = "errors" | "noAnswer" | "partialFailure" | "latency" | "traffic" | "cutOff";

export interface Verdict {
  readonly state: VerdictState;
  readonly symptom: Symptom | null;
  /** One line for a person, with numbers. */
  readonly reason: string;
  /** Since when the state has been this one. */
  readonly since: string;
}

/** Everything that is known of one target at one instant. */
export interface Evidence {
  /** The prober's own, oldest first. */
  readonly probes: readonly Observation[];
  /** Of the same target through other regions' gateways, oldest first. */
  readonly witnesses: readonly Observation[];
  /** Minutes, oldest first; a source that is missing told nothing. `probe` are the prober's own, summed up. */
  readonly samples: Readonly<Partial<Record<Source, readonly Sample[]>>>;
}

/** One rule of the two classifiers, with its numbers: what an explanation is made of. */
export interface Rule {
  /** Stable code. */
  readonly rule: string;
  readonly classifier: "outage" | "pressure" | "measurement";
  readonly met: boolean;
  /** What was found and what is needed. */
  readonly text: string;
}

export type Assessment = Verdict & { readonly trace: readonly Rule[] };

/** Observations that count: measured, fresh, and no more than the window; oldest first. */
export function countable(observations: readonly Observation[], policy: DetectionPolicy, now: string): readonly Observation[] {
  return observations
    .filter((o) => o.outcome !== "unmeasured" && secondsBetween(o.at, now) <= policy.stalenessSeconds)
    .slice(-policy.window);
}

/** `observations` oldest first. */
export function assessTarget(
  observations: readonly Observation[],
  previous: Verdict | undefined,
  policy: DetectionPolicy,
  now: string,
): Verdict {
  const seen = countable(observations, policy, now);
  const { state, reason } = classify(seen, previous, policy);
  const since = previous?.state === state ? previous.since : (seen.at(-1)?.at ?? now);
  return { state, reason, since };
}

function classify(
  seen: readonly Observation[],
  previous: Verdict | undefined,
  policy: DetectionPolicy,
): { state: VerdictState; reason: string } {
  const last = seen.at(-1);
  if (last === undefined) return { state: "inconclusive", reason: `no probe measured in the last ${policy.stalenessSeconds} s` };
  const count = (outcome: Outcome): number => seen.filter((o) => o.outcome === outcome).length;
  const tally = (outcome: Outcome): string => `${count(outcome)} of the last ${seen.length} probes ${WORDS[outcome]}`;
  if (count("failed") >= policy.failuresToFail) return { state: "failing", reason: `${tally("failed")} (${lastDetail(seen, "failed")})` };
  if (count("misconfigured") >= policy.failuresToFail) {
    return { state: "misconfigured", reason: `${tally("misconfigured")} (${lastDetail(seen, "misconfigured")})` };
  }
  const recent = seen.slice(-policy.successesToRecover);
  const answered = recent.length === policy.successesToRecover && recent.every((o) => o.outcome === "ok" || o.outcome === "throttled");
  if (count("throttled") >= policy.failuresToFail)
    return { state: "pressured", reason: `${tally("throttled")} (${lastDetail(seen, "throttled")})` };
  const trusted = previous === undefined || previous.state === "healthy";
  if (answered || (trusted && seen.every((o) => o.outcome === "ok"))) return { state: "healthy", reason: tally("ok") };
  if (previous !== undefined && previous.state !== "inconclusive") {
    return { state: previous.state, reason: `${tally("ok")}, ${count("failed")} failed: too few to change from ${previous.state}` };
  }
  return { state: "inconclusive", reason: `${tally("failed")}: ${policy.failuresToFail} are needed to call it failing` };
}

const WORDS: Record<Outcome, string> = {
  ok: "succeeded",
  throttled: "were throttled",
  failed: "failed",
  misconfigured: "were refused as misconfigured",
  unmeasured: "could not be sent",
};

function lastDetail(seen: readonly Observation[], outcome: Outcome): string {
  return seen.findLast((o) => o.outcome === outcome)?.detail ?? "";
}

/** A failed probe of a target that is not already failing starts a confirm burst: it decides in seconds, not in k intervals. */
export function isSuspect(latest: Observation, verdict: Verdict | undefined): boolean {
  return latest.outcome === "failed" && verdict?.state !== "failing";
}
