/**
 * Slowly changing knowledge, refreshed beside the probes and never in their way. The intervals keep the steady state within 1 % of
 * ARM's read budget of 25 a second per region and subscription (azure-facts 9.1) for 30 regions.
 */
import { p95, UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import type { Estate } from "../domain/estate.ts";
import { holdOf } from "../domain/hold.ts";
import type { DemandByDeployment } from "../domain/region-verdict.ts";
import { backendName, type Routing } from "../domain/routing.ts";
import { secondsBetween } from "../domain/time.ts";
import type { Deps } from "../ports.ts";
import { readMemory, readState, setKnowledge, type Knowledge } from "./memory.ts";

const DEMAND_SECONDS = 300;
const ROUTING_SECONDS = 900;
const LIMITS_SECONDS = 3600;
/** What could not be read is asked for again after this time. */
const GAP_SECONDS = 60;
/** Demand is the 95th percentile of this many minutes. */
const DEMAND_WINDOW_MINUTES = 10;

export function knownDemand(knowledge: Knowledge | null): DemandByDeployment {
  const entries = Object.entries(knowledge?.capacity.demand ?? {});
  return Object.fromEntries(entries.flatMap(([id, tokens]) => (tokens === null ? [] : [[id, tokens]])));
}

/** Asks for whatever is due. A timer of its own does this, so that a slow ARM never delays a probe round. */
export async function learn(deps: Deps): Promise<void> {
  const { state, watch, knowledge } = await readMemory(deps);
  // Failing deployments of regions that nobody has emptied on purpose.
  const failing = deps.estate.deployments.filter(
    ({ id, region }) => watch.value.verdicts[id]?.state === "failing" && holdOf(state, region) === undefined,
  );
  await refreshKnowledge(deps, knowledge, state.episode !== null, new Set(failing.map(({ id }) => id)));
}

/**
 * While an episode is open the routing is not normal, so it is not read. What fails keeps its old value and is named as a gap. `failing`
 * are deployments whose clients get no answers: answers are what Azure counts tokens of, so their demand cannot be seen to fall.
 */
export async function refreshKnowledge(
  deps: Deps,
  known: Knowledge | null,
  episodeOpen: boolean,
  failing: ReadonlySet<string> = new Set(),
): Promise<Knowledge> {
  const now = deps.clock.now().toISOString();
  const old = known ?? { capacity: UNKNOWN_CAPACITY, routing: null, limitsAt: null, routingAt: null, gaps: [] };
  const due = (at: string | null, seconds: number): boolean => at === null || secondsBetween(at, now) >= seconds;
  const wanted = {
    demand: due(old.capacity.measuredAt, DEMAND_SECONDS) || (hasGap(old, "demand") && due(old.capacity.measuredAt, GAP_SECONDS)),
    limits: due(old.limitsAt, LIMITS_SECONDS) || (hasGap(old, "rate limit") && due(old.limitsAt, GAP_SECONDS)),
    routing: !episodeOpen && due(old.routingAt, hasGap(old, "routing") || !fits(deps.estate, old.routing) ? GAP_SECONDS : ROUTING_SECONDS),
  };
  if (!wanted.demand && !wanted.limits && !wanted.routing) return old;
  // A gap stays named until what it is about has been asked for again.
  const asked = [...(wanted.demand ? ["demand"] : []), ...(wanted.limits ? ["rate limit"] : []), ...(wanted.routing ? ["routing"] : [])];
  const gaps = old.gaps.filter((gap) => !asked.some((topic) => gap.startsWith(topic)));
  const [demand, limits, read] = await Promise.all([
    wanted.demand ? readDemand(deps, old.capacity.demand, failing, gaps) : old.capacity.demand,
    wanted.limits ? readLimits(deps, old.capacity.limits, gaps) : old.capacity.limits,
    wanted.routing ? readRouting(deps, gaps) : null,
  ]);
  // What was read while an episode began may already be held routing.
  const routing = read !== null && (await readState(deps)).value.episode === null ? read : null;
  const knowledge: Knowledge = {
    capacity: { demand, limits, measuredAt: wanted.demand ? now : old.capacity.measuredAt },
    routing: routing ?? old.routing,
    limitsAt: wanted.limits ? now : old.limitsAt,
    routingAt: wanted.routing && routing === read ? now : old.routingAt,
    gaps,
  };
  await setKnowledge(deps, knowledge);
  return knowledge;
}

function hasGap(old: Knowledge, what: string): boolean {
  return old.gaps.some((gap) => gap.startsWith(what));
}

async function readDemand(deps: Deps, old: Capacity["demand"], failing: ReadonlySet<string>, gaps: string[]): Promise<Capacity["demand"]> {
  const to = deps.clock.now();
  const from = new Date(to.getTime() - DEMAND_WINDOW_MINUTES * 60_000);
  const entries = deps.estate.deployments.map(async (deployment) => {
    const read = await deps.metrics.traffic(deployment, from, to);
    // The newest bin may be partial (azure-facts 3.4).
    const measured = read.ok ? p95(read.minutes.slice(0, -1).map((minute) => minute.tokens)) : null;
    if (measured === null) gaps.push(`demand of ${deployment.id}: ${read.ok ? "no data point in the window" : read.reason}`);
    const before = old[deployment.id] ?? null;
    const hidden = failing.has(deployment.id) && measured !== null && before !== null;
    return [deployment.id, hidden ? Math.max(measured, before) : (measured ?? before)] as const;
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

/** False after a deployment that changed the estate's pools: what was read before says nothing of the new ones. */
function fits(estate: Estate, routing: Routing | null): boolean {
  const refs = poolRefs(estate);
  const isKnown = ({ gateway, pool }: (typeof refs)[number]): boolean =>
    routing?.pools.some((known) => known.gateway === gateway.id && known.pool === pool) ?? false;
  return routing?.pools.length === refs.length && refs.every(isKnown);
}

/** Null unless every pool could be read: half a routing would mislead the admission test. */
async function readRouting(deps: Deps, gaps: string[]): Promise<Routing | null> {
  const refs = poolRefs(deps.estate);
  const reads = await Promise.all(refs.map(({ gateway, pool }) => deps.pools.read(gateway, pool)));
  const pools = reads.flatMap((read, i) => {
    const ref = refs[i];
    if (ref === undefined) return [];
    if (!read.ok) gaps.push(`routing of ${ref.gateway.id}/${ref.pool}: ${read.reason}`);
    // Names are all that is asked of it; with whole ids the pools of a large estate would outgrow the row (900 KB).
    const members = read.ok ? read.members.map((member) => ({ ...member, id: backendName(member.id) })) : [];
    return read.ok ? [{ gateway: ref.gateway.id, pool: ref.pool, members }] : [];
  });
  return pools.length === refs.length ? { pools, origins: [] } : null;
}

function poolRefs(estate: Estate): { gateway: Estate["gateways"][number]; pool: string }[] {
  return estate.gateways.flatMap((gateway) => gateway.pools.map((pool) => ({ gateway, pool: pool.name })));
}
