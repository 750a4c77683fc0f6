/** When a held region, or the part of it that is held, is well enough to be given traffic again. */
import type { Estate } from "./estate.ts";
import type { Hold } from "./hold.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import { secondsBetween } from "./time.ts";

/** Whether what the scope names fails; null = the region. */
export function failsWithin({ foundry, failing }: RegionVerdict, scope: readonly string[] | null): boolean {
  return scope === null ? foundry.state === "failing" : scope.some((id) => failing.includes(id));
}

/**
 * Weights and origin are restored independently: a region whose tokens were moved may come back once its Foundry has been healthy
 * for the soak, which grows with every relapse; one whose gateway alone was left, once its gateway has been.
 */
export function restoreReadiness(
  policy: Pick<Estate, "restore">,
  verdict: RegionVerdict,
  hold: Pick<Hold, "relapses" | "share">,
  now: string,
): { ready: boolean; reason: string } {
  const { soakSeconds, relapseBackoff } = policy.restore;
  const needed = soakSeconds * relapseBackoff ** hold.relapses;
  const part = hold.share < 1 ? verdict.foundry : (verdict.gateway ?? verdict.foundry);
  if (part.state !== "healthy") return { ready: false, reason: `still ${part.state}: ${part.reason}` };
  const healthy = Math.floor(secondsBetween(part.since, now));
  return { ready: healthy >= needed, reason: `healthy for ${healthy} s of the ${needed} s soak` };
}
