/** The guard ladder: every rung can refuse or shrink an evacuation, fails closed, and says why with a stable code. */
import { GUARD_CODES, type GuardCode } from "./guards/codes.ts";
import { controlPlaneLocality } from "./guards/locality.ts";
import { willMovingHelp } from "./guards/moving-helps.ts";
import { automationEnabled, changeWindow, cooldown, precedence, selfDoubt } from "./guards/permission.ts";
import { handoversOf, toClimb, type Finding, type Proposal, type Rung } from "./guards/rung.ts";
import { maxConcurrentShifts, minHealthyRegions, survivorCapacity } from "./guards/survivors.ts";
import { dataResidency, modelParity } from "./guards/takers.ts";

export { GUARD_CODES, type GuardCode } from "./guards/codes.ts";

export interface GuardInput extends Proposal {
  /** One guard that a person overrides, with a reason of theirs on record. */
  readonly override?: GuardCode;
}

export interface GuardResult extends Omit<Finding, "outcome"> {
  readonly code: GuardCode;
  readonly outcome: Finding["outcome"] | "overridden";
}

const RUNGS: Record<GuardCode, Rung> = {
  automationEnabled,
  selfDoubt,
  willMovingHelp,
  minHealthyRegions,
  maxConcurrentShifts,
  survivorCapacity,
  dataResidency,
  modelParity,
  cooldown,
  changeWindow,
  precedence,
  controlPlaneLocality,
};

/** Every rung in order: all of them, so that an operator sees everything that stands in the way at once. */
export function climb(input: GuardInput, handovers = handoversOf(input)): readonly GuardResult[] {
  const asked = toClimb(input, handovers);
  return GUARD_CODES.map((code) => {
    const result = RUNGS[code](asked);
    const overridden = code === input.override && result.outcome !== "passed";
    return overridden ? { code, outcome: "overridden", reason: result.reason } : { code, ...result };
  });
}

export function firstRefusal(results: readonly GuardResult[]): GuardResult | undefined {
  return results.find((result) => result.outcome === "refused");
}

/** The share a region keeps after every shrinking rung. */
export function admittedShare(results: readonly GuardResult[], wanted: number): number {
  return Math.max(wanted, ...results.map((result) => result.share ?? 0));
}
