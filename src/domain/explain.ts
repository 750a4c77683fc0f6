/** Why a region is, or is not, evacuated now: the rule trace with numbers, what is missing to act, and what would happen. */
import type { Admission } from "./admission.ts";
import { askGuards, decideRegion, troubleOf, type Asked, type Decision, type DecideInput } from "./decide.ts";
import { desiredRouting, type HoldLimits } from "./desired-routing.ts";
import type { GuardResult } from "./guards.ts";
import { modeOf } from "./mode.ts";
import { plan, type PlanStep } from "./plan.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import type { Routing } from "./routing.ts";
import type { Suspicion } from "./signals.ts";
import { mayLeaveEdge } from "./topology.ts";
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

export interface ExplainInput extends DecideInput {
  readonly region: string;
  readonly targets: readonly TargetExplanation[];
  readonly suspicions: readonly Suspicion[];
  /** The routing that ARM has now, as far as it could be read; null = not at all. */
  readonly current: Routing | null;
}

export function explain(input: ExplainInput): Explanation {
  const verdict = input.verdicts.find((candidate) => candidate.region === input.region);
  if (verdict === undefined) throw new Error(`The estate has no region "${input.region}"`);
  const decision = decideRegion(input, verdict);
  const { region, targets, suspicions } = input;
  const wanted = troubleOf(input, verdict) ?? { scope: null, share: 0 };
  const asked = askGuards(input, { region, scope: wanted.scope, share: wanted.share, initiator: "automatic" });
  const steps = stepsOf(input, verdict, wanted.scope, asked);
  return {
    region,
    at: input.now,
    verdict,
    targets,
    suspicions,
    decision,
    guards: asked.guards,
    missing: missing(input, decision, verdict),
    ifEvacuated: {
      scope: wanted.scope,
      share: asked.share,
      admission: asked.admission,
      steps,
      etaSeconds: Math.max(0, ...steps.map((step) => step.budgetSeconds)),
    },
  };
}

/** What the run's first turn would write: the gate and the origin only when the region's own gateway is sick. */
function stepsOf(input: ExplainInput, verdict: RegionVerdict, scope: readonly string[] | null, asked: Asked): readonly PlanStep[] {
  const { estate, region, state, routing, current } = input;
  if (routing === null || current === null) return [];
  const leavesEdge = verdict.gateway?.state === "failing" && mayLeaveEdge(estate, region);
  const others = state.holds.filter((hold) => hold.region !== region);
  const own: HoldLimits = {
    region,
    scope,
    share: asked.share,
    origin: leavesEdge ? "disabled" : "enabled",
    takers: asked.admission.takers,
  };
  const desired = desiredRouting(estate, routing, [...others, own]).routing;
  return plan(estate, current, desired, leavesEdge ? [{ region, state: "closed" }] : []);
}

/** Each in one line. Empty when automation acts, and when there is nothing to act on. */
function missing(input: ExplainInput, decision: Decision, verdict: RegionVerdict): readonly string[] {
  const { estate } = input;
  switch (decision.action) {
    case "evacuate":
    case "restore":
    case "wake":
      return [];
    case "refuse":
      return decision.guards.flatMap(({ code, outcome, reason }) => (outcome === "refused" ? [`${code}: ${reason}`] : []));
    case "recommend":
      return [`the mode of ${decision.runbook} is recommend: a person must start it, or the mode must be approve or auto`];
    case "none": {
      const mode = modeOf(estate, "evacuate");
      const off = mode === "off" && troubleOf(input, verdict) !== null ? [`the mode of evacuate is off: only people start it`] : [];
      const held = input.state.holds.some((hold) => hold.region === input.region) ? [decision.reason] : [];
      return [...off, ...held, ...(off.length + held.length > 0 ? [] : unmet(input.targets))];
    }
  }
}

/** Of targets that are not well, what the outage rules and the measurement still ask for. */
function unmet(targets: readonly TargetExplanation[]): readonly string[] {
  const unwell = targets.filter(({ verdict }) => verdict.state !== "healthy" && verdict.state !== "failing");
  return unwell.flatMap(({ target, trace }) => {
    const stops = trace.filter((rule) => rule.classifier === "measurement" && rule.met);
    const asks = trace.filter((rule) => rule.classifier === "outage" && !rule.met);
    return (stops.length > 0 ? stops : asks).map((rule) => `${target}: ${rule.rule}: ${rule.text}`);
  });
}
