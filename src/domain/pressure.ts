/** The pressure classifier: a target that refuses or slows down for want of capacity. It never makes a target failing. */
import { PASSIVE_SOURCES, type LazyRule, type View } from "./evidence.ts";
import type { Observation } from "./observation.ts";

/** In and out differ, so that a load at the limit does not flip the verdict. */
const THRESHOLDS = {
  entering: { usedShare: 0.95, throttledShare: 0.1, utilisationPercent: 100 },
  leaving: { usedShare: 0.85, throttledShare: 0.05, utilisationPercent: 90 },
} as const;
/** So near to the limit, slowness is pressure's doing. */
const NEAR = { usedShare: 0.9, throttledShare: 0.02, utilisationPercent: 90 } as const;

/** `limited`: what shows that the target is near its limit. */
export function pressureRules(view: View, load: Load, isSlow: boolean, limited: string | null): readonly LazyRule[] {
  const need = view.previous?.state === "pressured" ? THRESHOLDS.leaving : THRESHOLDS.entering;
  const { usedShare, throttledShare, utilisationPercent, throttledProbes } = load;
  return [
    rule(
      "throttled",
      throttledProbes >= view.policy.failuresToFail,
      () => `${throttledProbes} of the last ${view.seen.length} probes were throttled${lastThrottled(view)}`,
    ),
    rule(
      "tokens",
      reaches(usedShare, need.usedShare) || reaches(throttledShare, need.throttledShare),
      () =>
        `${percent(usedShare)} of the tokens per minute used, ${percent(need.usedShare)} needed; ${percent(throttledShare)} of the real requests throttled, ${percent(need.throttledShare)} needed`,
    ),
    rule("utilisation", reaches(utilisationPercent, need.utilisationPercent), () =>
      utilisationPercent === null
        ? "no provisioned utilisation known"
        : `provisioned utilisation is ${Math.round(utilisationPercent)} %, ${need.utilisationPercent} % needed`,
    ),
    rule("slowUnderLoad", isSlow && limited !== null, () => (isSlow ? `slow, and ${limited ?? "not near its limit"}` : "not slow")),
  ];
}

/** What shows that the target is near its limit; null = nothing does. */
export function nearLimit({ usedShare, throttledShare, utilisationPercent, throttledProbes }: Load): string | null {
  if (throttledProbes > 0) return "probes are throttled";
  if (reaches(usedShare, NEAR.usedShare)) return `${percent(usedShare)} of the tokens per minute are used`;
  if (reaches(throttledShare, NEAR.throttledShare)) return `${percent(throttledShare)} of the real requests are throttled`;
  if (reaches(utilisationPercent, NEAR.utilisationPercent)) return `provisioned utilisation is ${Math.round(utilisationPercent ?? 0)} %`;
  return null;
}

/** How much of what it has the target uses. */
export interface Load {
  readonly throttledProbes: number;
  /** By the limiter's headers; null = it told none. */
  readonly usedShare: number | null;
  readonly throttledShare: number | null;
  readonly utilisationPercent: number | null;
}

/** One probe alone shows that the target is near its limit. */
export function showsLimit(probe: Observation): boolean {
  return probe.outcome === "throttled" || reaches(usedShareOf(probe), NEAR.usedShare);
}

function usedShareOf({ limitTokens, remainingTokens }: Observation): number | null {
  return limitTokens === undefined || remainingTokens === undefined || limitTokens <= 0 ? null : 1 - remainingTokens / limitTokens;
}

/** The most that any source tells. */
export function loadOf({ seen, passive, policy }: View): Load {
  const used = seen.map(usedShareOf);
  const newest = PASSIVE_SOURCES.map(
    (source) => passive[source].findLast(({ sample }) => sample.requests >= policy.passiveRequests)?.sample,
  );
  const utilisation = PASSIVE_SOURCES.map(
    (source) => passive[source].findLast(({ sample }) => sample.utilisationPercent !== null)?.sample.utilisationPercent ?? null,
  );
  return {
    throttledProbes: seen.filter((o) => o.outcome === "throttled").length,
    usedShare: most(used),
    throttledShare: most(newest.map((sample) => (sample === undefined ? null : sample.throttled / sample.requests))),
    utilisationPercent: most(utilisation),
  };
}

function most(values: readonly (number | null)[]): number | null {
  return values.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

function lastThrottled({ seen }: View): string {
  const last = seen.findLast((o) => o.outcome === "throttled");
  return last === undefined ? "" : ` (${last.detail})`;
}

function reaches(value: number | null, threshold: number): boolean {
  return value !== null && value >= threshold;
}

function percent(share: number | null): string {
  return share === null ? "an unknown share" : `${Math.round(share * 100)} %`;
}

function rule(code: string, met: boolean, text: () => string): LazyRule {
  return { rule: code, classifier: "pressure", met, text };
}
