/** The evaluation at the end of a probe round: verdicts → decisions → runs. */
import { decide, type Decision } from "../domain/decide.ts";
import { holdOf } from "../domain/hold.ts";
import { notices } from "../domain/notices.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import type { Deps, RunStarter } from "../ports.ts";
import { announce } from "./announce.ts";
import { decideInput, regionVerdicts } from "./decide-input.ts";
import { readMemory, type Memory } from "./memory.ts";
import { resumeOrphans } from "./orphans.ts";
import { probeRound } from "./probe-round.ts";
import { suspectedTargets } from "./suspicions.ts";
import { startEvacuation } from "./start-evacuation.ts";
import { startRestore } from "./start-restore.ts";

/** A probe round and its evaluation; without `named` the timer's. It asks ARM for nothing: the timer runs one round at a time, and a slow answer would delay the next. */
export async function runRound(deps: Deps, starter: RunStarter, named?: ReadonlySet<string>): Promise<readonly Decision[]> {
  const memory = await readMemory(deps);
  const watch = await probeRound(deps, memory, named);
  return evaluate(deps, starter, { ...memory, watch: { value: watch, etag: undefined } });
}

/** Most rounds of one investigation: what is suspected after that is the timer's. */
const MOST_ROUNDS = 3;

/** Suspicions that came in during the round did not start one of their own: they are looked into before this ends. */
export async function investigate(deps: Deps, starter: RunStarter, targets: readonly string[]): Promise<void> {
  await runRound(deps, starter, new Set(targets));
  for (let round = 1; round < MOST_ROUNDS && suspectedTargets(await readMemory(deps)).length > 0; round += 1) {
    await deps.clock.sleep(deps.estate.detection.burstSpacingSeconds * 1000);
    await runRound(deps, starter, new Set());
  }
}

/** `memory` may be a burst old: whatever a decision leads to is asked again of the row it swaps. */
async function evaluate(deps: Deps, starter: RunStarter, memory: Memory): Promise<readonly Decision[]> {
  const state = memory.state.value;
  if (state.holds.length > 0) await resumeOrphans(deps, starter, state);
  const verdicts = regionVerdicts(deps, memory);
  const input = decideInput(deps, memory, verdicts);
  const decisions = decide(input);
  const failures: unknown[] = [];
  for (const decision of decisions) {
    await carryOut(deps, starter, decision, verdicts, memory).catch((error: unknown) => failures.push(error));
  }
  await announce(deps, memory, decisions, notices(input));
  // What went wrong for one region keeps nobody else from being served, and is still the host's to report.
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${decisions.length} decisions were not carried out`);
  return decisions;
}

async function carryOut(
  deps: Deps,
  starter: RunStarter,
  { action, region, scope, share, reason }: Decision,
  verdicts: readonly RegionVerdict[],
  memory: Memory,
): Promise<void> {
  const hold = holdOf(memory.state.value, region);
  if (action === "evacuate") {
    const request = { region, scope, mode: "ungraceful", share, initiator: "automatic", reason } as const;
    await startEvacuation(deps, starter, request, verdicts, memory);
  }
  if (action === "wake" && hold !== undefined) await starter.wake(hold.owner);
  if (action === "restore") await startRestore(deps, starter, { region, mode: "graceful", initiator: "automatic", reason });
}
