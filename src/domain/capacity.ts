/** Headroom: tokens per minute still available in a quota pool. Unknown stays unknown (null): it is never zero and never infinite. */
import type { Estate } from "./estate.ts";
import { quotaPoolOf } from "./topology.ts";

/** What is known of each deployment, in tokens per minute; null or missing = unknown. */
export interface Capacity {
  readonly limits: Readonly<Record<string, number | null>>;
  readonly demand: Readonly<Record<string, number | null>>;
  /** When demand was last measured; null = never. */
  readonly measuredAt: string | null;
  /** Demand of this hour and the next by the same hours of the last seven days; null or missing = no history. */
  readonly usual: Readonly<Record<string, number | null>>;
  /** What the service's own limiter said in the headers of the last probes: newer and stricter than what ARM and the metrics tell. */
  readonly limiter: Readonly<Record<string, LimiterReading>>;
}

/** Azure counts prompt + max_tokens, so that `used` is more than the tokens that were really generated (azure-facts 4.2). */
export interface LimiterReading {
  readonly limit: number;
  /** The most that was used in a minute of the last few. */
  readonly used: number;
  readonly at: string;
}

export const UNKNOWN_CAPACITY: Capacity = { limits: {}, demand: {}, measuredAt: null, usual: {}, limiter: {} };

export interface QuotaPool {
  readonly key: string;
  readonly deployments: readonly string[];
  readonly regions: readonly string[];
  readonly limit: number | null;
  readonly demand: number | null;
  /** limit × (1 − reserve) − demand, at least 0; null when either is unknown. */
  readonly headroom: number | null;
}

export function quotaPools(estate: Estate, capacity: Capacity): readonly QuotaPool[] {
  const keys = [...new Set(estate.deployments.map(quotaPoolOf))];
  return keys.map((key) => {
    const members = estate.deployments.filter((deployment) => quotaPoolOf(deployment) === key);
    const limit = sumKnown(members.map((d) => capacity.limits[d.id] ?? d.tokensPerMinute));
    const demand = sumKnown(members.map((d) => capacity.demand[d.id] ?? null));
    const headroom = limit === null || demand === null ? null : Math.max(0, limit * (1 - estate.safety.reserveShare) - demand);
    return { key, deployments: members.map((d) => d.id), regions: [...new Set(members.map((d) => d.region))], limit, demand, headroom };
  });
}

function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** The 95th percentile by nearest rank of the known minutes; null when there is none. */
export function p95(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.ceil(known.length * 0.95) - 1] ?? null;
}
