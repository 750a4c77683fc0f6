/**
 * Slowly changing knowledge, refreshed beside the probes and never in their way. The intervals keep the steady state within 1 % of
 * ARM's read budget of 25 a second per region and subscription (azure-facts 9.1) for 30 regions.
 */
import { p95, UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import type { Estate } from "../domain/estate.ts";
import type { DemandByDeployment } from "../domain/region-verdict.ts";
import type { Routing } from "../domain/routing.ts";
import { secondsBetween } from "../domain/time.ts";
import type { Deps } from "../ports.ts";
import { setKnowledge, type Knowledge } from "./memory.ts";

const DEMAND_SECONDS = 300;
const ROUTING_SECONDS = 900;
const LIMITS_SECONDS = 3600;
/** Demand is the 95th percentile of this many minutes. */
const DEMAND_WINDOW_MINUTES = 10;

export function knownDemand(knowledge: Knowledge | null): DemandByDeployment {
  const entries = Object.entries(knowledge?.capacity.demand ?? {});
  return Object.fromEntries(entries.flatMap(([id, tokens]) => (tokens === null ? [] : [[id, tokens]])));
}

/** While an episode is open the routing is not normal, so it is not read. What fails keeps its old value and is named as a gap. */
export async function refreshKnowledge(deps: Deps, known: Knowledge | null, episodeOpen: boolean): Promise<Knowledge> {
  const now = deps.clock.now().toISOString();
  const old = known ?? { capacity: UNKNOWN_CAPACITY, routing: null, limitsAt: null, routingAt: null, gaps: [] };
  const due = (at: string | null, seconds: number): boolean => at === null || secondsBetween(at, now) >= seconds;
  const wanted = {
    demand: due(old.capacity.measuredAt, DEMAND_SECONDS) || hasGap(old, "demand", now),
    limits: due(old.limitsAt, LIMITS_SECONDS),
    routing: !episodeOpen && due(old.routingAt, ROUTING_SECONDS),
  };
  if (!wanted.demand && !wanted.limits && !wanted.routing) return old;
  const gaps: string[] = [];
  const [demand, limits, routing] = await Promise.all([
    wanted.demand ? readDemand(deps, old.capacity.demand, gaps) : old.capacity.demand,
    wanted.limits ? readLimits(deps, old.capacity.limits, gaps) : old.capacity.limits,
    wanted.routing ? readRouting(deps, gaps) : old.routing,
  ]);
  const knowledge: Knowledge = {
    capacity: { demand, limits, measuredAt: wanted.demand ? now : old.capacity.measuredAt },
    routing: routing ?? old.routing,
    limitsAt: wanted.limits ? now : old.limitsAt,
    routingAt: wanted.routing && routing !== null ? now : old.routingAt,
    gaps,
  };
  await setKnowledge(deps, knowledge);
  return knowledge;
}

/** A deployment whose demand was never measured is asked for again at every minute. */
function hasGap(old: Knowledge, what: string, now: string): boolean {
  const incomplete = old.gaps.some((gap) => gap.startsWith(what));
  return incomplete && secondsBetween(old.capacity.measuredAt ?? now, now) >= 60;
}

async function readDemand(deps: Deps, old: Capacity["demand"], gaps: string[]): Promise<Capacity["demand"]> {
  const to = deps.clock.now();
  const from = new Date(to.getTime() - DEMAND_WINDOW_MINUTES * 60_000);
  const entries = deps.estate.deployments.map(async (deployment) => {
    const read = await deps.metrics.traffic(deployment, from, to);
    // The newest bin may be partial (azure-facts 3.4).
    const measured = read.ok ? p95(read.minutes.slice(0, -1).map((minute) => minute.tokens)) : null;
    if (measured === null) gaps.push(`demand of ${deployment.id}: ${read.ok ? "no data point in the window" : read.reason}`);
    return [deployment.id, measured ?? old[deployment.id] ?? null] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readLimits(deps: Deps, old: Capacity["limits"], gaps: string[]): Promise<Capacity["limits"]> {
  const entries = deps.estate.deployments.map(async (deployment) => {
    const read = await deps.capacity.tokensPerMinute(deployment);
    if (!read.ok) gaps.push(`rate limit of ${deployment.id}: ${read.reason}`);
    return [deployment.id, (read.ok ? read.tokensPerMinute : old[deployment.id]) ?? deployment.tokensPerMinute] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Null unless every pool could be read: half a routing would mislead the admission test. */
async function readRouting(deps: Deps, gaps: string[]): Promise<Routing | null> {
  const refs = poolRefs(deps.estate);
  const reads = await Promise.all(refs.map(({ gateway, pool }) => deps.pools.read(gateway, pool)));
  const pools = reads.flatMap((read, i) => {
    const ref = refs[i];
    if (ref === undefined) return [];
    if (!read.ok) gaps.push(`routing of ${ref.gateway.id}/${ref.pool}: ${read.reason}`);
    return read.ok ? [{ gateway: ref.gateway.id, pool: ref.pool, members: read.members }] : [];
  });
  return pools.length === refs.length ? { pools, origins: [] } : null;
}

function poolRefs(estate: Estate): { gateway: Estate["gateways"][number]; pool: string }[] {
  return estate.gateways.flatMap((gateway) => gateway.pools.map((pool) => ({ gateway, pool: pool.name })));
}
