/** Everything that is known of one target, brought together from the rows that hold it. */
import { UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import type { Estate } from "../domain/estate.ts";
import type { Observation, Sample } from "../domain/observation.ts";
import { addProbes, sampleOf } from "../domain/samples.ts";
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
  const metrics = samplesOf(policy, passive.metrics, target);
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

export function bySending(seen: readonly Observation[]): readonly Observation[] {
  return seen.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function capacityOf({ knowledge, watch }: Pick<Memory, "knowledge" | "watch">): Capacity {
  return { ...UNKNOWN_CAPACITY, ...knowledge?.capacity, limiter: watch.value.limiter };
}
