/** Survivor admission: how much of a region's traffic the others can carry, in tokens per minute. */
import { quotaPools, type Capacity } from "./capacity.ts";
import { desiredRouting, normalParts, priorityOf, type DesiredRouting, type HoldLimits } from "./desired-routing.ts";
import type { Estate } from "./estate.ts";
import type { PoolMember, PoolRouting, Routing } from "./routing.ts";
import { deploymentOf, quotaPoolOf } from "./topology.ts";

export interface Survivor {
  readonly quotaPool: string;
  readonly headroom: number | null;
  /** Tokens per minute it would receive if the whole region moved. */
  readonly receives: number;
}

export interface Admission {
  /** Part [0–1] of the region's traffic that may move; null = unknown. */
  readonly maxSafeShare: number | null;
  /** Tokens per minute that the region carries now; null = unknown. */
  readonly demand: number | null;
  readonly survivors: readonly Survivor[];
  readonly reason: string;
}

/** `routing` is the normal routing, `holds` those in force; the region itself is moved to 0. */
export function admit(estate: Estate, routing: Routing, holds: readonly HoldLimits[], region: string, capacity: Capacity): Admission {
  const others = holds.filter((hold) => hold.region !== region);
  const before = desiredRouting(estate, routing, others).routing;
  const without = desiredRouting(estate, routing, [...others, { region, share: 0, origin: "enabled" }]);
  const after = without.routing;
  const demand = regionDemand(estate, region, capacity);
  if (isStranded(estate, before, without, region))
    return { maxSafeShare: 0, demand, survivors: [], reason: `nobody else serves the pools of ${region}` };
  if (demand === null) return { maxSafeShare: null, demand, survivors: [], reason: `the demand of ${region} is unknown` };
  const received = receivedByQuotaPool(estate, before, after, region, capacity);
  const headrooms = new Map(quotaPools(withoutHeld(estate, region, others), capacity).map((pool) => [pool.key, pool.headroom]));
  const survivors = [...received].map(([quotaPool, receives]) => ({ quotaPool, receives, headroom: headrooms.get(quotaPool) ?? null }));
  const unknown = survivors.find((s) => s.receives > 0 && s.headroom === null);
  if (unknown !== undefined) return { maxSafeShare: null, demand, survivors, reason: `the headroom of ${unknown.quotaPool} is unknown` };
  const maxSafeShare = Math.min(1, ...survivors.filter((s) => s.receives > 0).map((s) => (s.headroom ?? 0) / s.receives));
  return { maxSafeShare, demand, survivors, reason: explain(region, demand, maxSafeShare, survivors) };
}

/**
 * Each deployment enforces the part of a quota that is allocated to it: what the deployments of the region that is left, and
 * of regions that are held empty, do not use is of no use to the others, even where they share a global quota (azure-facts 4.2).
 */
function withoutHeld(estate: Estate, leaving: string, holds: readonly HoldLimits[]): Estate {
  const out = new Set([leaving, ...holds.filter((hold) => hold.share === 0).map((hold) => hold.region)]);
  return { ...estate, deployments: estate.deployments.filter((deployment) => !out.has(deployment.region)) };
}

/** Every pool that sends the region traffic would be left as it is, because nobody else could serve it. */
function isStranded(estate: Estate, before: Routing, without: DesiredRouting, region: string): boolean {
  const own = estate.deployments.filter((deployment) => deployment.region === region);
  const carrying = before.pools.filter((pool) => own.some((deployment) => partOf(estate, pool, deployment.id) > 0));
  return carrying.length > 0 && carrying.every((pool) => without.unserved.includes(`${pool.gateway}/${pool.pool}`));
}

function explain(region: string, demand: number, share: number, survivors: readonly Survivor[]): string {
  const tight = survivors.toSorted((a, b) => (a.headroom ?? 0) / a.receives - (b.headroom ?? 0) / b.receives)[0];
  const room =
    tight === undefined
      ? "nobody receives any of it"
      : `${tight.quotaPool} would receive ${round(tight.receives)} of its ${round(tight.headroom ?? 0)} TPM headroom`;
  return `${region} carries ${round(demand)} TPM; ${room}; ${Math.floor(share * 100)} % may move`;
}

function round(tokens: number): number {
  return Math.round(tokens);
}

function regionDemand(estate: Estate, region: string, capacity: Capacity): number | null {
  const demands = estate.deployments.filter((d) => d.region === region).map((d) => capacity.demand[d.id] ?? null);
  return demands.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/**
 * Azure tells tokens per deployment, not per pool: a deployment's demand is attributed to the pools that list it as a first choice,
 * in proportion to its part there; what leaves a pool's member goes to the members that gain there, in proportion to their gain.
 */
function receivedByQuotaPool(estate: Estate, before: Routing, after: Routing, region: string, capacity: Capacity): Map<string, number> {
  const received = new Map<string, number>();
  for (const deployment of estate.deployments.filter((d) => d.region === region)) {
    const demand = capacity.demand[deployment.id] ?? 0;
    const carrying = before.pools.map((pool) => ({ pool, part: partOf(estate, pool, deployment.id) })).filter((entry) => entry.part > 0);
    const parts = carrying.reduce((sum, entry) => sum + entry.part, 0);
    for (const { pool, part } of carrying) {
      const target = after.pools.find((p) => p.gateway === pool.gateway && p.pool === pool.pool) ?? pool;
      for (const { key, gain } of gains(estate, pool, target)) {
        received.set(key, (received.get(key) ?? 0) + (demand * part * gain) / parts);
      }
    }
  }
  return received;
}

function gains(estate: Estate, before: PoolRouting, after: PoolRouting): { key: string; gain: number }[] {
  const grown = estate.deployments
    .map((d) => ({ key: quotaPoolOf(d), gain: partOf(estate, after, d.id) - partOf(estate, before, d.id) }))
    .filter((entry) => entry.gain > 1e-9);
  const sum = grown.reduce((total, entry) => total + entry.gain, 0);
  return grown.map((entry) => ({ ...entry, gain: entry.gain / sum }));
}

/** Part [0–1] of a pool's traffic that goes to a deployment: its part of the first-choice group. */
export function partOf(estate: Estate, pool: PoolRouting, deployment: string): number {
  const first = firstChoice(pool.members);
  const parts = normalParts(first);
  return first.reduce(
    (sum, member, i) => (deploymentOf(estate, pool.gateway, pool.pool, member)?.id === deployment ? sum + (parts[i] ?? 0) : sum),
    0,
  );
}

function firstChoice(members: readonly PoolMember[]): readonly PoolMember[] {
  const best = Math.min(...members.map(priorityOf));
  return members.filter((member) => priorityOf(member) === best);
}
