/** What was measured on a real host (runtime 4.1037, Durable Task extension 3.14.1, Azure Storage provider, one warm instance). */

/** Delays between the parts of the durable machinery, in milliseconds. */
export interface DurableLatency {
  /** From the start call (or the parent's turn) to the first turn of an orchestration. */
  readonly startMilliseconds: number;
  /** From the end of a turn to the start of an activity it scheduled. */
  readonly activityMilliseconds: number;
  /** From a completed activity, a raised event or an ended sub-orchestration to the turn that sees it. */
  readonly messageMilliseconds: number;
  /** How much before its FireAt a timer fires: queue delays are whole seconds, so a timer may be early. */
  readonly timerEarlyMilliseconds: number;
}

/**
 * Measured: first activity 55–86 ms after the start call, each next one 30–100 ms after the one before; event to turn 16–30 ms;
 * a timer of 2 s fired 18 ms early. The middle of each range, split over the hops.
 */
export const MEASURED_LATENCY: DurableLatency = {
  startMilliseconds: 40,
  activityMilliseconds: 30,
  messageMilliseconds: 35,
  timerEarlyMilliseconds: 18,
};

export const NO_LATENCY: DurableLatency = {
  startMilliseconds: 0,
  activityMilliseconds: 0,
  messageMilliseconds: 0,
  timerEarlyMilliseconds: 0,
};

/** What every orchestration turn is told besides its history; recorded (`Millseconds` is the extension's own spelling). */
export const TURN_LIMITS = {
  upperSchemaVersion: 1,
  upperSchemaVersionNew: 3,
  longRunningTimerIntervalDuration: "3.00:00:00",
  maximumShortTimerDuration: "6.00:00:00",
  defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
} as const;

/** Longer timers are split by the SDK; this host refuses them. */
export const LONGEST_TIMER_MILLISECONDS = 6 * 86_400_000;
