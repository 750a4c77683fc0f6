import type { PoolMember } from "../../domain/routing.ts";

const MOST_MEMBERS = 30;

/**
 * What ARM would refuse, or worse accept: the client sends weight 101 and an empty pool as they are (azure-facts 0.5). Weight 0 passes:
 * the core never gives it (D2), but people park members with it, and a pool with such a member must stay writable as it was.
 */
export function problemOf(members: readonly PoolMember[]): string | undefined {
  if (members.length === 0) return "a pool is never left empty";
  if (members.length > MOST_MEMBERS) return `${members.length} members, at most ${MOST_MEMBERS}`;
  const seen = new Set<string>();
  for (const { id, weight, priority } of members) {
    if (seen.has(id.toLowerCase())) return `member ${id} twice`;
    seen.add(id.toLowerCase());
    if (weight !== undefined && !isWhole(weight)) return `weight ${weight} of ${id} is not a whole number from 0 to 100`;
    if (priority !== undefined && !isWhole(priority)) return `priority ${priority} of ${id} is not a whole number from 0 to 100`;
  }
  return undefined;
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 100;
}
