import type { PoolMember } from "../../domain/routing.ts";

const MOST_MEMBERS = 30;

/**
 * What ARM would refuse, or worse accept: the client sends weight 101 and an empty pool as they are (azure-facts 0.5), and what
 * weight 0 does is nowhere documented (1.4).
 */
export function problemOf(members: readonly PoolMember[]): string | undefined {
  if (members.length === 0) return "a pool is never left empty";
  if (members.length > MOST_MEMBERS) return `${members.length} members, at most ${MOST_MEMBERS}`;
  const seen = new Set<string>();
  for (const { id, weight, priority } of members) {
    if (seen.has(id.toLowerCase())) return `member ${id} twice`;
    seen.add(id.toLowerCase());
    if (weight !== undefined && !isWhole(weight, 1)) return `weight ${weight} of ${id} is not a whole number from 1 to 100`;
    if (priority !== undefined && !isWhole(priority, 0)) return `priority ${priority} of ${id} is not a whole number from 0 to 100`;
  }
  return undefined;
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least && value <= 100;
}
