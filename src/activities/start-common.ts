/** What starting a run of either kind shares. */
import type { Admission } from "../domain/admission.ts";
import type { GuardResult } from "../domain/guards.ts";
import type { Hold } from "../domain/hold.ts";
import type { Run } from "../domain/run.ts";
import { runbookOf } from "../domain/runbook.ts";
import type { Deps } from "../ports.ts";
import { appendAll, setRun } from "./memory.ts";

export type StartResult =
  | { readonly started: true; readonly joined: boolean; readonly run: Run; readonly guards: readonly GuardResult[] }
  | { readonly started: false; readonly guards: readonly GuardResult[]; readonly reason: string };

/** The run that a hold belongs to, from the hold alone: whoever finds it without a run on record starts the very same. */
export function runOf(hold: Hold): Run {
  const { owner: id, region, mode, scope, targetShare, initiator, reason, since: startedAt } = hold;
  return { id, runbook: runbookOf(id), region, mode, scope, targetShare, initiator, reason, startedAt };
}

export async function putOnRecord(
  deps: Deps,
  run: Run,
  request: { readonly reason: string },
  guards: readonly GuardResult[],
  admission: Admission | null,
): Promise<void> {
  await setRun(deps, { run, outcome: null, endedAt: null, lastReason: request.reason });
  const text = guards.length === 0 ? `start ${run.id}` : guards.map((guard) => `${guard.code} ${guard.outcome}`).join(", ");
  const data = { guards, admission, targetShare: run.targetShare, mode: run.mode, scope: run.scope };
  await appendAll(deps, run.id, [
    { kind: "detect", text: request.reason },
    { kind: "decide", text, data },
  ]);
}
