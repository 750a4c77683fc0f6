/** What priority and weight of a pool's members mean: who is asked first, and for which part. */
import { groupBy } from "./group.ts";
import type { PoolMember } from "./routing.ts";

/** APIM's lowest number goes first; an absent priority is taken as the first choice [U]. */
export function priorityOf(member: PoolMember): number {
  return member.priority ?? 1;
}

export function firstChoice(members: readonly PoolMember[]): readonly PoolMember[] {
  const best = Math.min(...members.map(priorityOf));
  return members.filter((member) => priorityOf(member) === best);
}

/** Part [0–1] of its own priority group that each member carries. Members without a weight count as the mean of those with one [U]. */
export function normalParts(members: readonly PoolMember[]): readonly number[] {
  const groups = new Map([...groupBy(members, priorityOf)].map(([priority, group]) => [priority, weightsOf(group)]));
  return members.map((member) => {
    const { mean, sum, count } = groups.get(priorityOf(member)) ?? { mean: 1, sum: 0, count: 1 };
    return sum === 0 ? 1 / count : (member.weight ?? mean) / sum;
  });
}

function weightsOf(group: readonly PoolMember[]): { readonly mean: number; readonly sum: number; readonly count: number } {
  const known = group.filter(({ weight }) => weight !== undefined);
  const mean = known.length === 0 ? 1 : known.reduce((total, { weight }) => total + (weight ?? 0), 0) / known.length;
  return { mean, sum: group.reduce((total, { weight }) => total + (weight ?? mean), 0), count: group.length };
}
