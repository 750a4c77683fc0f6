/** The outage classifier: what makes a target failing. Each rule says what it found and what it needs. */
import type { DetectionPolicy } from "./estate.ts";
import {
  isAnswered,
  isUnanswered,
  MINUTE_MILLISECONDS,
  PASSIVE_SOURCES,
  type LazyRule,
  type Minute,
  type Symptom,
  type View,
} from "./evidence.ts";
import { ERROR_CLASSES, type ErrorClass, type Observation, type Sample } from "./observation.ts";
import { confirmingSources, failedShare, failingRun, newestBusy } from "./traffic-evidence.ts";

/** An outage rule that was looked at. */
export interface Finding extends LazyRule {
  readonly symptom: Symptom;
  /** Met by what is seen now; otherwise, when it is met, only because the target was failing so and is not clean yet. */
  readonly entered: boolean;
  /** The first instant (milliseconds) of this failure that is known: asked only of what is met. */
  readonly from: () => number;
}

/** `limited`: what shows that the target is near its limit. */
export function outageRules(view: View, limited: string | null): readonly Finding[] {
  const [hard, partial] = [hardFailure(view), partialFailure(view, limited)];
  // By chance a partial failure meets the hard rule too, and must not be forgotten as fast as an outage.
  const first = view.previous?.symptom === "partialFailure" && partial.met ? [partial, hard] : [hard, partial];
  return [...first, latency(view, limited), traffic(view)];
}

function finding(rule: string, symptom: Symptom, text: () => string, from: () => number, entered: boolean, held = false): Finding {
  return { rule, classifier: "outage", symptom, met: entered || held, entered, from, text };
}

/** k of the last n fresh probes failed. */
function hardFailure(view: View): Finding {
  const { seen, policy } = view;
  const failed = seen.filter((o) => o.outcome === "failed");
  const counted = countedFailures(failed, policy);
  const text = (): string => {
    const blips = counted === failed.length ? "" : `, ${failed.length - counted} of them tolerated`;
    const last = failed.at(-1);
    return `${failed.length} of the last ${seen.length} probes failed${last === undefined ? "" : ` (${last.detail})`}${blips}`;
  };
  const symptom = failed.length > 0 && failed.every(isUnanswered) ? "noAnswer" : "errors";
  return finding("hardFailure", symptom, text, () => hardFrom(view), counted >= policy.failuresToFail);
}

/** Failures beyond what their class is allowed. */
function countedFailures(failed: readonly Observation[], policy: DetectionPolicy): number {
  if (failed.length === 0) return 0;
  const countOf = (name: ErrorClass): number => failed.filter((o) => o.errorClass === name).length;
  return ERROR_CLASSES.reduce((rest, name) => rest - Math.min(policy.tolerated[name], countOf(name)), failed.length);
}

/** The window reaches back a minute at most; minutes in which most probes failed tell of what came before it. */
function hardFrom({ seen, own, now }: View): number {
  const first = seen.find((o) => o.outcome === "failed");
  return streakFrom(own, first === undefined ? now : Date.parse(first.at), ({ failed, requests }) => failed * 2 >= requests);
}

