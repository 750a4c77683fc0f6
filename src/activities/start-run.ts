/**
 * Starting a run: the guards are asked and the hold is placed in one compare-and-swap on the estate's row, so that two regions failing
 * in the same second cannot both pass the guard; only then does the orchestration start, under an id that a second start joins.
 */
import type { Admission } from "../domain/admission.ts";
import { UNKNOWN_CAPACITY, type Capacity } from "../domain/capacity.ts";
import { admissionOf, goesDeeper, type DecideInput } from "../domain/decide.ts";
import { admittedShare, climb, firstRefusal, type GuardCode, type GuardResult } from "../domain/guards.ts";
import { changeHold, holdOf, placeHold, type EstateState, type Hold, type Initiator, type NewHold } from "../domain/hold.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import type { Routing } from "../domain/routing.ts";
import type { Run } from "../domain/run.ts";
import { runbookOf, runId, type RunMode } from "../domain/runbook.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { append, readMemory, readRun, readState, setRun, updateState } from "./memory.ts";
import { asRouting, readNormal } from "./normal-routing.ts";

export interface EvacuateRequest {
  readonly region: string;
  readonly mode: RunMode;
  /** Share [0–1] that the region's deployments are to keep; 1 leaves only its gateway. */
  readonly share: number;
  readonly initiator: Initiator;
  readonly reason: string;
  readonly override?: { readonly guard: GuardCode; readonly reason: string };
}

export type StartResult =
  | { readonly started: true; readonly joined: boolean; readonly run: Run; readonly guards: readonly GuardResult[] }
  | { readonly started: false; readonly guards: readonly GuardResult[]; readonly reason: string };

export async function startEvacuation(
  deps: Deps,
  starter: RunStarter,
  request: EvacuateRequest,
  verdicts: readonly RegionVerdict[],
): Promise<StartResult> {
  const reserved = await reserve(deps, request, verdicts);
  if (reserved.kind === "refused") return { started: false, guards: reserved.guards, reason: reserved.reason };
  if (reserved.kind === "placed") {
    await putOnRecord(deps, reserved.run, request, reserved.guards, reserved.admission);
    // Whoever placed the hold started the run, even if somebody who found the hold was faster with the orchestration.
    await starter.start(reserved.run);
    return { started: true, joined: false, run: reserved.run, guards: reserved.guards };
  }
  const run = (await readRun(deps, reserved.hold.owner))?.run ?? runOf(reserved.hold);
  await starter.start(run);
  return { started: true, joined: true, run, guards: [] };
}

type Reservation =
  | { readonly kind: "joined"; readonly hold: Hold }
  | { readonly kind: "refused"; readonly guards: readonly GuardResult[]; readonly reason: string }
  | { readonly kind: "placed"; readonly guards: readonly GuardResult[]; readonly admission: Admission; readonly run: Run };

async function reserve(deps: Deps, request: EvacuateRequest, verdicts: readonly RegionVerdict[]): Promise<Reservation> {
  const now = deps.clock.now().toISOString();
  const known = await knowledgeForAdmission(deps);
  return updateState<Reservation>(deps, (state) => {
    const existing = holdOf(state, request.region);
    if (existing !== undefined && runbookOf(existing.owner) === "evacuate" && !goesDeeper(existing, request.share))
      return { result: { kind: "joined", hold: existing } };
    const { guards, admission, refusal, share } = askGuards({ estate: deps.estate, state, ...known }, request, verdicts, now);
    if (refusal !== null) return { result: { kind: "refused", guards, reason: refusal } };
    const { override, ...wanted } = request;
    const goal = { ...wanted, targetShare: share, now };
    const next = existing === undefined ? placeHold(state, goal) : takeOver(state, existing, goal);
    const run: Run = { ...runOf(next.hold), startedAt: now, ...(override === undefined ? {} : { override }) };
    return { state: next.state, result: { kind: "placed", guards, admission, run } };
  });
}

interface Asked {
  readonly guards: readonly GuardResult[];
  readonly admission: Admission;
  /** The first guard that refuses, by its code; null = none does. */
  readonly refusal: string | null;
  /** Share [0–1] that the region keeps after every guard that shrinks. */
  readonly share: number;
}

/** The one way in which a requested evacuation meets the guards: a plan says what a start would do. */
export function askGuards(
  input: Pick<DecideInput, "estate" | "state" | "capacity" | "routing">,
  { override, ...wanted }: EvacuateRequest,
  verdicts: readonly RegionVerdict[],
  now: string,
): Asked {
  const admission = admissionOf(input, wanted.region);
  const guardInput = { ...input, ...wanted, verdicts, admission, now };
  const guards = climb(override === undefined ? guardInput : { ...guardInput, override: override.guard });
  const refusal = firstRefusal(guards);
  return {
    guards,
    admission,
    refusal: refusal === undefined ? null : `${refusal.code}: ${refusal.reason}`,
    share: admittedShare(guards, wanted.share),
  };
}

