/** When clients were served again as before (design section 5, timeToReliefSeconds). */
import type { RequestRecord } from "../world.ts";

const WINDOW_MILLISECONDS = 30_000;
const STEADY_MILLISECONDS = 90_000;
const BASELINE_MILLISECONDS = 300_000;
const TOLERANCE = 0.01;

export interface Outcome {
  readonly at: number;
  readonly lost: boolean;
}

export function isLost({ result }: Pick<RequestRecord, "result">): boolean {
  return typeof result !== "number" || result < 200 || result > 299;
}

/** By time of arrival. */
export function outcomesOf(requests: readonly RequestRecord[]): readonly Outcome[] {
  return requests.map((request) => ({ at: request.arrivedAt, lost: isLost(request) })).sort((a, b) => a.at - b.at);
}

/**
 * The least t such that every 30 s window that starts in [t, t + 90 s] is as good as before the onset: its success rate within one
 * point of that of the five minutes before, with one failure per window allowed. 0 if it never dropped; null if the log does not
 * show such a t. Instants are whole milliseconds.
 */
export function timeToReliefSeconds(outcomes: readonly Outcome[], onset: number, logEndsAt: number): number | null {
  const allowed = 1 - successRate(outcomes, onset - BASELINE_MILLISECONDS, onset) + TOLERANCE;
  let relief = onset;
  for (const [from, to] of badStarts(outcomes, onset, allowed)) {
    if (from > relief + STEADY_MILLISECONDS) break;
    relief = to;
  }
  return relief + STEADY_MILLISECONDS + WINDOW_MILLISECONDS > logEndsAt ? null : (relief - onset) / 1000;
}

function successRate(outcomes: readonly Outcome[], from: number, to: number): number {
  const window = outcomes.filter(({ at }) => at >= from && at < to);
  return window.length === 0 ? 1 : window.filter(({ lost }) => !lost).length / window.length;
}

/** Intervals [from, to) of instants at which a bad window starts. What a window holds changes only where a request enters or leaves. */
function* badStarts(outcomes: readonly Outcome[], onset: number, allowed: number): Generator<readonly [from: number, to: number]> {
  let first = outcomes.findIndex(({ at }) => at >= onset);
  if (first < 0) return;
  let end = first;
  let start = onset;
  let lost = 0;
  while (first < outcomes.length) {
    for (; end < outcomes.length && outcomes[end]!.at < start + WINDOW_MILLISECONDS; end++) if (outcomes[end]!.lost) lost++;
    const entering = end < outcomes.length ? outcomes[end]!.at - WINDOW_MILLISECONDS + 1 : Infinity;
    const next = Math.min(entering, outcomes[first]!.at + 1);
    if (lost > Math.max(1, allowed * (end - first))) yield [start, next];
    start = next;
    for (; first < outcomes.length && outcomes[first]!.at < start; first++) if (outcomes[first]!.lost) lost--;
  }
}
