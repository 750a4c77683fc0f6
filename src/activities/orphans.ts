/** A hold whose run is not alive (a start that was cut off, a purged history) gets its run again. */
import { holdOf, type EstateState } from "../domain/hold.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { tellApproval } from "./approvals.ts";
import { append, readRun, readState } from "./memory.ts";
import { putOnRecord, runOf } from "./start-common.ts";

export async function resumeOrphans(deps: Deps, starter: RunStarter, state: EstateState): Promise<void> {
  for (const hold of state.holds) {
    if (await starter.isRunning(hold.owner)) continue;
    // It may have ended well since the state was read: its history must not be overwritten by a second execution.
    if (holdOf((await readState(deps)).value, hold.region)?.owner !== hold.owner) continue;
    const record = await readRun(deps, hold.owner);
    const run = record?.run ?? runOf(hold);
    if (record === null) await putOnRecord(deps, run, run, [], null);
    await append(deps, run.id, "note", "the hold had no running run: started again");
    await starter.start(run);
    // Whoever placed the hold was cut off before it could ask anybody.
    if (record === null && hold.approval?.state === "pending") await tellApproval(deps, run, hold.approval);
  }
}
