/** Starting a restore: it takes the hold over from the run that placed it. */
import { changeHold, holdOf, type Hold, type Initiator } from "../domain/hold.ts";
import { runbookOf, runId, type RunMode } from "../domain/runbook.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { approvalFor, approveByStart, tellApproval } from "./approvals.ts";
import { readRun, updateState } from "./memory.ts";
import { putOnRecord, runOf, type StartResult } from "./start-common.ts";

export interface RestoreRequest {
  readonly region: string;
  readonly mode: RunMode;
  readonly initiator: Initiator;
  readonly reason: string;
}

/** The run that placed the hold sees at its next turn that it no longer owns it, and ends. */
export async function startRestore(deps: Deps, starter: RunStarter, request: RestoreRequest): Promise<StartResult> {
  const now = deps.clock.now().toISOString();
  const { region, mode, initiator, reason } = request;
  const taken = await updateState<{ hold: Hold; swapped: boolean } | null>(deps, (state) => {
    const hold = holdOf(state, region);
    if (hold === undefined) return { result: null };
    if (runbookOf(hold.owner) === "restore") return { result: { hold, swapped: false } };
    const owner = runId("restore", region, state.episode ?? "", state.evacuations[region] ?? 1);
    const change = { owner, mode, targetShare: 1, initiator, approval: approvalFor(deps.estate, "restore", initiator, now) };
    return { state: changeHold(state, region, change, now), result: { hold: { ...hold, ...change }, swapped: true } };
  });
  if (taken === null) return { started: false, guards: [], reason: `${region} is not held: there is nothing to restore` };
  const own = { ...runOf(taken.hold), mode, targetShare: 1, initiator, reason, startedAt: now };
  const run = taken.swapped ? own : ((await readRun(deps, taken.hold.owner))?.run ?? own);
  if (taken.swapped) await putOnRecord(deps, run, request, [], null);
  // Whoever swapped the hold started the run, even if somebody who found it was faster with the orchestration.
  await starter.start(run);
  if (taken.swapped) await tellApproval(deps, run, taken.hold.approval);
  else await approveByStart(deps, starter, taken.hold, request);
  return { started: true, joined: !taken.swapped, run, guards: [] };
}
