/** The small verbs of a run: intend, record, finish. */
import { changeHold, closeEpisode, endUnapproved, holdOf, releaseHold } from "../domain/hold.ts";
import type { Converged, Convergence, Run, RunOutcome } from "../domain/run.ts";
import type { FinishInput, IntendInput } from "../orchestrations/contracts.ts";
import type { Deps } from "../ports.ts";
import { append, readRun, setConvergence, setRun, updateState } from "./memory.ts";
import { forgetNormal } from "./normal-routing.ts";

/** The intent goes on record before the hold changes, and the hold changes before anything is written. */
export async function intend(deps: Deps, { run, change, reason }: IntendInput): Promise<"intended" | "lost"> {
  await append(deps, run.id, "intend", reason, { change });
  const now = deps.clock.now().toISOString();
  return updateState(deps, (state) => {
    if (holdOf(state, run.region)?.owner !== run.id) return { result: "lost" };
    return { state: changeHold(state, run.region, change, now), result: "intended" };
  });
}

export async function record(deps: Deps, { run, change, reason, convergence }: IntendInput & { convergence: Convergence }): Promise<null> {
  const open = convergence.items.filter((item) => item.state !== "matched");
  await append(deps, run.id, "record", open.length === 0 ? `${reason}: verified in ARM` : `${reason}: ${summary(open)}`, {
    items: convergence.items,
  });
  const known = await readRun(deps, run.id);
  await setRun(deps, { ...(known ?? { run, outcome: null, endedAt: null }), lastReason: reason });
  const common = { estate: deps.estate.name, region: run.region, run: run.id };
  if (run.runbook === "evacuate" && (change.share !== undefined || change.scope !== undefined)) {
    await deps.notifier.send({ ...common, event: "evacuate", title: `${run.region}: ${reason}`, reason: run.reason });
  }
  const owed = open.filter((item) => item.state === "owed" || item.state === "drift");
  if (owed.length > 0)
    await deps.notifier.send({ ...common, event: "owed", title: `${run.region}: not everything could be written`, reason: summary(owed) });
  return null;
}

function summary(items: readonly Converged[]): string {
  return items.map((item) => `${item.target} ${item.state} (${item.reason})`).join("; ");
}

export async function finish(deps: Deps, { run, outcome, reason }: FinishInput): Promise<null> {
  const now = deps.clock.now().toISOString();
  // Another run may have taken the hold over since this one looked: then nothing is given up.
  if (outcome !== "handedOver" && (await giveUp(deps, run, outcome, now)) === "lost") {
    return finish(deps, { run, outcome: "handedOver", reason: "another run took over" });
  }
  await append(deps, run.id, "record", `${outcome}: ${reason}`);
  await setRun(deps, { run, outcome, endedAt: now, lastReason: reason });
  if (outcome === "restored") {
    await deps.notifier.send({
      event: "restored",
      estate: deps.estate.name,
      region: run.region,
      run: run.id,
      title: `${run.region} is restored`,
      reason,
    });
  }
  return null;
}

/**
 * What a run leaves behind: a restored region loses its hold, and so does one that nobody let a run begin to move. The normal routing of the
 * episode is forgotten only when the last hold is gone. A repeated call finds no hold, or another owner's, and changes nothing.
 */
async function giveUp(deps: Deps, run: Run, outcome: Exclude<RunOutcome, "handedOver">, now: string): Promise<"done" | "lost"> {
  const { lost, closed } = await updateState<{ lost: boolean; closed: string | null }>(deps, (state) => {
    const hold = holdOf(state, run.region);
    if (hold === undefined || hold.owner !== run.id) return { result: { lost: hold !== undefined, closed: null } };
    const ended = outcome === "restored" ? releaseHold(state, run.region, now) : endUnapproved(state, run.region, outcome, now);
    const next = closeEpisode(ended);
    return { state: next, result: { lost: false, closed: next.episode === null ? state.episode : null } };
  });
  if (closed !== null) {
    await forgetNormal(deps, closed);
    await setConvergence(deps, { at: now, items: [] });
  }
  return lost ? "lost" : "done";
}
