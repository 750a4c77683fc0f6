/**
 * Desired routing: a pure function of the normal routing and the holds. No holds give back exactly the normal routing, absent
 * fields included; the order of the holds does not matter; holds on two regions simply combine.
 *
 * D1. A pool is never left empty: if nothing would remain, it stays normal and is reported as unserved.
 * D2. A drained member is absent (weight 0 is undocumented, azure-facts 1.4); a present one has a weight of 1–100 or none.
 * D3. Members of regions without a hold keep what they had unless they must take over a share of somebody else's traffic.
 * D4. What leaves is taken over in proportion to the holds' `takers` (headroom when they were placed), by normal weights without them.
 */
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import type { Hold } from "./hold.ts";
import { priorityOf } from "./priorities.ts";
import type { OriginRouting, PoolMember, Routing } from "./routing.ts";
import { gatewayById, leadsOf, type Lead } from "./topology.ts";
import { apportion } from "./weights.ts";

export interface DesiredRouting {
  readonly routing: Routing;
  /** `gateway/pool` or `edge/group`: left as normal because nobody else could serve it. */
  readonly unserved: readonly string[];
}

export type HoldLimits = Pick<Hold, "region" | "scope" | "share" | "origin" | "takers">;

export function desiredRouting(estate: Estate, normal: Routing, holds: readonly HoldLimits[]): DesiredRouting {
  if (holds.length === 0) return { routing: normal, unserved: [] };
  const unserved: string[] = [];
  const pools = normal.pools.map((pool) => {
    const leads = desiredPool(leadsOf(estate, pool), holds);
    if (leads === "nobody") unserved.push(`${pool.gateway}/${pool.pool}`);
    return leads === "nobody" ? pool : { ...pool, members: leads.map(({ member }) => member) };
  });
  return { routing: { pools, origins: desiredOrigins(estate, normal.origins, holds, unserved) }, unserved };
}

/** `nobody`: nothing would remain of it. */
export function desiredPool(leads: readonly Lead[], holds: readonly HoldLimits[]): readonly Lead[] | "nobody" {
  const limits = leads.map(({ deployment }) => limitOf(deployment, holds));
  const carriers = carriersOf(leads, limits);
  if (carriers.every((carrier) => carrier.share === 1)) return leads;
  const groups = priorityGroups(carriers);
  const left = groups.filter((group) => group.some((carrier) => carrier.share > 0));
  const desired = left[0] === groups[0] ? mergeGroups(left) : promote(left, groups[0]?.[0]?.member);
  if (desired.length === 0) return "nobody";
  const placed = leads.map(({ member }, i) => (member.weight === 0 && limits[i]?.share !== 0 ? member : undefined));
  for (const { index, to } of desired) placed[index] = to;
  return leads.flatMap((lead, i) => {
    const member = placed[i];
    return member === undefined ? [] : [{ ...lead, member }];
  });
}

interface Limit {
  /** Share [0–1] that the member may carry. */
  readonly share: number;
  /** Tokens per minute that it can take over; null = unknown. */
  readonly headroom: number | null;
}

const UNLIMITED: Limit = { share: 1, headroom: null };

/** A member the estate does not know is not ours to limit. Of two holds the stricter counts, so that their order does not matter. */
function limitOf(deployment: Deployment | undefined, holds: readonly HoldLimits[]): Limit {
  if (deployment === undefined) return UNLIMITED;
  const { id, region } = deployment;
  let share = 1;
  let headroom: number | null = null;
  for (const hold of holds) {
    if (hold.region === region && (hold.scope === null || hold.scope.includes(id))) share = Math.min(share, hold.share);
    // A hold that limits nothing yet gives nobody anything to take over.
    const room = hold.share < 1 ? hold.takers?.[id] : undefined;
    if (room !== undefined) headroom = Math.min(headroom ?? room, room);
  }
  return { share, headroom };
}

interface Carrier extends Limit {
  readonly member: PoolMember;
  /** Of the member in its pool. */
  readonly index: number;
  /** Part [0–1] of the group's traffic that it normally carries. */
  readonly part: number;
}

interface Placed {
  readonly index: number;
  readonly to: PoolMember;
}

/** Nobody of the first choice is left: the next group carries everything. Who has no room in it stays behind those who have. */
function promote(groups: readonly (readonly Carrier[])[], vacated: PoolMember | undefined): readonly Placed[] {
  const [group = [], ...rest] = groups;
  const kept = group.filter((carrier) => carrier.share > 0);
  const { able, full } = byRoom(kept);
  if (headroomOf(kept.filter((carrier) => carrier.share === 1)) === 0) return mergeGroups(groups);
  const placed = weigh(spread(able, "promoted"), full.length === 0 ? undefined : vacated);
  return [...placed, ...full.map(unchanged), ...mergeGroups(rest, "fallback")];
}

/** Who is free but has no room stays a fallback, as long as others have some. */
function byRoom(kept: readonly Carrier[]): { readonly able: readonly Carrier[]; readonly full: readonly Carrier[] } {
  const hasRoom = headroomOf(kept.filter((carrier) => carrier.share === 1)) > 0;
  const isFull = (carrier: Carrier): boolean => hasRoom && carrier.share === 1 && carrier.headroom === 0;
  return { able: kept.filter((carrier) => !isFull(carrier)), full: kept.filter(isFull) };
}

