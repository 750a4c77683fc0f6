/** Headroom: tokens per minute still available in a quota pool. Unknown stays unknown (null): it is never zero and never infinite. */
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import { perObject } from "./per-object.ts";
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

/** Rate limit of a deployment: the stricter of what ARM (else the estate) and the service's own limiter say. */
export function limitOf({ id, tokensPerMinute }: Deployment, capacity: Capacity): number | null {
  return lesser(capacity.limits[id] ?? tokensPerMinute, capacity.limiter[id]?.limit ?? null);
}

/**
 * What a deployment must be expected to be asked for: the most of what was measured, what its limiter counted, and what is usual at
 * this time of the day. History alone is no measurement: without one, demand is unknown.
 */
export function demandOf(id: string, capacity: Capacity): number | null {
  const measured = greater(capacity.demand[id] ?? null, capacity.limiter[id]?.used ?? null);
  return measured === null ? null : greater(measured, capacity.usual[id] ?? null);
}

/** limit × (1 − reserve) − demand, at least 0. Each deployment enforces its own limit, so headroom is counted by deployment. */
export function headroomOf(estate: Estate, capacity: Capacity, deploymentId: string): number | null {
  const deployment = estate.deployments.find(({ id }) => id === deploymentId);
  return deployment === undefined ? null : headroom(estate, deployment, capacity);
}

export function headroom(estate: Estate, deployment: Deployment, capacity: Capacity): number | null {
  const known = roomsOf(capacity)(estate);
  const found = known.get(deployment);
  if (found !== undefined) return found;
  const value = headroomNow(estate, deployment, capacity);
  known.set(deployment, value);
  return value;
}

/** Of all the regions that fail, the same deployments are asked what they could take over. */
const roomsOf = perObject((_capacity: Capacity) => perObject((_estate: Estate) => new Map<Deployment, number | null>()));

function headroomNow(estate: Estate, deployment: Deployment, capacity: Capacity): number | null {
  const limit = limitOf(deployment, capacity);
  const demand = demandOf(deployment.id, capacity);
  return limit === null || demand === null ? null : Math.max(0, limit * (1 - estate.safety.reserveShare) - demand);
}

/** Two entries of an estate with the same ARM id are one deployment: its limit and demand count once. */
export function quotaPools(estate: Estate, capacity: Capacity): readonly QuotaPool[] {
  const groups = groupBy(estate.deployments, quotaPoolOf);
  return [...groups].map(([key, all]) => {
    const members = [...new Map(all.map((deployment) => [deployment.resourceId.toLowerCase(), deployment])).values()];
    const limit = sumKnown(members.map((deployment) => limitOf(deployment, capacity)));
    const demand = sumKnown(members.map(({ id }) => demandOf(id, capacity)));
    const free = limit === null || demand === null ? null : Math.max(0, limit * (1 - estate.safety.reserveShare) - demand);
    return { key, deployments: all.map((d) => d.id), regions: [...new Set(all.map((d) => d.region))], limit, demand, headroom: free };
  });
}

function lesser(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function greater(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function sumKnown(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** The 95th percentile by nearest rank of the known minutes; null when there is none. */
export function p95(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[Math.ceil(known.length * 0.95) - 1] ?? null;
}
