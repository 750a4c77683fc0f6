/** What priority and weight of a pool's members mean: who is asked first, and for which part. */
import { groupBy } from "./group.ts";
import type { PoolMember } from "./routing.ts";

/** APIM's lowest number goes first; an absent priority is taken as the first choice [U]. */
export function priorityOf(member: PoolMember): number {
  return member.priority ?? 1;
}

/** Part [0–1] of its own priority group that each member carries. Members without a weight count as the mean of those with one [U]. */
export function normalParts(members: readonly PoolMember[]): readonly number[] {
  const groups = groupBy(members, priorityOf);
  if (groups.size === 1) return partsWithin(members);
  const parts = new Map([...groups.values()].flatMap((group) => partsWithin(group).map((part, i) => [group[i], part] as const)));
  return members.map((member) => parts.get(member) ?? 0);
}

/** The same of members that have one priority. */
export function partsWithin(group: readonly PoolMember[]): readonly number[] {
  const known = group.filter(({ weight }) => weight !== undefined);
  const mean = known.length === 0 ? 1 : known.reduce((total, { weight }) => total + (weight ?? 0), 0) / known.length;
  const sum = group.reduce((total, { weight }) => total + (weight ?? mean), 0);
  return group.map(({ weight }) => (sum === 0 ? 1 / group.length : (weight ?? mean) / sum));
}