/** From the first-choice group on: a group that cannot take its whole traffic draws the next one up to its own priority. */
function mergeGroups(groups: readonly (readonly Carrier[])[], place: "first" | "fallback" = "first"): readonly Placed[] {
  const [group, ...rest] = groups;
  if (group === undefined) return [];
  const kept = group.filter((carrier) => carrier.share > 0);
  const free = kept.filter((carrier) => carrier.share === 1);
  const [next, ...afterNext] = rest;
  if (kept.length === free.length) {
    const gains = place === "first" && kept.length < group.length && headroomOf(kept) > 0;
    const placed = gains ? weigh(spread(kept, "present"), undefined) : kept.map(unchanged);
    return [...placed, ...mergeGroups(rest, "fallback")];
  }
  if (free.length > 0 || next === undefined) return [...weigh(spread(kept, "present"), undefined), ...mergeGroups(rest, "fallback")];
  // Nobody in this group is free to take what its members may not carry: the next group's members join it at its priority.
  const deficit = 1 - sumOf(kept, (carrier) => carrier.part * carrier.share);
  const { able, full } = byRoom(next.filter((carrier) => carrier.share > 0));
  const helpers = normalise(spread(able, "promoted")).map(({ carrier, target }) => ({ carrier, target: target * deficit }));
  const placed = weigh([...spread(kept, "present"), ...helpers], kept[0]?.member);
  return [...placed, ...full.map(unchanged), ...mergeGroups(afterNext, "fallback")];
}

interface Target {
  readonly carrier: Carrier;
  readonly target: number;
}

/**
 * What each member should carry: limited ones their share of their normal part, free ones the rest. In proportion to headroom goes what
 * is new to the free ones: all of it for those that are promoted. Where anybody's headroom is unknown, normal parts decide.
 */
function spread(kept: readonly Carrier[], place: "present" | "promoted"): readonly Target[] {
  const free = kept.filter((carrier) => carrier.share === 1);
  const rest = 1 - sumOf(kept, (carrier) => (carrier.share === 1 ? 0 : carrier.part * carrier.share));
  const [freePart, headroom] = [sumOf(free, (carrier) => carrier.part), headroomOf(free)];
  const own = place === "promoted" ? 0 : 1;
  return kept.map((carrier) => {
    if (carrier.share < 1) return { carrier, target: carrier.part * carrier.share };
    if (headroom === 0) return { carrier, target: freePart === 0 ? 0 : (rest * carrier.part) / freePart };
    const gain = (rest - own * freePart) * ((carrier.headroom ?? 0) / headroom);
    return { carrier, target: own * carrier.part + gain };
  });
}

/** Tokens per minute that all of them together can take over; 0 also when anybody's is unknown. */
function headroomOf(free: readonly Carrier[]): number {
  return free.some((carrier) => carrier.headroom === null) ? 0 : sumOf(free, (carrier) => carrier.headroom ?? 0);
}

function sumOf(carriers: readonly Carrier[], value: (carrier: Carrier) => number): number {
  return carriers.reduce((sum, carrier) => sum + value(carrier), 0);
}

function normalise(targets: readonly Target[]): readonly Target[] {
  const sum = targets.reduce((total, entry) => total + entry.target, 0);
  return targets.map((entry) => ({ ...entry, target: sum === 0 ? 1 / targets.length : entry.target / sum }));
}

/** `beside` is the member that those of another group join: they take its priority, absent when it has none. */
function weigh(targets: readonly Target[], beside: PoolMember | undefined): readonly Placed[] {
  const weights = apportion(targets.map((entry) => entry.target));
  return targets.map(({ carrier: { member, index } }, i) => {
    const to = { ...member, weight: weights[i] ?? 1 };
    return { index, to: beside === undefined || priorityOf(member) === priorityOf(beside) ? to : atPriority(to, beside.priority) };
  });
}

function atPriority({ priority: _, ...member }: PoolMember, priority: number | undefined): PoolMember {
  return priority === undefined ? member : { ...member, priority };
}

function unchanged({ index, member }: Carrier): Placed {
  return { index, to: member };
}

function priorityGroups(carriers: readonly Carrier[]): readonly (readonly Carrier[])[] {
  const groups = [...groupBy(carriers, ({ member }) => priorityOf(member))];
  return groups.sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** A member that somebody else gave weight 0 carries nothing, and is given nothing. */
function carriersOf(leads: readonly Lead[], limits: readonly Limit[]): readonly Carrier[] {
  const carriers: Carrier[] = [];
  leads.forEach(({ member, part }, index) => {
    const { share, headroom } = limits[index] ?? UNLIMITED;
    if (member.weight !== 0) carriers.push({ share, headroom, member, index, part });
  });
  return carriers;
}

/** The last enabled origin of a group is never disabled: Azure would refuse it (azure-facts 2.2), and nobody would serve. */
function desiredOrigins(
  estate: Estate,
  normal: readonly OriginRouting[],
  holds: readonly HoldLimits[],
  unserved: string[],
): readonly OriginRouting[] {
  const disabled = new Set(holds.filter((hold) => hold.origin === "disabled").map((hold) => hold.region));
  const wanted = normal.map((origin) => ({ ...origin, enabled: origin.enabled && !disabled.has(regionOfOrigin(estate, origin) ?? "") }));
  return wanted.map((origin, index) => {
    const before = normal[index] ?? origin;
    const group = wanted.filter((other) => other.edge === origin.edge && other.group === origin.group);
    if (origin.enabled === before.enabled || group.some((other) => other.enabled)) return origin;
    const label = `${origin.edge}/${origin.group}`;
    if (!unserved.includes(label)) unserved.push(label);
    return before;
  });
}

export function regionOfOrigin(estate: Estate, origin: OriginRouting): string | undefined {
  const ref = estate.edges
    .find((edge) => edge.id === origin.edge)
    ?.origins.find((o) => o.group.toLowerCase() === origin.group.toLowerCase() && o.name.toLowerCase() === origin.origin.toLowerCase());
  return ref === undefined ? undefined : gatewayById(estate, ref.gateway).region;
}
