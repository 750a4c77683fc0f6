/** What an assessment speaks of, and the one view of the evidence that every rule reads: sorted, fresh, and cut to what may count. */
import type { DetectionPolicy } from "./estate.ts";
import type { Observation, Sample, Source } from "./observation.ts";
import { instantOf } from "./time.ts";

/**
 * - `healthy`, `failing`: as measured
 * - `pressured`: it refuses or slows down for want of capacity, which is not ill health
 * - `misconfigured`: the prober's own fault (401, 403, 404); never acts
 * - `inconclusive`: could not measure, or the sources disagree; never acts
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
  /** It is still called failing only because too little speaks for its recovery yet: no new evacuation begins on that. */
  readonly lingers?: true;
  /** It is called healthy, but of its probes of the last two to three minutes (four rounds, where those take longer) one or more failed or were slow. */
  readonly wavers?: true;
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

/** A rule that was looked at: of a thousand targets hardly any is ever put into words. */
export interface LazyRule extends Omit<Rule, "text"> {
  readonly text: () => string;
}

export type Assessment = Verdict & { readonly trace: readonly Rule[] };

/** A minute that was summed up, with its start in milliseconds. */
export interface Minute {
  readonly start: number;
  readonly sample: Sample;
}

export const PASSIVE_SOURCES = ["metrics", "gatewayLogs"] as const satisfies readonly Source[];
/** Sources that tell of real traffic; both are minutes late. */
export type PassiveSource = (typeof PASSIVE_SOURCES)[number];

export interface View {
  readonly policy: DetectionPolicy;
  readonly previous: Verdict | undefined;
  /** Milliseconds. */
  readonly now: number;
  /** The prober's countable probes, oldest first. */
  readonly seen: readonly Observation[];
  /** Fresh witnesses that got as far as the target. */
  readonly witnesses: readonly Observation[];
  /** The prober's own minutes. */
  readonly own: readonly Minute[];
  /** Those of them that may show a gray failure. */
  readonly gray: readonly Minute[];
  /** Whole minutes of real traffic, old enough to be complete and young enough to tell of now. */
  readonly passive: Readonly<Record<PassiveSource, readonly Minute[]>>;
  /** Minutes of real traffic that began before this (milliseconds) do not make a target failing. */
  readonly trafficFrom: number;
}

export const MINUTE_MILLISECONDS = 60_000;
/** Several app instances with clocks apart: an observation this far ahead was made now. */
export const SKEW_SECONDS = 300;
/** The newest minutes of metrics may be partial (azure-facts 3.4). */
const SETTLED_MILLISECONDS = MINUTE_MILLISECONDS;
/** How much later than the probes real traffic is known: metrics 1–3 min, logs 3–10 min (azure-facts 3.4, 4.4). */
const PASSIVE_LAG_SECONDS = 240;

export function readEvidence(evidence: Evidence, previous: Verdict | undefined, policy: DetectionPolicy, now: string): View {
  const at = instantOf(now);
  const since = lastChange(previous, at);
  const ownFrom = at - policy.graySeconds * 1000 - MINUTE_MILLISECONDS + 1;
  const passiveFrom = at - (policy.graySeconds + PASSIVE_LAG_SECONDS) * 1000;
  const passiveTo = at - SETTLED_MILLISECONDS - MINUTE_MILLISECONDS;
  const { metrics, gatewayLogs, probe } = evidence.samples;
  const own = minutes(probe, ownFrom, at);
  return {
    policy,
    previous,
    now: at,
    seen: countable(evidence.probes, policy, now),
    witnesses: fresh(evidence.witnesses, policy, at).filter((o) => o.outcome !== "misconfigured"),
    own,
    gray: own.filter(({ start }) => start > since.own),
    passive: { metrics: minutes(metrics, passiveFrom, passiveTo), gatewayLogs: minutes(gatewayLogs, passiveFrom, passiveTo) },
    trafficFrom: since.traffic,
  };
}

/** Observations that count: measured, fresh, and no more than the window; oldest first. */
export function countable(observations: readonly Observation[], policy: DetectionPolicy, now: string): readonly Observation[] {
  return fresh(observations, policy, instantOf(now)).slice(-policy.window);
}

function fresh(observations: readonly Observation[], policy: DetectionPolicy, now: number): readonly Observation[] {
  const found: Observation[] = [];
  let isSorted = true;
  let last = -Infinity;
  for (const observation of observations) {
    const at = instantOf(observation.at);
    const age = (now - at) / 1000;
    if (observation.outcome === "unmeasured" || !(age <= policy.stalenessSeconds && age >= -SKEW_SECONDS)) continue;
    isSorted &&= last < at;
    last = at;
    found.push(observation);
  }
  // Of two in one instant neither came first: what they say must not depend on their order.
  return isSorted ? found : found.sort((a, b) => instantOf(a.at) - instantOf(b.at) || compareText(JSON.stringify(a), JSON.stringify(b)));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A gray failure is not what an outage leaves behind: minutes before the target was last well say nothing of it. Of an outage that may be
 * ending, the prober's own minutes since its start show whether it is a partial one; real traffic, told minutes late, would only prolong it.
 */
function lastChange(previous: Verdict | undefined, now: number): { own: number; traffic: number } {
  if (previous === undefined) return { own: -Infinity, traffic: -Infinity };
  const { state, symptom } = previous;
  const since = instantOf(previous.since) || -Infinity;
  if (symptom === "cutOff") return { own: now, traffic: now };
  if (symptom === "errors" || symptom === "noAnswer") return { own: since, traffic: now };
  const isKnown = state === "healthy" || state === "pressured" || state === "misconfigured";
  return isKnown ? { own: since, traffic: since } : { own: -Infinity, traffic: -Infinity };
}

function minutes(samples: readonly Sample[] | undefined, from: number, to: number): readonly Minute[] {
  const found: Minute[] = [];
  let isSorted = true;
  let last = -Infinity;
  for (const sample of samples ?? []) {
    const start = instantOf(sample.at);
    if (!(start >= from && start <= to)) continue;
    isSorted &&= last < start;
    last = start;
    found.push({ start, sample });
  }
  return isSorted ? found : found.sort((a, b) => a.start - b.start);
}

/** Nothing came back at all. */
export function isUnanswered({ outcome, errorClass }: Observation): boolean {
  return outcome === "failed" && errorClass !== undefined && errorClass !== "serverError" && errorClass !== "emptyAnswer";
}

export function isAnswered({ outcome }: Observation): boolean {
  return outcome === "ok" || outcome === "throttled";
}
