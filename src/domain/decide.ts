/** The decision for every region of the estate: a pure function of verdicts, holds and capacity. */
import { admitMove, unknownAdmission, type Admission } from "./admission.ts";
import { blackoutAt } from "./blackout.ts";
import type { Capacity } from "./capacity.ts";
import type { Estate } from "./estate.ts";
import { admittedShare, climb, firstRefusal, type GuardCode, type GuardResult } from "./guards.ts";
import { ROUTING_UNKNOWN } from "./guards/rung.ts";
import type { Leaving } from "./handover.ts";
import { holdOf, isWider, unionScope, type EstateState, type Hold, type Initiator } from "./hold.ts";
import { modeOf } from "./mode.ts";
import { failsAgain, restoreReadiness } from "./readiness.ts";
import { standsInPool } from "./pool-shapes.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import type { Routing } from "./routing.ts";
import type { Convergence } from "./run.ts";
import { runbookOf, type Runbook } from "./runbook.ts";
import { addSeconds } from "./time.ts";
import { edgePeers, gatewaysIn, mayLeaveEdge, movedDeployments } from "./topology.ts";

export { restoreReadiness } from "./readiness.ts";

/**
 * - `none`: nothing to do
 * - `evacuate`: start the runbook; `share` is what the region keeps. In mode `approve` its hold waits for a person
 * - `recommend`: a runbook would be started, but the mode only allows to say so
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
  /** How the last writes of the open episode stand; null = nothing was written. */
  readonly convergence: Convergence | null;
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

function decideTrouble(input: DecideInput, { region }: RegionVerdict, trouble: Trouble): Decision {
  const mode = modeOf(input.estate, "evacuate");
  if (mode === "off") return nothing(region, `the mode of evacuations is off: ${trouble.reason}`);
  const { guards, admission, share } = askGuards(input, { region, ...trouble, initiator: "automatic" });
  const decision = { region, runbook: "evacuate", scope: trouble.scope, share, guards, admission, refusedBy: null } as const;
  // A recommendation says what would be done: what the mode alone forbids is no reason against it.
  const recommending = mode === "recommend" && input.state.killSwitch?.on !== true;
  const refusal = firstRefusal(recommending ? guards.filter((guard) => guard.code !== "automationEnabled") : guards);
  if (refusal !== undefined)
    return { ...decision, action: "refuse", refusedBy: refusal.code, reason: `${refusal.code}: ${refusal.reason}` };
  return { ...decision, action: recommending ? "recommend" : "evacuate", reason: trouble.reason };
}

export interface Wanted {
  readonly region: string;
  readonly scope: readonly string[] | null;
  /** Share the deployments are to keep; 1 leaves only the region's gateway. */
  readonly share: number;
  readonly initiator: Initiator;
  readonly override?: GuardCode;
}

export interface Asked {
  readonly guards: readonly GuardResult[];
  readonly admission: Admission;
  readonly refusal: GuardResult | null;
  /** Share that is kept after every guard that shrinks. */
  readonly share: number;
}

/** The one way in which an evacuation meets the guards, whoever wants it: a plan says what a start would do. */
export function askGuards(input: DecideInput, { region, scope, share, initiator, override }: Wanted): Asked {
  const found = admitted(input, region, scope);
  const { admission } = found;
  const proposal = { ...input, region, scope, share, initiator, admission };
  const handovers = share >= 1 ? [] : (found.leaving?.handovers ?? null);
  const guards = climb(override === undefined ? proposal : { ...proposal, override }, handovers);
  return { guards, admission, refusal: firstRefusal(guards) ?? null, share: admittedShare(guards, share) };
}

/** Deployments that fail or strain themselves take nothing over. */
function admitted(
  input: DecideInput,
  region: string,
  scope: readonly string[] | null,
): { readonly admission: Admission; readonly leaving: Leaving | null } {
  if (input.routing === null) return { admission: unknownAdmission(ROUTING_UNKNOWN), leaving: null };
  const impaired = new Set(input.verdicts.flatMap((verdict) => [...verdict.failing, ...verdict.pressured]));
  return admitMove(input.estate, input.routing, input.state.holds, { region, scope, impaired }, input.capacity);
}

/** What is wrong with a region that moving traffic may mend. */
export interface Trouble {
  /** Deployments that are to be left; null = all of the region's. */
  readonly scope: readonly string[] | null;
  /** What they may keep. */
  readonly share: number;
  readonly reason: string;
}

/** The whole region when enough of its traffic fails; else the deployments that do; else its gateway. */
export function troubleOf(input: Pick<DecideInput, "estate" | "routing">, verdict: RegionVerdict): Trouble | null {
  const { region, foundry, gateway } = verdict;
  if (foundry.state === "failing" && foundry.lingers !== true && carriesTraffic(input, region, null))
    return { scope: null, share: 0, reason: `Foundry of ${region}: ${foundry.reason}` };
  const failing = foundry.state === "failing" ? [] : acute(verdict).filter((id) => carriesTraffic(input, region, [id]));
  if (failing.length > 0) return { scope: failing, share: 0, reason: `${failing.join(", ")} of ${region}: ${foundry.reason}` };
  if (
    gateway?.state === "failing" &&
    gateway.lingers !== true &&
    gatewaysIn(input.estate, region).length > 0 &&
    edgePeers(input.estate, region).length > 0
  )
    return { scope: null, share: 1, reason: `gateway of ${region}: ${gateway.reason}` };
  return null;
}

