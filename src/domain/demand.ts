/** Demand by the time of the day: an evacuation at 09:00 must not assume the traffic of 04:00. */

/** An hour's tokens; null = no data point. */
export interface DemandHour {
  /** ISO 8601, UTC: the hour's start. */
  readonly at: string;
  readonly tokens: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 7;

/**
 * The most tokens per minute, as an hour's mean, that this hour of the day (UTC) and the next one have seen in the seven days before
 * `now`; null without any data for them. Hours that have not ended are left out: their sum is not yet whole.
 */
export function expectedDemand(hours: readonly DemandHour[], now: string): number | null {
  const instant = Date.parse(now);
  const hourOf = (at: number): number => Math.floor((at % DAY) / HOUR);
  const wanted = new Set([hourOf(instant), hourOf(instant + HOUR)]);
  const seen = hours.flatMap(({ at, tokens }) => {
    const start = Date.parse(at);
    const whole = start + HOUR <= instant && start > instant - DAYS * DAY - HOUR;
    return tokens !== null && whole && wanted.has(hourOf(start)) ? [tokens / 60] : [];
  });
  return seen.length === 0 ? null : Math.max(...seen);
}