/** The end of the first of the bad minutes that lead without a gap up to `known`, or `known` itself where there is none. */
function streakFrom(minutes: readonly Minute[], known: number, isBad: (sample: Sample) => boolean): number {
  let from = known;
  let next = known;
  for (const { start, sample } of minutes.toReversed()) {
    if (start + MINUTE_MILLISECONDS < Math.floor(next / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS || !isBad(sample)) break;
    from = Math.min(from, start + MINUTE_MILLISECONDS);
    next = Math.min(next, start);
  }
  return from;
}

/** Minutes in which some probes failed and others were answered: the edges of one outage are no more than one since it began. */
const MIXED_MINUTES = 2;
/** Beyond this, what fails is not a part. */
const PARTIAL_AT_MOST = 0.75;
/** Probes that must have failed for real traffic's failures to confirm them. */
const CONFIRMED_FAILURES = 2;

/**
 * Some requests fail, most do not. Probes alone need `grayFailures` more than half the share explains, so that the noise of a long run
 * never adds up; a few are enough when real traffic fails likewise. Left when that half is no longer reached with one to spare.
 */
function partialFailure(view: View, limited: string | null): Finding {
  const { policy, gray, previous, now } = view;
  const { requests, failed } = sums(gray);
  const half = (policy.grayShare / 2) * requests;
  const mixed = (): number => gray.filter(isMixed).length;
  const need = Math.ceil(Math.max(policy.grayShare * requests, policy.grayFailures + half));
  const confirming = (): readonly string[] => confirmingSources(view, view.trafficFrom);
  const isPart = failed <= PARTIAL_AT_MOST * requests;
  const alone = failed >= need && mixed() >= MIXED_MINUTES;
  const confirmed = failed >= CONFIRMED_FAILURES && confirming().length > 0;
  const held = previous?.symptom === "partialFailure" && isPart && failed > 0 && failed + 1 > half;
  // Near its limit a target keeps some callers waiting: time-outs alone are pressure's doing then.
  const isLoad = limited !== null && view.seen.every((o) => o.outcome !== "failed" || o.errorClass === "timeout");
  const text = (): string => {
    const sources = confirming();
    const beside = sources.length === 0 ? "" : `; ${sources.join(" and ")} show it too`;
    return `${failed} of ${requests} probes failed over ${policy.graySeconds} s, ${need} needed in ${MIXED_MINUTES} minutes or more (found in ${mixed()})${beside}`;
  };
  const from = (): number => (gray.find(({ sample }) => sample.failed > 0)?.start ?? now) + MINUTE_MILLISECONDS;
  return finding("partialFailure", "partialFailure", text, from, isPart && !isLoad && (alone || confirmed), held);
}

/** Some of its probes failed, and some were answered. */
function isMixed({ sample }: Minute): boolean {
  return sample.failed > 0 && sample.requests - sample.failed - sample.throttled > 0;
}

/** Failed probes in the minutes in which gray failures are looked for. */
export function recentFailures(view: View): number {
  return sums(view.gray).failed;
}

function sums(minutes: readonly Minute[]): { requests: number; failed: number; answered: number; slow: number } {
  const total = { requests: 0, failed: 0, answered: 0, slow: 0 };
  for (const { sample } of minutes) {
    total.requests += sample.requests;
    total.failed += sample.failed;
    total.answered += sample.requests - sample.failed - sample.throttled;
    total.slow += sample.slow;
  }
  return total;
}

const LATENCY_SECONDS = 120;
const LATENCY_PROBES = 6;

export interface Slowness {
  /** Probes that failed, in the same minutes. */
  readonly failed: number;
  readonly slow: number;
  readonly answered: number;
  readonly needed: number;
  readonly isSlow: boolean;
}

/** Most answers of the last two minutes (of four rounds, where those take longer) were slow. */
export function slowness({ policy, now }: View, minutes: readonly Minute[]): Slowness {
  const seconds = Math.max(LATENCY_SECONDS, 4 * policy.intervalSeconds);
  const { failed, answered, slow } = sums(minutes.filter(({ start }) => start + MINUTE_MILLISECONDS > now - seconds * 1000));
  const needed = Math.min(LATENCY_PROBES, Math.floor(seconds / policy.intervalSeconds));
  return { failed, slow, answered, needed, isSlow: answered >= needed && slow * 2 > answered };
}

/** Slow without any sign of pressure. */
function latency(view: View, limited: string | null): Finding {
  const { policy, seen } = view;
  const { slow, answered, needed, isSlow } = slowness(view, view.gray);
  const last = seen.slice(-policy.successesToRecover);
  const clean =
    last.length === policy.successesToRecover &&
    last.every((o) => isAnswered(o) && o.latencyMilliseconds < policy.slowMilliseconds) &&
    slow * 4 < answered;
  const held = view.previous?.symptom === "latency" && limited === null && !clean;
  const text = (): string => {
    const found = `${slow} of ${answered} answers took ${policy.slowMilliseconds} ms or more, more than half of at least ${needed} needed`;
    return limited === null ? found : `${found}; ${limited}`;
  };
  const from = (): number => streakFrom(view.gray, view.now, isSlowMinute);
  return finding("latency", "latency", text, from, isSlow && limited === null, held);
}

function isSlowMinute({ requests, failed, throttled, slow }: Sample): boolean {
  return slow * 2 > requests - failed - throttled;
}

const TRAFFIC_MINUTES = 3;
const TRAFFIC_SHARE = 0.2;

/** Real traffic fails though the probes are fine: only after three whole minutes of it. */
function traffic(view: View): Finding {
  const share = Math.max(view.policy.grayShare, TRAFFIC_SHARE);
  const runs = PASSIVE_SOURCES.map((source) => ({ source, run: failingRun(view, source, share, view.trafficFrom) }));
  const found = runs.reduce((a, b) => (b.run.length > a.run.length ? b : a));
  const held = view.previous?.symptom === "traffic" && PASSIVE_SOURCES.some((source) => stillFails(view, source));
  const from = (): number => found.run[0]?.start ?? view.now;
  const text = (): string =>
    `${found.run.length} whole minutes in a row with ${Math.round(share * 100)} % or more of the real requests failed, ${TRAFFIC_MINUTES} needed`;
  return finding("traffic", "traffic", text, from, found.run.length >= TRAFFIC_MINUTES, held);
}

/** The newest minute that can tell is not well: traffic that was moved away tells no more, and the probes speak again. */
function stillFails(view: View, source: (typeof PASSIVE_SOURCES)[number]): boolean {
  const newest = newestBusy(view, source);
  return newest !== undefined && failedShare(newest) >= view.policy.grayShare / 2;
}