/** What fails now, not what has only not recovered yet. */
function acute({ failing, deployments }: RegionVerdict): readonly string[] {
  return failing.filter((id) => deployments[id]?.lingers !== true);
}

function carriesTraffic(
  { estate, routing }: Pick<DecideInput, "estate" | "routing">,
  region: string,
  scope: readonly string[] | null,
): boolean {
  if (routing === null) return true;
  return movedDeployments(estate, region, scope).some((deployment) => standsInPool(estate, routing, deployment));
}

/** Automatic holds are restored automatically; a person's hold is theirs to lift. */
function decideHeld(input: DecideInput, verdict: RegionVerdict, hold: Hold): Decision {
  const { region } = verdict;
  const trouble = troubleOf(input, verdict);
  const stopped = input.state.killSwitch?.on === true;
  const hurries = !stopped && needsHurry(input.estate, verdict, hold);
  // It was left for its gateway alone, or for some deployments, and now more of it fails: that must go as well.
  if (trouble !== null && leavesTrouble(hold, trouble)) {
    const deeper = decideTrouble(
      input,
      verdict,
      movesTokens(hold) ? { ...trouble, scope: unionScope(hold.scope, trouble.scope) } : trouble,
    );
    if (deeper.action !== "refuse" || !hurries) return deeper;
  }
  if (hold.approval?.state === "pending") return nothing(region, `${hold.owner} waits for a person until ${hold.approval.until}`);
  if (hold.approval?.state === "declined") return nothing(region, `${hold.owner} was declined`);
  if (hurries)
    return {
      ...nothing(region, `${region} got worse while ${hold.owner} waits`),
      action: "wake",
      runbook: runbookOf(hold.owner),
      scope: hold.scope,
    };
  if (runbookOf(hold.owner) === "restore") return nothing(region, `${hold.owner} is restoring it`);
  if (hold.initiator === "manual") return nothing(region, `held by a person's run ${hold.owner}`);
  if (stopped) return nothing(region, "the kill switch is on: a person must restore it");
  return decideRestore(input, verdict, hold);
}

/** What a person's hold leaves behind is asked of the guards like anything else: they refuse it, and people are told. */
function leavesTrouble(hold: Hold, { share, scope }: Trouble): boolean {
  const ofPerson = hold.initiator === "manual" && runbookOf(hold.owner) === "evacuate";
  return goesDeeper(hold, share, scope) || (ofPerson && share < hold.targetShare);
}

function decideRestore({ estate, state, now }: DecideInput, verdict: RegionVerdict, hold: Hold): Decision {
  // Where an evacuation is heading counts: before its first step it has moved nothing yet.
  const heading = { ...hold, share: Math.min(hold.share, hold.targetShare) };
  const { ready, reason } = restoreReadiness({ restore: estate.restore }, verdict, heading, now);
  const mode = modeOf(estate, "restore");
  if (!ready) return nothing(verdict.region, reason);
  if (mode === "off") return nothing(verdict.region, `the mode of restores is off: ${reason}`);
  const blackout = blackoutAt(estate.safety.blackouts, now);
  if (blackout !== null && mode !== "recommend")
    return nothing(verdict.region, `blackout until ${blackout.to} UTC (${blackout.reason}): ${reason}`);
  const asked = state.lastReleased[verdict.region];
  // Nobody answered, and by default that means no: asked again after a while, and not at once.
  const again = mode === "approve" && asked !== undefined && asked >= hold.since ? addSeconds(asked, estate.safety.cooldownSeconds) : now;
  if (again > now) return nothing(verdict.region, `nobody approved its restore at ${asked}: asked again at ${again}`);
  const action = mode === "recommend" ? "recommend" : "restore";
  return { ...nothing(verdict.region, reason), action, runbook: "restore", scope: hold.scope };
}

/**
 * An evacuation of a gateway alone does not cover one that moves tokens, and one of some deployments none of more. A restore covers a
 * relapse of what it restores, and nothing beside it.
 */
export function goesDeeper(hold: Pick<Hold, "owner" | "targetShare" | "scope">, share: number, scope: readonly string[] | null): boolean {
  if (share >= 1) return false;
  return runbookOf(hold.owner) === "evacuate" && hold.targetShare === 1 ? true : isWider(scope, hold.scope);
}

function movesTokens(hold: Hold): boolean {
  return Math.min(hold.share, hold.targetShare) < 1;
}

/** A held region that fails again at a share, or whose gateway begins to fail: its run must not sleep on. */
function needsHurry(estate: Estate, verdict: RegionVerdict, hold: Hold): boolean {
  const relapsed = runbookOf(hold.owner) === "restore" && hold.share > 0 && failsAgain(verdict, hold);
  return relapsed || (verdict.gateway?.state === "failing" && hold.gate === "open" && mayLeaveEdge(estate, verdict.region));
}

function nothing(region: string, reason: string): Decision {
  return { region, action: "none", runbook: null, scope: null, refusedBy: null, reason, share: 1, guards: [], admission: null };
}
