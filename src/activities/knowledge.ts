/**
 * Slowly changing knowledge, refreshed beside the probes and never in their way. The intervals keep the steady state within 1 % of
 * ARM's read budget of 25 a second per region and subscription (azure-facts 9.1) for 30 regions.
 */
import { p95, UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import { expectedDemand } from "../domain/demand.ts";
import type { Estate } from "../domain/estate.ts";
import { holdOf } from "../domain/hold.ts";
import { backendName, type Routing } from "../domain/routing.ts";
import { secondsBetween } from "../domain/time.ts";
import type { Deps } from "../ports.ts";
import { readMemory, readState, setLearnt, type Knowledge } from "./memory.ts";
import { minuteOf, type Traffic } from "./traffic-row.ts";
import { readGatewayLogs, readMetrics } from "./traffic.ts";

const ROUTING_SECONDS = 900;
const LIMITS_SECONDS = 3600;
/** What could not be read is asked for again after this time. Less than the timer's minute: a tick that came a little late must not skip the next one. */
const GAP_SECONDS = 45;
/** A week of hours is more to ask for. */
const HISTORY_GAP_SECONDS = 600;
/** Demand is the 95th percentile of this many minutes. */
const DEMAND_WINDOW_MINUTES = 10;
/** What is later than this says nothing of today's demand. */
const MOST_LATE_MINUTES = 5;
/** Demand that was measured longer ago is unknown. */
const DEMAND_KEPT_SECONDS = 86_400;
const HISTORY_MILLISECONDS = 7 * 86_400_000;

const NOTHING: Knowledge = {
  capacity: UNKNOWN_CAPACITY,
  demandAt: {},
  routing: null,
  limitsAt: null,
  routingAt: null,
  usualAt: null,
  gaps: [],
};

/** Asks for whatever is due. A timer of its own does this, so that a slow ARM never delays a probe round. */
export async function learn(deps: Deps): Promise<Knowledge> {
  const { state, watch, knowledge, metrics, gatewayLogs } = await readMemory(deps);
  // Deployments that fail without anybody having emptied them on purpose: what is counted of them is answers, so their demand cannot be seen to fall.
  const failing = deps.estate.deployments.filter(
    ({ id, region }) => watch.value.verdicts[id]?.state === "failing" && holdOf(state.value, region) === undefined,
  );
  const [traffic, logs] = await Promise.all([readMetrics(deps, metrics), readGatewayLogs(deps, gatewayLogs)]);
  const failingIds = new Set(failing.map(({ id }) => id));
  const fresh = await refreshKnowledge(deps, knowledge ?? NOTHING, traffic, state.value.episode !== null, failingIds);
  await setLearnt(deps, { metrics: traffic, gatewayLogs: logs, knowledge: fresh });
  return fresh;
}

/** While an episode is open the routing is not normal, so it is not read. What fails keeps its old value and is named as a gap. */
async function refreshKnowledge(
  deps: Deps,
  old: Knowledge,
  traffic: Traffic,
  episodeOpen: boolean,
  failing: ReadonlySet<string>,
): Promise<Knowledge> {
  const now = deps.clock.now().toISOString();
  const wanted = whatIsDue(deps.estate, old, episodeOpen, now);
  // A gap stays named until what it is about has been asked for again.
  const asked = [
    "demand",
    ...(wanted.limits ? ["rate limit"] : []),
    ...(wanted.routing ? ["routing"] : []),
    ...(wanted.usual ? ["history"] : []),
  ];
  const gaps = old.gaps.filter((gap) => !asked.some((topic) => gap.startsWith(topic)));
  const demand = demandOf(deps.estate, old, traffic, failing, now, gaps);
  const [limits, read, usual] = await Promise.all([
    wanted.limits ? readLimits(deps, old.capacity.limits, gaps) : old.capacity.limits,
    wanted.routing ? readRouting(deps, gaps) : null,
    wanted.usual ? readUsual(deps, old.capacity.usual, gaps) : old.capacity.usual,
  ]);
  // What was read while an episode began may already be held routing.
  const routing = read !== null && (await readState(deps)).value.episode === null ? read : null;
  const measured = Object.values(demand.at).toSorted().at(-1) ?? null;
  const knowledge: Knowledge = {
    capacity: { demand: demand.tokens, limits, usual, measuredAt: measured },
    demandAt: demand.at,
    routing: routing ?? old.routing,
    limitsAt: wanted.limits ? now : old.limitsAt,
    routingAt: wanted.routing && routing === read ? now : old.routingAt,
    usualAt: wanted.usual ? now : old.usualAt,
    gaps,
  };
  return knowledge;
}

/** What could not be read is due sooner. */
function whatIsDue(
  estate: Estate,
  old: Knowledge,
  episodeOpen: boolean,
  now: string,
): Readonly<Record<"limits" | "routing" | "usual", boolean>> {
  const due = (at: string | null, seconds: number): boolean => at === null || secondsBetween(at, now) >= seconds;
  const hasGap = (what: string): boolean => old.gaps.some((gap) => gap.startsWith(what));
  return {
    limits: due(old.limitsAt, hasGap("rate limit") ? GAP_SECONDS : LIMITS_SECONDS),
    routing: !episodeOpen && due(old.routingAt, hasGap("routing") || !fits(estate, old.routing) ? GAP_SECONDS : ROUTING_SECONDS),
    // Of this hour and the next: new with every hour of the clock.
    usual: old.usualAt?.slice(0, 13) !== now.slice(0, 13) || (hasGap("history") && due(old.usualAt, HISTORY_GAP_SECONDS)),
  };
}

interface Demand {
  readonly tokens: Capacity["demand"];
  readonly at: Knowledge["demandAt"];
}

/** Out of the minutes of real traffic that were read; what is not in them keeps its value for a day. */
function demandOf(estate: Estate, old: Knowledge, traffic: Traffic, failing: ReadonlySet<string>, now: string, gaps: string[]): Demand {
  const known = Object.values(traffic.minutes).flatMap((all) => all.map((minute) => minuteOf(minute.at)));
  const newest = Math.max(
    minuteOf(now) - MOST_LATE_MINUTES,
    known.reduce((a, b) => Math.max(a, b), 0),
  );
  const tokens: Record<string, number | null> = {};
  const at: Record<string, string> = {};
  for (const { id } of estate.deployments) {
    const readAt = traffic.readAt[id];
    const window = (traffic.minutes[id] ?? []).filter((minute) => newest - minuteOf(minute.at) < DEMAND_WINDOW_MINUTES);
    const measured = readAt === undefined || traffic.gaps[id] !== undefined ? null : p95(window.map((minute) => minute.tokens));
    if (measured === null) gaps.push(`demand of ${id}: ${traffic.gaps[id] ?? traffic.gaps["all"] ?? "no data point in the window"}`);
    const knownAt = old.demandAt[id];
    const isFresh = knownAt !== undefined && secondsBetween(knownAt, now) < DEMAND_KEPT_SECONDS;
    const before = isFresh ? (old.capacity.demand[id] ?? null) : null;
    const hidden = failing.has(id) && measured !== null && before !== null;
    tokens[id] = hidden ? Math.max(measured, before) : (measured ?? before);
    const since = measured === null ? (isFresh ? knownAt : undefined) : readAt;
    if (since !== undefined) at[id] = since;
  }
  return { tokens, at };
}

async function readUsual(deps: Deps, old: Capacity["usual"], gaps: string[]): Promise<Capacity["usual"]> {
  const to = deps.clock.now();
  const { deployments } = deps.estate;
  try {
    const hours = await deps.metrics.hours(deployments, new Date(to.getTime() - HISTORY_MILLISECONDS), to);
    const read = deployments.map(({ id }, i) => [id, hours[i] ?? []] as const);
    const missing = read.flatMap(([id, own]) => (own.length === 0 ? [id] : []));
    if (missing.length > 0) gaps.push(`history of demand of ${missing.length} deployments, ${missing[0]} the first: it could not be read`);
    // An answer without data says that there is none; no answer leaves what was known.
    return Object.fromEntries(read.map(([id, own]) => [id, own.length === 0 ? (old[id] ?? null) : expectedDemand(own, to.toISOString())]));
  } catch (error) {
    gaps.push(`history of demand: ${String(error)}`);
    return old;
  }
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
    // Names are all that is asked of it; whole ids, each gateway's own, would make the row of a large estate outgrow it (900 KB).
    const members = read.ok ? read.members.map((member) => ({ ...member, id: backendName(member.id) })) : [];
    return read.ok ? [{ gateway: ref.gateway.id, pool: ref.pool, members }] : [];
  });
  return pools.length === refs.length ? { pools, origins: [] } : null;
}

function poolRefs(estate: Estate): { gateway: Estate["gateways"][number]; pool: string }[] {
  return estate.gateways.flatMap((gateway) => gateway.pools.map((pool) => ({ gateway, pool: pool.name })));
}
