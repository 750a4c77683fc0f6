/**
 * Drift: somebody else changed a pool that we hold. Three versions of it tell apart what happened:
 * `base` (what we last wrote or, before that, captured as normal), `theirs` (what ARM has now) and `ours` (what we want).
 */
import { backendName, samePoolMembers, type PoolMember } from "./routing.ts";

export type Drift =
  | { readonly kind: "none" }
  /** Their change touches only members that we do not change: keep it, here and in the normal routing. */
  | { readonly kind: "disjoint"; readonly changed: readonly string[]; readonly normal: readonly PoolMember[] }
  /** Their change touches members that we change: stop and ask. */
  | { readonly kind: "conflict"; readonly changed: readonly string[] };

/** `normal` is the routing captured at the start of the episode, `ours` what the holds want of it. */
export function detectDrift(
  normal: readonly PoolMember[],
  base: readonly PoolMember[],
  theirs: readonly PoolMember[],
  ours: readonly PoolMember[],
): Drift {
  if (samePoolMembers(theirs, base) || samePoolMembers(theirs, ours)) return { kind: "none" };
  const changed = changedMembers(base, theirs);
  if (changed.length === 0) return { kind: "none" };
  const own = new Set([...changedMembers(normal, ours), ...changedMembers(normal, base)]);
  if (changed.some((name) => own.has(name))) return { kind: "conflict", changed };
  const kept = normal.flatMap((member) => {
    if (!changed.includes(backendName(member.id))) return [member];
    const now = theirs.find((other) => backendName(other.id) === backendName(member.id));
    return now === undefined ? [] : [now];
  });
  const added = theirs.filter((member) => !normal.some((other) => backendName(other.id) === backendName(member.id)));
  return { kind: "disjoint", changed, normal: [...kept, ...added] };
}

/** Names of members that were added, removed or changed. */
function changedMembers(from: readonly PoolMember[], to: readonly PoolMember[]): string[] {
  const names = new Set([...from, ...to].map((member) => backendName(member.id)));
  const find = (list: readonly PoolMember[], name: string): PoolMember[] => list.filter((m) => backendName(m.id) === name);
  return [...names].filter((name) => !samePoolMembers(find(from, name), find(to, name)));
}
