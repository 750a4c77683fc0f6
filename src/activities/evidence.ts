/** Everything that is known of one target, brought together from the rows that hold it. */
import { UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import type { Estate } from "../domain/estate.ts";
import type { Observation, Sample } from "../domain/observation.ts";
import { addProbes, sampleOf } from "../domain/samples.ts";
import { instantOf } from "../domain/time.ts";
import type { Evidence } from "../domain/verdict.ts";
import type { Memory } from "./memory.ts";
import type { Traffic } from "./traffic-row.ts";
import type { Watch } from "./watch.ts";

/** Evidence that no probe of a round changes. */
export type Passive = Pick<Memory, "metrics" | "gatewayLogs">;

/** `own` and `witnesses` are not in the watch yet. */
export function evidenceOf(
  policy: Estate["detection"],
  watch: Watch,
  passive: Passive,
  target: string,
  now: string,
  own: readonly Observation[] = [],
  witnesses: readonly Observation[] = [],
): Evidence {
  const metrics = withoutProbes(samplesOf(policy, passive.metrics, target), watch.samples[target] ?? []);
  const gatewayLogs = samplesOf(policy, passive.gatewayLogs, target);
  const known = watch.samples[target] ?? [];
  return {
    probes: bySending([...(watch.observations[target] ?? []), ...own]),
    witnesses: bySending([...(watch.witnesses[target] ?? []), ...witnesses]),
    samples: {
      probe: own.length === 0 ? known : addProbes(known, own, policy, now),
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(gatewayLogs.length === 0 ? {} : { gatewayLogs }),
    },
  };
}

export function samplesOf(policy: Estate["detection"], traffic: Traffic, target: string): readonly Sample[] {
  return (traffic.minutes[target] ?? []).flatMap((minute) => sampleOf(minute, policy) ?? []);
}

/**
 * The service counts the prober's own requests like any other: on a quiet deployment the metrics of a minute of bursts would be nothing
 * else, and would second the prober as if they were somebody else's. Too much is taken off rather than too little.
 */
function withoutProbes(minutes: readonly Sample[], probes: readonly Sample[]): readonly Sample[] {
  if (minutes.length === 0 || probes.length === 0) return minutes;
  const own = new Map(probes.map((sample) => [sample.at, sample]));
  return minutes.map((minute) => {
    const mine = own.get(minute.at);
    if (mine === undefined) return minute;
    const left = (all: number, taken: number): number => Math.max(0, all - taken);
    const [failed, throttled] = [left(minute.failed, mine.failed), left(minute.throttled, mine.throttled)];
    const answered = left(minute.requests - minute.failed - minute.throttled, mine.requests - mine.failed - mine.throttled);
    return { ...minute, requests: answered + failed + throttled, failed, throttled, slow: Math.min(minute.slow, answered) };
  });
}

export function bySending(seen: readonly Observation[]): readonly Observation[] {
  return seen.toSorted((a, b) => instantOf(a.at) - instantOf(b.at));
}

export function capacityOf({ knowledge, watch }: Pick<Memory, "knowledge" | "watch">): Capacity {
  return { ...UNKNOWN_CAPACITY, ...knowledge?.capacity, limiter: watch.value.limiter };
}
