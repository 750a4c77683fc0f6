/** Mode `approve`: a run waits for a person, for a bounded time. */
import type { Estate } from "../domain/estate.ts";
import { decideApproval, holdOf, type Approval, type Hold, type Initiator } from "../domain/hold.ts";
import { modeOf } from "../domain/mode.ts";
import type { Run } from "../domain/run.ts";
import type { Runbook } from "../domain/runbook.ts";
import { addSeconds } from "../domain/time.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { append, readRun, updateState } from "./memory.ts";

/** Null when nobody has to be asked: a person who starts a run has decided. */
export function approvalFor(estate: Estate, runbook: Runbook, initiator: Initiator, now: string): Approval | null {
  if (initiator === "manual" || modeOf(estate, runbook) !== "approve") return null;
  const { timeoutSeconds, default: byDefault } = estate.safety.approval;
  return { state: "pending", until: addSeconds(now, timeoutSeconds), default: byDefault };
}

export async function tellApproval(deps: Deps, run: Run, approval: Approval | null): Promise<void> {
  if (approval === null) return;
  const otherwise = approval.default === "proceed" ? "it goes ahead" : "nothing is done";
  const how = `POST /api/runs/${run.id}/approve or /decline with {"reason": "…"} before ${approval.until}; after that ${otherwise}`;
  await append(deps, run.id, "note", `waits for a person: ${how}`);
  await deps.notifier.send({
    event: "approve",
    estate: deps.estate.name,
    region: run.region,
    run: run.id,
    title: `${run.runbook} ${run.region}${run.scope === null ? "" : ` (${run.scope.join(", ")})`} to ${Math.round(run.targetShare * 100)} % waits for approval`,
    reason: `${run.reason}. ${how}`,
  });
}

/** A person who starts what waits for a person lets it begin. */
export async function approveByStart(
  deps: Deps,
  starter: RunStarter,
  { owner, approval }: Hold,
  { initiator, reason }: { readonly initiator: Initiator; readonly reason: string },
): Promise<void> {
  if (initiator === "automatic" || approval?.state !== "pending") return;
  await answerApproval(deps, starter, { run: owner, decision: "approved", by: reason, reason: "by starting it" });
}

export interface ApprovalRequest {
  readonly run: string;
  readonly decision: "approved" | "declined";
  readonly by: string;
  readonly reason: string;
}

/** `unknown`: there is no such run. `notWaiting`: it does not wait (any more); `why` says how it stands. */
export type ApprovalResult =
  { readonly outcome: "approved" | "declined" | "unknown" } | { readonly outcome: "notWaiting"; readonly why: string };

export async function answerApproval(deps: Deps, starter: RunStarter, request: ApprovalRequest): Promise<ApprovalResult> {
  const { run: id, decision, by, reason } = request;
  const record = await readRun(deps, id);
  if (record === null) return { outcome: "unknown" };
  const now = deps.clock.now().toISOString();
  const why = await updateState<string | null>(deps, (state) => {
    const hold = state.holds.find((candidate) => candidate.owner === id);
    if (hold === undefined) {
      const successor = holdOf(state, record.run.region)?.owner;
      return { result: successor === undefined ? `${id} holds nothing (any more)` : `${id} was taken over by ${successor}` };
    }
    if (hold.approval === null) return { result: `${id} waits for nobody` };
    if (hold.approval.state !== "pending") return { result: `${id} is ${hold.approval.state} already` };
    if (hold.approval.until <= now) return { result: `the time to answer ${id} was over at ${hold.approval.until}` };
    return { state: decideApproval(state, hold.region, decision, by, now), result: null };
  });
  if (why !== null) return { outcome: "notWaiting", why };
  await append(deps, id, "decide", `${decision} by ${by}: ${reason}`);
  await starter.wake(id);
  return { outcome: decision };
}
