/** Where every signal stands: how old it is, what is missing, what probes cost, who probes. */
import type { Estate } from "../domain/estate.ts";
import { SOURCES, type Source } from "../domain/observation.ts";
import type { Suspicion } from "../domain/signals.ts";
import { secondsBetween } from "../domain/time.ts";
import type { VerdictState } from "../domain/verdict.ts";
import { currentClaims } from "./claims.ts";
import type { Memory } from "./memory.ts";
import { raised } from "./suspicions.ts";
import type { Traffic } from "./traffic-row.ts";
import type { Spend } from "./watch.ts";

export interface SourceStatus {
  readonly source: Source;
  /** Of the newest evidence; null = there is none. */
  readonly ageSeconds: number | null;
  /** Why there is none, or none newer. */
  readonly gap: string | null;
}

export interface TargetStatus {
  readonly target: string;
  readonly state: VerdictState;
  readonly symptom: string | null;
  readonly reason: string;
  readonly since: string;
  readonly sources: readonly SourceStatus[];
  /** Tokens per minute by the headers of its last probes. */
  readonly limiter: { readonly limit: number; readonly used: number; readonly ageSeconds: number } | null;
  /** Of the current day (UTC). */
  readonly spent: Spend;
  /** Why the last round did without a probe of it; null = it did not. */
  readonly skipped: string | null;
  /** Until when a prober has it for itself. */
  readonly claimedUntil: string | null;
}

export interface SignalsStatus {
  readonly suspicions: readonly (Suspicion & { readonly ageSeconds: number })[];
  readonly metrics: TrafficStatus;
  /** Null = the estate names no workspace. */
  readonly gatewayLogs: TrafficStatus | null;
  readonly probes: {
    readonly day: string | null;
    readonly requests: number;
    readonly tokens: number;
    /** For each deployment; null = no limit. */
    readonly tokensPerDay: number | null;
    readonly skipped: number;
  };
  readonly claims: readonly { readonly by: string; readonly until: string; readonly targets: number }[];
}

interface TrafficStatus {
  /** Of the oldest and the newest read over all deployments. */
  readonly ageSeconds: { readonly oldest: number; readonly newest: number } | null;
  readonly note: string | null;
  readonly gaps: readonly string[];
}

export function targetStatus(estate: Estate, memory: Memory, at: string): readonly TargetStatus[] {
  const watch = memory.watch.value;
  const claims = currentClaims(estate, memory, at);
  const today = watch.spentOn === at.slice(0, 10) ? watch.spent : {};
  const deployments = new Set(estate.deployments.map(({ id }) => id));
  return Object.entries(watch.verdicts).map(([target, { state, symptom, reason, since }]) => {
    const limiter = watch.limiter[target];
    return {
      target,
      ...{ state, symptom, reason, since },
      sources: sourcesOf(estate, memory, target, deployments.has(target), at),
      limiter: limiter === undefined ? null : { limit: limiter.limit, used: limiter.used, ageSeconds: age(limiter.at, at) },
      spent: today[target] ?? { requests: 0, tokens: 0 },
      skipped: watch.skipped[target] ?? null,
      claimedUntil: claims.find((claim) => claim.targets.includes(target))?.until ?? null,
    };
  });
}

/** A gateway has no other witness than its own probes. */
function sourcesOf(estate: Estate, memory: Memory, target: string, isDeployment: boolean, at: string): readonly SourceStatus[] {
  const watch = memory.watch.value;
  const probes = { probe: watch.observations, witness: watch.witnesses };
  const traffic = { metrics: memory.metrics, gatewayLogs: memory.gatewayLogs };
  const isOffered = (source: Source): boolean =>
    source === "probe" || (isDeployment && (source !== "gatewayLogs" || estate.signals.logs !== null));
  return SOURCES.filter(isOffered).map((source) => {
    if (source === "probe" || source === "witness") {
      const last = probes[source][target]?.at(-1);
      const missing = source === "probe" ? `nothing measured in the last ${estate.detection.stalenessSeconds} s` : null;
      return { source, ageSeconds: last === undefined ? null : age(last.at, at), gap: last === undefined ? missing : null };
    }
    const { minutes, gaps, readAt } = traffic[source];
    const last = minutes[target]?.at(-1);
    const gap =
      gaps[target] ?? gaps["all"] ?? (readAt[target] === undefined ? "not read yet" : last === undefined ? "no data point" : null);
    return { source, ageSeconds: last === undefined ? null : age(last.at, at), gap };
  });
}

export function signalsStatus(estate: Estate, memory: Memory, at: string): SignalsStatus {
  const watch = memory.watch.value;
  const spent = watch.spentOn === at.slice(0, 10) ? Object.values(watch.spent) : [];
  return {
    suspicions: raised(memory.suspicions).map((suspicion) => ({ ...suspicion, ageSeconds: age(suspicion.at, at) })),
    metrics: trafficStatus(memory.metrics, at),
    gatewayLogs: estate.signals.logs === null ? null : trafficStatus(memory.gatewayLogs, at),
    probes: {
      day: watch.spentOn,
      requests: spent.reduce((sum, { requests }) => sum + requests, 0),
      tokens: spent.reduce((sum, { tokens }) => sum + tokens, 0),
      tokensPerDay: estate.detection.probeTokensPerDay,
      skipped: Object.keys(watch.skipped).length,
    },
    claims: currentClaims(estate, memory, at).map(({ by, until, targets }) => ({ by, until, targets: targets.length })),
  };
}

function trafficStatus({ readAt, gaps, note }: Traffic, at: string): TrafficStatus {
  const ages = Object.values(readAt).map((read) => age(read, at));
  return {
    ageSeconds: ages.length === 0 ? null : { oldest: Math.max(...ages), newest: Math.min(...ages) },
    note,
    gaps: Object.entries(gaps).map(([what, reason]) => `${what}: ${reason}`),
  };
}

function age(then: string, at: string): number {
  return Math.round(secondsBetween(then, at));
}
