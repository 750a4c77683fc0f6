/** What minutes of real traffic say. 429 is capacity: it counts neither as a success nor as a failure. */
import type { DetectionPolicy } from "./estate.ts";
import { MINUTE_MILLISECONDS, PASSIVE_SOURCES, type Minute, type PassiveSource, type View } from "./evidence.ts";

/** Failed requests that no blip explains, so that even one minute confirms what probes suspect. */
const CONFIRMING_FAILURES = 10;
/** A target that succeeds this often is not failing. */
const WELL_SHARE = 0.95;

export function failedShare({ sample }: Pick<Minute, "sample">): number {
  const told = sample.requests - sample.throttled;
  return told > 0 ? sample.failed / told : 0;
}

/** Nearly all its requests succeeded, 429 apart. */
export function isWell(minute: Pick<Minute, "sample">): boolean {
  return failedShare(minute) <= 1 - WELL_SHARE;
}

function isBusy({ sample }: Minute, policy: DetectionPolicy): boolean {
  return sample.requests - sample.throttled >= policy.passiveRequests;
}

/** The newest minute that had enough requests to tell. */
export function newestBusy(view: View, source: PassiveSource): Minute | undefined {
  return view.passive[source].findLast((minute) => isBusy(minute, view.policy));
}

/** Minutes in a row, up to the newest, none from before `notBefore`, each with enough requests and with at least `share` of them failed. */
export function failingRun(view: View, source: PassiveSource, share: number, notBefore: number): readonly Minute[] {
  const all = view.passive[source];
  const ended = all.findLastIndex((minute, index) => {
    const next = all[index + 1];
    const follows = next === undefined || next.start - minute.start === MINUTE_MILLISECONDS;
    return !follows || minute.start < notBefore || !isBusy(minute, view.policy) || failedShare(minute) < share;
  });
  return all.slice(ended + 1);
}

/** Sources whose newest minutes since `notBefore` show a gray failure or worse. */
export function confirmingSources(view: View, notBefore: number): readonly PassiveSource[] {
  return PASSIVE_SOURCES.filter((source) => {
    const run = failingRun(view, source, view.policy.grayShare, notBefore);
    return run.reduce((sum, { sample }) => sum + sample.failed, 0) >= CONFIRMING_FAILURES;
  });
}

/** The newest minute of a source, when it began at or after `from` and shows that nearly all requests succeed. */
export function wellMinute(view: View, source: PassiveSource, from: number): Minute | undefined {
  const newest = newestBusy(view, source);
  return newest !== undefined && newest.start >= from && isWell(newest) ? newest : undefined;
}

/** How old the end of a minute may be that stands in for a probe that was saved. */
const STAND_IN_MILLISECONDS = 240_000;

/** Without a fresh probe, healthy traffic may speak for a target that was healthy: its probes may have been saved. */
export function standIn(view: View): Minute | undefined {
  if (view.previous?.state !== "healthy") return undefined;
  const from = view.now - STAND_IN_MILLISECONDS - MINUTE_MILLISECONDS;
  return PASSIVE_SOURCES.map((source) => wellMinute(view, source, from)).find((minute) => minute !== undefined);
}

export function describeMinute({ sample }: Minute): string {
  return `${sample.requests - sample.failed - sample.throttled} of ${sample.requests} requests succeeded in the minute of ${sample.at.slice(11, 16)}`;
}
