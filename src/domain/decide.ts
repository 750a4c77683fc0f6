/** The decision for every region of the estate: a pure function of verdicts, holds and capacity. */
import { admit, type Admission } from "./admission.ts";
import type { Capacity } from "./capacity.ts";
import type { Estate } from "./estate.ts";
import { admittedShare, climb, firstRefusal, type GuardResult } from "./guards.ts";
import { holdOf, type EstateState, type Hold } from "./hold.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import type { Routing } from "./routing.ts";
import { runbookOf } from "./runbook.ts";
import { secondsBetween } from "./time.ts";
import { deploymentOf, gatewaysIn, hasEdgeOrigin } from "./topology.ts";

/**
 * - `none`: nothing to do
 * - `evacuate`: start the runbook; `share` is what the region keeps
 * - `recommend`: the same, but the mode only allows to say so
 * - `refuse`: it would evacuate, and a guard says no
 * - `restore`: a held region has been healthy long enough
 * - `wake`: a held region got worse, and its run must look at once
 */
export interface Decision {
  readonly region: string;
  readonly action: "none" | "evacuate" | "recommend" | "refuse" | "restore" | "wake";
  /** What the action is about; null for `none`. */
  readonly runbook: Runbook | null;
  /** Deployments whose traffic would move; null = all of the region's. */
  readonly scope: readonly string[] | null;
  /** The first guard that refuses. */
  readonly refusedBy: GuardCode | null;
  readonly reason: string;
  readonly share: number;
  readonly guards: readonly GuardResult[];
  readonly admission: Admission | null;
}

export interface DecideInput {
  readonly estate: Estate;
  readonly state: EstateState;
  readonly verdicts: readonly RegionVerdict[];
  readonly capacity: Capacity;
  /** The normal routing, or what ARM last had; null when it could never be read. */
  readonly routing: Routing | null;
  readonly now: string;
}

export function decide(input: DecideInput): readonly Decision[] {
  return input.verdicts.map((verdict) => decideRegion(input, verdict));
}

export function decideRegion(input: DecideInput, verdict: RegionVerdict): Decision {
  const hold = holdOf(input.state, verdict.region);
  if (hold !== undefined) return decideHeld(input, verdict, hold);
  const trouble = troubleOf(input, verdict);
  return trouble === null ? nothing(verdict.region, verdict.foundry.reason) : decideTrouble(input, verdict, trouble);
}

function decideTrouble(input: DecideInput, verdict: RegionVerdict, trouble: Trouble): Decision {
  const admission = admissionOf(input, verdict.region);
  const guards = climb({ ...input, region: verdict.region, admission, initiator: "automatic", share: trouble.share });
  const decision = { region: verdict.region, share: admittedShare(guards, trouble.share), guards, admission };
  // A recommendation says what would be done: what the mode alone forbids is no reason against it.
  const recommending = input.estate.safety.mode === "recommend" && input.state.killSwitch?.on !== true;
  const refusal = firstRefusal(recommending ? guards.filter((guard) => guard.code !== "automationEnabled") : guards);
  if (refusal !== undefined) return { ...decision, action: "refuse", reason: `${refusal.code}: ${refusal.reason}` };
  return { ...decision, action: recommending ? "recommend" : "evacuate", reason: trouble.reason };
}

/** What is wrong with a region that moving traffic may mend. `share` is what its deployments may keep. */
interface Trouble {
  readonly share: number;
  readonly reason: string;
}

function troubleOf(input: Pick<DecideInput, "estate" | "routing">, verdict: RegionVerdict): Trouble | null {
  const { region, foundry, gateway } = verdict;
  if (foundry.state === "failing" && carriesTraffic(input, region)) return { share: 0, reason: `Foundry of ${region}: ${foundry.reason}` };
  if (gateway?.state === "failing" && hasEdgeOrigin(input.estate, region) && anotherGateway(input.estate, region)) {
    return { share: 1, reason: `gateway of ${region}: ${gateway.reason}` };
  }
  return null;
}

function carriesTraffic({ estate, routing }: Pick<DecideInput, "estate" | "routing">, region: string): boolean {
  return (
    routing?.pools.some((pool) => pool.members.some((m) => deploymentOf(estate, pool.gateway, pool.pool, m)?.region === region)) ?? true
  );
}

function anotherGateway(estate: Estate, region: string): boolean {
  return estate.gateways.some((gateway) => gateway.region !== region) && gatewaysIn(estate, region).length > 0;
}

/** Automatic holds are restored automatically; a person's hold is theirs to lift. */
function decideHeld(input: DecideInput, verdict: RegionVerdict, hold: Hold): Decision {
  // Where an evacuation is heading counts: before its first step it has moved nothing yet.
  const heading = { relapses: hold.relapses, share: Math.min(hold.share, hold.targetShare) };
  const ready = restoreReadiness(input.estate, verdict, heading, input.now);
  const trouble = troubleOf(input, verdict);
  // It was left for its gateway alone, and now its Foundry fails too: the tokens must go as well.
  if (trouble !== null && hold.initiator === "automatic" && goesDeeper(hold, trouble.share)) return decideTrouble(input, verdict, trouble);
  if (input.state.killSwitch?.on !== true && needsHurry(input.estate, verdict, hold)) {
    return { ...nothing(verdict.region, `${verdict.region} got worse while ${hold.owner} waits`), action: "wake" };
  }
  if (runbookOf(hold.owner) === "restore") return nothing(verdict.region, `${hold.owner} is restoring it`);
  if (hold.initiator === "manual") return nothing(verdict.region, `held by a person's run ${hold.owner}`);
  if (input.state.killSwitch?.on === true) return nothing(verdict.region, "the kill switch is on: a person must restore it");
  return ready.ready ? { ...nothing(verdict.region, ready.reason), action: "restore" } : nothing(verdict.region, ready.reason);
}

/** An evacuation of a gateway alone does not cover one that moves tokens. */
export function goesDeeper(hold: Pick<Hold, "owner" | "targetShare">, share: number): boolean {
  return runbookOf(hold.owner) === "evacuate" && hold.targetShare === 1 && share < 1;
}

/** A held region that fails again at a share, or whose gateway begins to fail: its run must not sleep on. */
function needsHurry(estate: Estate, { region, foundry, gateway }: RegionVerdict, hold: Hold): boolean {
  const relapsed = runbookOf(hold.owner) === "restore" && hold.share > 0 && foundry.state === "failing";
  return relapsed || (gateway?.state === "failing" && hold.gate === "open" && hasEdgeOrigin(estate, region));
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

export function admissionOf(input: Pick<DecideInput, "estate" | "state" | "capacity" | "routing">, region: string): Admission {
  if (input.routing === null) return { maxSafeShare: null, demand: null, survivors: [], reason: "the pools' routing has never been read" };
  return admit(input.estate, input.routing, input.state.holds, region, input.capacity);
}

function nothing(region: string, reason: string): Decision {
  return { region, action: "none", reason, share: 1, guards: [], admission: null };
}
