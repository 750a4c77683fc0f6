/** Minutes as evidence: the prober's own probes summed up, and what Azure Monitor or a gateway's log told of real traffic. */
import type { DetectionPolicy } from "./estate.ts";
import { MINUTE_MILLISECONDS, SKEW_SECONDS } from "./evidence.ts";
import type { Observation, Sample } from "./observation.ts";
import type { TrafficMinute } from "./signals.ts";
import { instantOf } from "./time.ts";

/** Folds probes into their minutes and drops the minutes that can no longer count. Each probe is to be handed over once. */
export function addProbes(
  samples: readonly Sample[],
  fresh: readonly Observation[],
  policy: DetectionPolicy,
  now: string,
): readonly Sample[] {
  const at = instantOf(now);
  const oldest = at - policy.graySeconds * 1000 - MINUTE_MILLISECONDS;
  const byStart = new Map(samples.map((sample) => [instantOf(sample.at), sample]));
  for (const observation of fresh) {
    const sent = instantOf(observation.at);
    if (!TOLD.has(observation.outcome) || !(sent <= at + SKEW_SECONDS * 1000)) continue;
    const start = startOf(Math.min(sent, at));
    byStart.set(start, add(byStart.get(start) ?? emptySample(start), observation, policy));
  }
  return [...byStart]
    .filter(([start]) => start >= oldest && start <= at + SKEW_SECONDS * 1000)
    .sort(([a], [b]) => a - b)
    .map(([, sample]) => sample);
}

/** What the prober's own fault hides is neither a success nor a failure. */
const TOLD: ReadonlySet<Observation["outcome"]> = new Set(["ok", "throttled", "failed"]);

function add(sample: Sample, { outcome, latencyMilliseconds }: Observation, policy: DetectionPolicy): Sample {
  const counted = { ...sample, requests: sample.requests + 1 };
  if (outcome === "failed") return { ...counted, failed: sample.failed + 1 };
  if (outcome === "throttled") return { ...counted, throttled: sample.throttled + 1 };
  const answered = sample.requests - sample.failed - sample.throttled;
  const total = (sample.latencyMilliseconds ?? 0) * answered + latencyMilliseconds;
  return {
    ...counted,
    slow: sample.slow + (latencyMilliseconds >= policy.slowMilliseconds ? 1 : 0),
    latencyMilliseconds: Math.round(total / (answered + 1)),
  };
}

/** null = no data, which is neither zero nor healthy. Of counts, one that is missing beside one that is known is none (azure-facts 3.1). */
export function sampleOf(minute: TrafficMinute, policy: DetectionPolicy): Sample | null {
  const start = startOf(instantOf(minute.at));
  const answered = known(minute.answered);
  const failed = known(minute.serverErrors);
  const throttled = known(minute.throttled);
  const latencyMilliseconds = known(minute.latencyMilliseconds);
  const utilisationPercent = known(minute.utilisationPercent);
  if (Number.isNaN(start) || [answered, failed, throttled, utilisationPercent].every((told) => told === null)) return null;
  return {
    at: new Date(start).toISOString(),
    requests: (answered ?? 0) + (failed ?? 0) + (throttled ?? 0),
    failed: failed ?? 0,
    throttled: throttled ?? 0,
    // Only the mean is known: when it is slow, so was the most of them.
    slow: latencyMilliseconds !== null && latencyMilliseconds >= policy.slowMilliseconds ? (answered ?? 0) : 0,
    latencyMilliseconds,
    utilisationPercent,
  };
}

function known(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}

function startOf(at: number): number {
  return Math.floor(at / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
}

function emptySample(start: number): Sample {
  const at = new Date(start).toISOString();
  return { at, requests: 0, failed: 0, throttled: 0, slow: 0, latencyMilliseconds: null, utilisationPercent: null };
}