/** What was last read while nothing was held; the captured normal routing when nothing was ever read. */
export async function knowledgeForAdmission(deps: Deps): Promise<{ capacity: Capacity; routing: Routing | null }> {
  const { state, knowledge } = await readMemory(deps);
  const normal = await readNormal(deps, state.episode);
  return { capacity: knowledge?.capacity ?? UNKNOWN_CAPACITY, routing: knowledge?.routing ?? asRouting(normal) };
}

/** An evacuation that takes a region back from a restore, or goes deeper than the one before it, gets a run id of its own. */
function takeOver(
  state: EstateState,
  hold: Hold,
  { mode, targetShare, initiator, reason, now }: NewHold,
): { state: EstateState; hold: Hold } {
  const attempt = (state.evacuations[hold.region] ?? 1) + 1;
  const change = { owner: runId("evacuate", hold.region, state.episode ?? "", attempt), mode, targetShare, initiator, reason };
  const changed = changeHold(state, hold.region, change, now);
  return { hold: { ...hold, ...change }, state: { ...changed, evacuations: { ...state.evacuations, [hold.region]: attempt } } };
}

/** The run that a hold belongs to, from the hold alone: whoever finds it without a run on record starts the very same. */
function runOf(hold: Hold): Run {
  const { owner: id, region, mode, targetShare, initiator, reason, since: startedAt } = hold;
  return { id, runbook: runbookOf(id), region, mode, targetShare, initiator, reason, startedAt };
}

export interface RestoreRequest {
  readonly region: string;
  readonly mode: RunMode;
  readonly initiator: Initiator;
  readonly reason: string;
}

/** Takes the hold over from the run that placed it; that run sees it at its next turn and ends. */
export async function startRestore(deps: Deps, starter: RunStarter, request: RestoreRequest): Promise<StartResult> {
  const now = deps.clock.now().toISOString();
  const { region, mode, initiator, reason } = request;
  const taken = await updateState<{ owner: string; swapped: boolean } | null>(deps, (state) => {
    const hold = holdOf(state, region);
    if (hold === undefined) return { result: null };
    if (runbookOf(hold.owner) === "restore") return { result: { owner: hold.owner, swapped: false } };
    const owner = runId("restore", region, state.episode ?? "", state.evacuations[region] ?? 1);
    return { state: changeHold(state, region, { owner, mode, targetShare: 1, initiator }, now), result: { owner, swapped: true } };
  });
  if (taken === null) return { started: false, guards: [], reason: `${region} is not held: there is nothing to restore` };
  const own: Run = { id: taken.owner, runbook: "restore", region, mode, targetShare: 1, initiator, reason, startedAt: now };
  const run = taken.swapped ? own : ((await readRun(deps, taken.owner))?.run ?? own);
  if (taken.swapped) await putOnRecord(deps, run, request, [], null);
  // Whoever swapped the hold started the run, even if somebody who found it was faster with the orchestration.
  await starter.start(run);
  return { started: true, joined: !taken.swapped, run, guards: [] };
}

async function putOnRecord(
  deps: Deps,
  run: Run,
  request: { reason: string },
  guards: readonly GuardResult[],
  admission: Admission | null,
): Promise<void> {
  await setRun(deps, { run, outcome: null, endedAt: null, lastReason: request.reason });
  await append(deps, run.id, "detect", request.reason);
  const text = guards.length === 0 ? `start ${run.id}` : guards.map((guard) => `${guard.code} ${guard.outcome}`).join(", ");
  await append(deps, run.id, "decide", text, { guards, admission, targetShare: run.targetShare, mode: run.mode });
}

/** A hold whose run is not alive (a start that was cut off, a purged history) gets its run again. */
export async function resumeOrphans(deps: Deps, starter: RunStarter, state: EstateState): Promise<void> {
  for (const hold of state.holds) {
    if (await starter.isRunning(hold.owner)) continue;
    // It may have ended well since the state was read: its history must not be overwritten by a second execution.
    if (holdOf((await readState(deps)).value, hold.region)?.owner !== hold.owner) continue;
    const run = (await readRun(deps, hold.owner))?.run ?? runOf(hold);
    await append(deps, run.id, "note", "the hold had no running run: started again");
    await starter.start(run);
  }
}
