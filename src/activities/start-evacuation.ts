/**
 * Starting an evacuation: the guards are asked and the hold is placed in one compare-and-swap on the estate's row, so that two regions failing
 * in the same second cannot both pass the guard; only then does the orchestration start, under an id that a second start joins.
 */
import type { Admission } from "../domain/admission.ts";
import { askGuards, goesDeeper, type Wanted } from "../domain/decide.ts";
import type { GuardCode, GuardResult } from "../domain/guards.ts";
import { holdOf, placeHold, takeOverHold, unionScope, type Hold, type Initiator, type NewHold } from "../domain/hold.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import type { Run } from "../domain/run.ts";
import { runbookOf, type RunMode } from "../domain/runbook.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { approvalFor, approveByStart, tellApproval } from "./approvals.ts";
import { inputOf } from "./decide-input.ts";
import { readMemory, readRun, updateState, type Memory } from "./memory.ts";
import { putOnRecord, runOf, type StartResult } from "./start-common.ts";

export interface EvacuateRequest {
  readonly region: string;
  /** Deployments whose traffic is to move; null = all of the region's. */
  readonly scope: readonly string[] | null;
  readonly mode: RunMode;
  /** Share [0–1] that the region's deployments are to keep; 1 leaves only its gateway. */
  readonly share: number;
  readonly initiator: Initiator;
  readonly reason: string;
  readonly override?: { readonly guard: GuardCode; readonly reason: string };
}

/** `memory` saves reading the rows again; it may be old: the estate's row is swapped by its ETag. */
export async function startEvacuation(
  deps: Deps,
  starter: RunStarter,
  request: EvacuateRequest,
  verdicts: readonly RegionVerdict[],
  memory?: Memory,
): Promise<StartResult> {
  const reserved = await reserve(deps, request, verdicts, memory ?? (await readMemory(deps)));
  if (reserved.kind === "refused") return { started: false, guards: reserved.guards, reason: reserved.reason };
  if (reserved.kind === "placed") {
    await putOnRecord(deps, reserved.run, request, reserved.guards, reserved.admission);
    // Whoever placed the hold started the run, even if somebody who found the hold was faster with the orchestration.
    await starter.start(reserved.run);
    await tellApproval(deps, reserved.run, reserved.hold.approval);
    return { started: true, joined: false, run: reserved.run, guards: reserved.guards };
  }
  const run = (await readRun(deps, reserved.hold.owner))?.run ?? runOf(reserved.hold);
  await starter.start(run);
  await approveByStart(deps, starter, reserved.hold, request);
  return { started: true, joined: true, run, guards: [] };
}

type Reservation =
  | { readonly kind: "joined"; readonly hold: Hold }
  | { readonly kind: "refused"; readonly guards: readonly GuardResult[]; readonly reason: string }
  | {
      readonly kind: "placed";
      readonly guards: readonly GuardResult[];
      readonly admission: Admission;
      readonly run: Run;
      readonly hold: Hold;
    };

async function reserve(deps: Deps, request: EvacuateRequest, verdicts: readonly RegionVerdict[], memory: Memory): Promise<Reservation> {
  const now = deps.clock.now().toISOString();
  const known = await inputOf(deps, memory, verdicts);
  return updateState<Reservation>(
    deps,
    (state) => {
      const existing = holdOf(state, request.region);
      if (existing !== undefined && joins(existing, request)) return { result: { kind: "joined", hold: existing } };
      const { guards, admission, refusal, share } = askGuards({ ...known, state }, wantedOf(request, existing));
      if (refusal !== null) return { result: { kind: "refused", guards, reason: `${refusal.code}: ${refusal.reason}` } };
      const { override, ...wanted } = request;
      const approval = approvalFor(deps.estate, "evacuate", request.initiator, now);
      const goal: NewHold = { ...wanted, targetShare: share, takers: admission.takers, approval, now };
      const next = existing === undefined ? placeHold(state, goal) : takeOverHold(state, existing, goal);
      // Until its first step the hold limits what it did before.
      const { scope } = wantedOf(request, existing);
      const run: Run = { ...runOf(next.hold), scope, startedAt: now, ...(override === undefined ? {} : { override }) };
      return { state: next.state, result: { kind: "placed", guards, admission, run, hold: next.hold } };
    },
    memory.state,
  );
}

/** The evacuation under way does what is asked for. What the guards left behind of an automatic one, a person may still ask for. */
function joins(existing: Hold, { share, scope, initiator }: EvacuateRequest): boolean {
  if (runbookOf(existing.owner) !== "evacuate" || goesDeeper(existing, share, scope)) return false;
  return initiator === "automatic" || share >= existing.targetShare;
}

/**
 * How a request meets the guards; a plan asks them the same. What the region's hold has moved already must not snap back, nor take
 * anything over: it is part of what is asked for.
 */
export function wantedOf({ region, scope, share, initiator, override }: EvacuateRequest, existing: Hold | undefined): Wanted {
  const moved = existing === undefined || existing.share === 1 ? scope : unionScope(existing.scope, scope);
  const wanted = { region, scope: moved, share, initiator };
  return override === undefined ? wanted : { ...wanted, override: override.guard };
}
