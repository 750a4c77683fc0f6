/** How a gateway instance chooses a member of a backend pool (azure-facts 1.4). */
import type { PoolRef } from "../../src/domain/estate.ts";
import { backendName, type PoolMember } from "../../src/domain/routing.ts";

export interface Member {
  readonly backend: string;
  /** Undefined for a backend that the estate does not know. */
  readonly deployment: string | undefined;
  readonly weight: number;
}

/** Members by priority, the first choice first. */
export type PriorityGroups = readonly (readonly Member[])[];

/** Assumed [U]: an absent priority is 1; an absent weight is the mean of its group's known ones; weight 0 is never chosen. */
export function priorityGroups(pool: PoolRef, members: readonly PoolMember[]): PriorityGroups {
  const deployments = new Map(pool.members.map((member) => [member.backend.toLowerCase(), member.deployment]));
  const usable = members.filter((member) => member.weight !== 0);
  const numbers = [...new Set(usable.map(priorityOf))].sort((a, b) => a - b);
  return numbers.map((number) =>
    withWeights(
      usable.filter((member) => priorityOf(member) === number),
      deployments,
    ),
  );
}

function priorityOf({ priority = 1 }: PoolMember): number {
  return priority;
}

function withWeights(group: readonly PoolMember[], deployments: ReadonlyMap<string, string>): readonly Member[] {
  const known = group.flatMap((member) => member.weight ?? []);
  const mean = known.length === 0 ? 1 : known.reduce((sum, weight) => sum + weight, 0) / known.length;
  return group.map(({ id, weight = mean }) => ({ backend: backendName(id), deployment: deployments.get(backendName(id)), weight }));
}

/**
 * A lower group is used only when the breakers of all members above it have tripped. A retry runs the choice again: within the group
 * it prefers members not tried yet (APIM's balancing goes on to the next one [U]), but an untried lower group is no reason to leave.
 */
export function chooseMember(
  groups: PriorityGroups,
  isTripped: (backend: string) => boolean,
  tried: readonly string[],
  luck: number,
): Member | undefined {
  for (const group of groups) {
    const usable = group.filter((member) => !isTripped(member.backend));
    if (usable.length === 0) continue;
    const fresh = usable.filter((member) => !tried.includes(member.backend));
    return byWeight(fresh.length > 0 ? fresh : usable, luck);
  }
  return undefined;
}

function byWeight(members: readonly Member[], luck: number): Member | undefined {
  const total = members.reduce((sum, member) => sum + member.weight, 0);
  let rest = luck * total;
  return members.find((member) => (rest -= member.weight) < 0) ?? members.at(-1);
}
