/** Why a region is, or is not, evacuated now: the rule trace with numbers, what is missing to act, and what would happen. */
import type { Admission } from "./admission.ts";
import type { Decision } from "./decide.ts";
import type { GuardResult } from "./guards.ts";
import type { PlanStep } from "./plan.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import type { Suspicion } from "./signals.ts";
import type { Rule, Verdict } from "./verdict.ts";

export interface TargetExplanation {
  readonly target: string;
  readonly verdict: Verdict;
  readonly trace: readonly Rule[];
  /** Share [0–1] of the region's traffic; null for a gateway. */
  readonly trafficShare: number | null;
}

export interface Explanation {
  readonly region: string;
  readonly at: string;
  readonly verdict: RegionVerdict;
  readonly targets: readonly TargetExplanation[];
  readonly suspicions: readonly Suspicion[];
  readonly decision: Decision;
  /** Every rung, as if the region were to be evacuated now, so that what would stand in the way shows before it is needed. */
  readonly guards: readonly GuardResult[];
  /** What would have to change for automation to act, each in one line; empty when it acts or has nothing to do. */
  readonly missing: readonly string[];
  /** What an evacuation started now would do. */
  readonly ifEvacuated: {
    readonly scope: readonly string[] | null;
    /** Share [0–1] that would stay. */
    readonly share: number;
    readonly admission: Admission;
    readonly steps: readonly PlanStep[];
    readonly etaSeconds: number;
  };
}
