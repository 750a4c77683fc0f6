/** When a held region, or the part of it that is held, is well enough to be given traffic again. */
import type { Estate } from "./estate.ts";
import type { Hold } from "./hold.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import { secondsBetween } from "./time.ts";
import type { Verdict } from "./verdict.ts";

/** Whether what the scope names fails; null = the region. */
export function failsWithin({ foundry, failing }: RegionVerdict, scope: readonly string[] | null): boolean {
  return scope === null ? foundry.state === "failing" : scope.some((id) => failing.includes(id));
}

/** What is being restored fails again: on a ladder any part of it counts; a person who goes straight up decides about the region as a whole. */
export function failsAgain(verdict: RegionVerdict, { scope, mode }: Pick<Hold, "scope" | "mode">): boolean {
  return failsWithin(verdict, scope) || (mode === "graceful" && scope === null && verdict.failing.length > 0);
}

const WORST_FIRST = ["failing", "misconfigured", "inconclusive", "pressured", "healthy"] as const;

/** How what the scope names stands, whatever is wrong beside it: the least well of it counts. */
export function stateWithin(
  { foundry, deployments }: RegionVerdict,
  scope: readonly string[] | null,
): Pick<Verdict, "state" | "since" | "reason"> {
  const own = (scope ?? []).flatMap((id) => (deployments[id] === undefined ? [] : [{ id, ...deployments[id] }]));
  const state = WORST_FIRST.find((candidate) => own.some((part) => part.state === candidate));
  // Nothing is known of what the estate names no more.
  if (state === undefined) return foundry;
  const found = own.filter((part) => part.state === state);
  const since = found.reduce((latest, part) => (part.since > latest ? part.since : latest), "");
  return { state, since, reason: found.map(({ id }) => id).join(", ") };
}

/**
 * Weights and origin are restored independently: a region whose tokens were moved may come back once what was moved has been healthy
 * for the soak, which grows with every relapse; one whose gateway alone was left, once its gateway has been.
 */
export function restoreReadiness(
  policy: Pick<Estate, "restore">,
  verdict: RegionVerdict,
  hold: Pick<Hold, "relapses" | "share" | "scope">,
  now: string,
): { ready: boolean; reason: string } {
  const { soakSeconds, relapseBackoff } = policy.restore;
  const needed = soakSeconds * relapseBackoff ** hold.relapses;
  const part = hold.share < 1 ? stateWithin(verdict, hold.scope) : (verdict.gateway ?? verdict.foundry);
  if (part.state !== "healthy") return { ready: false, reason: `still ${part.state}: ${part.reason}` };
  const healthy = Math.floor(secondsBetween(part.since, now));
  return { ready: healthy >= needed, reason: `healthy for ${healthy} s of the ${needed} s soak` };
}
