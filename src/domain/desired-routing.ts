/**
 * Desired routing: a pure function of the normal routing and the holds. No holds give back exactly the normal routing, absent
 * fields included; the order of the holds does not matter; holds on two regions simply combine.
 *
 * D1. A pool is never left empty: if nothing would remain, it stays normal and is reported as unserved.
 * D2. A drained member is absent (weight 0 is undocumented, azure-facts 1.4); a present one has a weight of 1–100 or none.
 * D3. Members of regions without a hold keep what they had unless they must take over a share of somebody else's traffic.
 */
import type { Estate } from "./estate.ts";
import type { Hold } from "./hold.ts";
import type { OriginRouting, PoolMember, PoolRouting, Routing } from "./routing.ts";
import { deploymentOf, gatewayById } from "./topology.ts";
import { apportion } from "./weights.ts";

export interface DesiredRouting {
  readonly routing: Routing;
  /** `gateway/pool` or `edge/group`: left as normal because nobody else could serve it. */
  readonly unserved: readonly string[];
}

export type HoldLimits = Pick<Hold, "region" | "share" | "origin">;

export function desiredRouting(estate: Estate, normal: Routing, holds: readonly HoldLimits[]): DesiredRouting {
  const unserved: string[] = [];
  const pools = normal.pools.map((pool) => {
    const members = desiredMembers(pool.members, (member) => shareOf(estate, pool, member, holds));
    if (members === "nobody") unserved.push(`${pool.gateway}/${pool.pool}`);
    return members === "nobody" ? pool : { ...pool, members };
  });
  return { routing: { pools, origins: desiredOrigins(estate, normal.origins, holds, unserved) }, unserved };
}

/** Share [0–1] that a member may carry; a member the estate does not know is not ours to limit. */
function shareOf(estate: Estate, pool: PoolRouting, member: PoolMember, holds: readonly HoldLimits[]): number {
  const region = deploymentOf(estate, pool.gateway, pool.pool, member)?.region;
  return Math.min(1, ...holds.filter((hold) => hold.region === region).map((hold) => hold.share));
}

interface Carrier {
  readonly member: PoolMember;
  /** Part [0–1] of the group's traffic that it normally carries. */
  readonly part: number;
  readonly share: number;
}

function desiredMembers(members: readonly PoolMember[], share: (member: PoolMember) => number): readonly PoolMember[] | "nobody" {
  const carriers = carriersOf(members, share);
  if (carriers.every((carrier) => carrier.share === 1)) return members;
  const groups = priorityGroups(carriers).filter((group) => group.some((carrier) => carrier.share > 0));
  const desired = mergeGroups(groups);
  if (desired.length === 0) return "nobody";
  const byMember = new Map(desired.map((entry) => [entry.from, entry.to]));
  return members.flatMap((member) => byMember.get(member) ?? (member.weight === 0 && share(member) > 0 ? [member] : []));
}

interface Placed {
  readonly from: PoolMember;
  readonly to: PoolMember;
}

/** From the first-choice group on: a group that cannot take its whole traffic draws the next one up to its own priority. */
function mergeGroups(groups: readonly (readonly Carrier[])[]): readonly Placed[] {
  const [group, ...rest] = groups;
  if (group === undefined) return [];
  const kept = group.filter((carrier) => carrier.share > 0);
  const deficit = deficitOf(group);
  const free = kept.filter((carrier) => carrier.share === 1);
  const [next, ...afterNext] = rest;
  if (kept.every((carrier) => carrier.share === 1)) return [...kept.map(unchanged), ...mergeGroups(rest)];
  if (free.length > 0 || next === undefined) return [...weigh(spread(kept, deficit), undefined), ...mergeGroups(rest)];
  // Nobody in this group is free to take the deficit: the next group's members join it at its priority.
  const helpers = normalise(
    spread(
      next.filter((carrier) => carrier.share > 0),
      deficitOf(next),
    ),
  );
  const joined = [...spread(kept, 0), ...helpers.map(({ carrier, target }) => ({ carrier, target: target * deficit }))];
  return [...weigh(joined, kept[0]?.member), ...mergeGroups(afterNext)];
}

/** Part [0–1] of a group's traffic that its members may not carry. */
function deficitOf(group: readonly Carrier[]): number {
  return 1 - group.reduce((sum, carrier) => sum + carrier.part * carrier.share, 0);
}

interface Target {
  readonly carrier: Carrier;
  readonly target: number;
}

/** What each member should carry when the free ones take the deficit in proportion to their normal parts. */
function spread(kept: readonly Carrier[], deficit: number): readonly Target[] {
  const freePart = kept.filter((c) => c.share === 1).reduce((sum, c) => sum + c.part, 0);
  return kept.map((carrier) => {
    const extra = carrier.share === 1 && freePart > 0 ? (deficit * carrier.part) / freePart : 0;
    return { carrier, target: carrier.part * carrier.share + extra };
  });
}

function normalise(targets: readonly Target[]): readonly Target[] {
  const sum = targets.reduce((total, entry) => total + entry.target, 0);
  return targets.map((entry) => ({ ...entry, target: sum === 0 ? 1 / targets.length : entry.target / sum }));
}

/** `beside` is the member that those of another group join: they take its priority, absent when it has none. */
function weigh(targets: readonly Target[], beside: PoolMember | undefined): readonly Placed[] {
  const weights = apportion(targets.map((entry) => entry.target));
  return targets.map(({ carrier: { member } }, index) => {
    const to = { ...member, weight: weights[index] ?? 1 };
    return { from: member, to: beside === undefined || priorityOf(member) === priorityOf(beside) ? to : atPriority(to, beside.priority) };
  });
}

function atPriority({ priority: _, ...member }: PoolMember, priority: number | undefined): PoolMember {
  return priority === undefined ? member : { ...member, priority };
}

function unchanged(carrier: Carrier): Placed {
  return { from: carrier.member, to: carrier.member };
}

/** APIM's lowest number goes first; an absent priority is taken as the first choice [U]. */
export function priorityOf(member: PoolMember): number {
  return member.priority ?? 1;
}

function priorityGroups(carriers: readonly Carrier[]): readonly (readonly Carrier[])[] {
  const numbers = [...new Set(carriers.map((carrier) => priorityOf(carrier.member)))].sort((a, b) => a - b);
  return numbers.map((number) => carriers.filter((carrier) => priorityOf(carrier.member) === number));
}

/** A member that somebody else gave weight 0 carries nothing, and is given nothing. */
function carriersOf(members: readonly PoolMember[], share: (member: PoolMember) => number): readonly Carrier[] {
  const parts = normalParts(members);
  return members.flatMap((member, index) => (member.weight === 0 ? [] : [{ member, part: parts[index] ?? 0, share: share(member) }]));
}

/** Part [0–1] of its own priority group that each member carries. Members without a weight count as the mean of those with one [U]. */
export function normalParts(members: readonly PoolMember[]): readonly number[] {
  return members.map((member) => {
    const group = members.filter((other) => priorityOf(other) === priorityOf(member));
    const known = group.flatMap((other) => (other.weight === undefined ? [] : [other.weight]));
    const mean = known.length === 0 ? 1 : known.reduce((a, b) => a + b, 0) / known.length;
    const sum = group.reduce((total, other) => total + (other.weight ?? mean), 0);
    return sum === 0 ? 1 / group.length : (member.weight ?? mean) / sum;
  });
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
