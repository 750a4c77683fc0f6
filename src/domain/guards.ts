/** The guard ladder: every rung can refuse or shrink an evacuation, fails closed, and says why with a stable code. */
import type { Admission } from "./admission.ts";
import type { Estate } from "./estate.ts";
import { holdOf, type EstateState, type Initiator } from "./hold.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import { secondsBetween } from "./time.ts";

export const GUARD_CODES = [
  "automationEnabled",
  "selfDoubt",
  "willMovingHelp",
  "minHealthyRegions",
  "maxConcurrentShifts",
  "survivorCapacity",
  "dataResidency",
  "modelParity",
  "cooldown",
  "changeWindow",
  "precedence",
  "controlPlaneLocality",
] as const;
export type GuardCode = (typeof GUARD_CODES)[number];

export interface GuardInput {
  readonly estate: Estate;
  readonly state: EstateState;
  readonly region: string;
  readonly verdicts: readonly RegionVerdict[];
  readonly admission: Admission;
  readonly initiator: Initiator;
  /** Share the region's deployments are to keep; 1 when only its gateway is to be left. */
  readonly share: number;
  /** One guard that a person overrides, with a reason of theirs on record. */
  readonly override?: GuardCode;
  readonly now: string;
}

export interface GuardResult {
  readonly code: GuardCode;
  readonly outcome: "passed" | "refused" | "shrunk" | "overridden";
  readonly reason: string;
  /** For `shrunk`: the least share that the region must keep. */
  readonly share?: number;
}

type Rung = (input: GuardInput) => Omit<GuardResult, "code">;

/** Below this part of its traffic, moving is not worth the risk. */
const LEAST_USEFUL_SHARE = 0.05;

const RUNGS: Record<GuardCode, Rung> = {
  automationEnabled: ({ estate, state, initiator }) => {
    if (initiator === "manual") return passed("started by a person");
    if (state.killSwitch?.on === true) return refused(`the kill switch is on since ${state.killSwitch.at}: ${state.killSwitch.reason}`);
    if (estate.safety.mode !== "auto") return refused(`the mode is ${estate.safety.mode}, not auto`);
    return passed("the mode is auto and the kill switch is off");
  },
  selfDoubt: ({ estate, verdicts }) => {
    const all = verdicts.flatMap((v) => [
      ...(hasDeployment(estate, v.region) ? [v.foundry] : []),
      ...(v.gateway === null ? [] : [v.gateway]),
    ]);
    const working = all.filter((verdict) => verdict.state === "healthy" || verdict.state === "pressured").length;
    if (working === 0) return refused(`none of ${all.length} regional verdicts is healthy: the prober itself may be cut off`);
    return passed(`${working} of ${all.length} regional verdicts are healthy`);
  },
  minHealthyRegions: ({ estate, state, region, verdicts, share }) => {
    // What leaves a gateway needs another gateway; what leaves a deployment needs another deployment.
    const canTakeOver = (v: RegionVerdict): boolean => (share >= 1 ? v.gateway !== null : hasDeployment(estate, v.region));
    const free = verdicts.filter((v) => v.region !== region && holdOf(state, v.region) === undefined);
    const left = free.filter((v) => canTakeOver(v) && isHealthy(v)).map((v) => v.region);
    const need = estate.safety.minHealthyRegions;
    const found = `${left.length} healthy region${left.length === 1 ? "" : "s"} would remain (${left.join(", ") || "none"}), ${need} needed`;
    return left.length >= need ? passed(found) : refused(found);
  },
  maxConcurrentShifts: ({ estate, state, region }) => {
    const others = state.holds.filter((hold) => hold.region !== region).map((hold) => hold.region);
    const found = `${others.length} other region${others.length === 1 ? " is" : "s are"} held (${others.join(", ") || "none"}), at most ${estate.safety.maxConcurrentShifts} at a time`;
    return others.length < estate.safety.maxConcurrentShifts ? passed(found) : refused(found);
  },
  cooldown: ({ estate, state, region, initiator, now }) => {
    const released = state.lastReleased[region];
    if (initiator === "manual" || released === undefined) return passed("no recent restore");
    const seconds = Math.round(secondsBetween(released, now));
    const found = `restored ${seconds} s ago, cooldown is ${estate.safety.cooldownSeconds} s`;
    return seconds >= estate.safety.cooldownSeconds ? passed(found) : refused(found);
  },
  survivorCapacity: ({ admission, share }) => {
    if (share >= 1) return passed("no tokens move: only the gateway is left");
    if (admission.maxSafeShare === null) return refused(admission.reason);
    if (admission.maxSafeShare < LEAST_USEFUL_SHARE) return refused(admission.reason);
    const least = Math.ceil((1 - admission.maxSafeShare) * 100) / 100;
    return least <= share ? passed(admission.reason) : { outcome: "shrunk", reason: admission.reason, share: least };
  },
};

function passed(reason: string): Omit<GuardResult, "code"> {
  return { outcome: "passed", reason };
}

function refused(reason: string): Omit<GuardResult, "code"> {
  return { outcome: "refused", reason };
}

function hasDeployment(estate: Estate, region: string): boolean {
  return estate.deployments.some((deployment) => deployment.region === region);
}

function isHealthy(verdict: RegionVerdict): boolean {
  return verdict.foundry.state === "healthy" && (verdict.gateway === null || verdict.gateway.state === "healthy");
}

/** Every rung in order: all of them, so that an operator sees everything that stands in the way at once. */
export function climb(input: GuardInput): readonly GuardResult[] {
  return GUARD_CODES.map((code) => {
    const result = RUNGS[code](input);
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
