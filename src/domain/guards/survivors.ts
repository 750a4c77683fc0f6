/** Rungs about the others: are they well, do they have room, are they too few. */
import { holdOf, isWider } from "../hold.ts";
import type { RegionVerdict } from "../region-verdict.ts";
import { hasDeployment, passed, refused, type Climb, type Finding } from "./rung.ts";

export function minHealthyRegions({ estate, state, region, verdicts, share }: Climb): Finding {
  // What leaves a gateway needs another gateway; what leaves a deployment needs another deployment.
  const canTakeOver = (v: RegionVerdict): boolean => (share >= 1 ? v.gateway !== null : hasDeployment(estate, v.region));
  const free = verdicts.filter((v) => v.region !== region && holdOf(state, v.region) === undefined);
  const left = free.filter((v) => canTakeOver(v) && isHealthy(v)).map((v) => v.region);
  const need = estate.safety.minHealthyRegions;
  const found = `${left.length} healthy region${left.length === 1 ? "" : "s"} would remain (${left.join(", ") || "none"}), ${need} needed`;
  return left.length >= need ? passed(found) : refused(found);
}

function isHealthy(verdict: RegionVerdict): boolean {
  return verdict.foundry.state === "healthy" && (verdict.gateway === null || verdict.gateway.state === "healthy");
}

/** Holds that wait for a person's approval count: approved, they move traffic at once. */
export function maxConcurrentShifts({ estate, state, region }: Climb): Finding {
  const others = state.holds.filter((hold) => hold.region !== region).map((hold) => hold.region);
  const found = `${others.length} other region${others.length === 1 ? " is" : "s are"} held (${others.join(", ") || "none"}), at most ${estate.safety.maxConcurrentShifts} at a time`;
  return others.length < estate.safety.maxConcurrentShifts ? passed(found) : refused(found);
}

/** Below this part of its traffic, moving is not worth the risk. */
const LEAST_USEFUL_SHARE = 0.05;
/** Above this part, what would stay behind is within the rounding of weights, and would only meet a region that fails. */
const ALL_BUT_ROUNDING = 0.98;

export function survivorCapacity({ admission, share, scope, state, region }: Climb): Finding {
  if (share >= 1) return passed("no tokens move: only the gateway is left");
  const { maxSafeShare, reason } = admission;
  if (maxSafeShare === null || maxSafeShare < LEAST_USEFUL_SHARE) return refused(reason);
  const least = maxSafeShare >= ALL_BUT_ROUNDING ? 0 : Math.ceil((1 - maxSafeShare) * 100) / 100;
  if (least <= share) return passed(reason);
  // A hold has one share: what joins it would go as far as what it moved already.
  const held = holdOf(state, region);
  if (held !== undefined && held.share < least && isWider(scope, held.scope))
    return refused(`${reason}, and the hold that it would join leaves ${Math.round(held.share * 100)} %`);
  return { outcome: "shrunk", reason, share: least };
}
