/** Evidence of one target in a line: instants are seconds before NOW. */
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { DetectionPolicy } from "../../src/domain/estate.ts";
import type { ErrorClass, Observation, Outcome, Sample } from "../../src/domain/observation.ts";
import { assessTarget, type Assessment, type Evidence, type Rule, type Verdict } from "../../src/domain/verdict.ts";
import { at, evidence, observation } from "../support/builders.ts";

export const policy: DetectionPolicy = DEFAULTS.detection;
export const NOW_SECONDS = 3600;
export const NOW = at(NOW_SECONDS);
/** Healthy for a long time. */
export const WELL: Verdict = { state: "healthy", symptom: null, reason: "it was well", since: at(0) };

export function probe(ago: number, outcome: Outcome, changes: Partial<Observation> = {}): Observation {
  return { ...observation(outcome, at(NOW_SECONDS - ago)), ...changes };
}

export function fails(agos: readonly number[], errorClass: ErrorClass = "serverError"): readonly Observation[] {
  return agos.map((ago) => probe(ago, "failed", { errorClass }));
}

export const OK_WINDOW: readonly Observation[] = [60, 45, 30, 15, 0].map((ago) => probe(ago, "ok"));

/** A minute that began so many minutes ago. */
export function minute(minutesAgo: number, requests: number, changes: Partial<Sample> = {}): Sample {
  const sample = { requests, failed: 0, throttled: 0, slow: 0, latencyMilliseconds: null, utilisationPercent: null };
  return { at: at(NOW_SECONDS - minutesAgo * 60), ...sample, ...changes };
}

export function assess(
  probes: readonly Observation[],
  changes: Partial<Evidence> = {},
  previous: Verdict | null = WELL,
  own = policy,
): Assessment {
  return assessTarget(evidence(probes, changes), previous ?? undefined, own, NOW);
}

export function ruleOf({ trace }: Assessment, code: string): Rule | undefined {
  return trace.find(({ rule }) => rule === code);
}
