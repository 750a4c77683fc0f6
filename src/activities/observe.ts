/** What a run sees at the start of a turn: read anew every time, never taken from the orchestration's history. */
import { assessRegion, type VerdictsByTarget } from "../domain/region-verdict.ts";
import { holdOf, type Hold } from "../domain/hold.ts";
import type { Run, Seen } from "../domain/run.ts";
import { secondsBetween } from "../domain/time.ts";
import { hasEdgeOrigin, mayLeaveEdge, movedDeployments } from "../domain/topology.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Deps } from "../ports.ts";
import { knownDemand } from "./decide-input.ts";
import { readMemory } from "./memory.ts";
import type { Watch } from "./watch.ts";

export async function observe(deps: Deps, run: Run): Promise<Seen> {
  const memory = await readMemory(deps);
  const { watch, knowledge, convergence } = memory;
  const state = memory.state.value;
  const at = deps.clock.now().toISOString();
  const hold = holdOf(state, run.region) ?? null;
  return {
    at,
    hold,
    killSwitchOn: state.killSwitch?.on === true,
    verdict: assessRegion(deps.estate, run.region, currentVerdicts(deps, watch.value, at), knownDemand(knowledge), at),
    stillFailing: stillFailing(deps, watch.value, run),
    mayLeaveEdge: (run.override?.guard === "dataResidency" ? hasEdgeOrigin : mayLeaveEdge)(deps.estate, run.region),
    convergence,
    answers: hold === null || run.runbook !== "restore" ? null : await answersSince(deps, hold),
  };
}

/**
 * Timers have been seen to freeze while everything else went on (azure-facts 6.8): verdicts that no round has renewed tell nothing, or a
 * restore would climb on the health of an hour ago.
 */
function currentVerdicts(deps: Deps, { verdicts, roundAt }: Watch, now: string): VerdictsByTarget {
  const { stalenessSeconds } = deps.estate.detection;
  if (roundAt === null || secondsBetween(roundAt, now) <= stalenessSeconds) return verdicts;
  const unknown = { state: "inconclusive", symptom: null, reason: `no probe round since ${roundAt}`, since: roundAt } satisfies Verdict;
  return Object.fromEntries(Object.keys(verdicts).map((id) => [id, unknown]));
}

function stillFailing(deps: Deps, watch: Watch, { region, scope }: Run): boolean {
  const latest = movedDeployments(deps.estate, region, scope).map((d) => watch.observations[d.id]?.at(-1));
  return latest.some((observation) => observation?.outcome === "failed");
}

/** Of the deployments that the hold limits. Whole minutes since the share was last changed; Azure Monitor is minutes late, so the count grows with a delay. */
async function answersSince(deps: Deps, hold: Hold): Promise<Seen["answers"]> {
  if (hold.share === 0) return null;
  const from = new Date(Math.ceil(Date.parse(hold.shareSince) / MINUTE) * MINUTE);
  const to = deps.clock.now();
  if (to.getTime() - from.getTime() < MINUTE) return null;
  // A source that fails is one that measured nothing.
  const reads = await deps.metrics.traffic(movedDeployments(deps.estate, hold.region, hold.scope), from, to).catch(() => []);
  const minutes = reads.flatMap((read) => (read.ok ? read.minutes : []));
  if (minutes.every((minute) => minute.answered === null)) return null;
  const sum = (pick: (m: (typeof minutes)[number]) => number | null): number => minutes.reduce((total, m) => total + (pick(m) ?? 0), 0);
  const failed = sum((m) => m.serverErrors) + sum((m) => m.throttled);
  return { count: sum((m) => m.answered) + failed, failed };
}

const MINUTE = 60_000;
