/** The evaluation at the end of a probe round: verdicts → decisions → runs; every decision is told once, when it changes. */
import { UNKNOWN_CAPACITY } from "../domain/capacity.ts";
import { decide, type Decision } from "../domain/decide.ts";
import { assessRegion, type RegionVerdict } from "../domain/region-verdict.ts";
import { holdOf, type EstateState, type Hold } from "../domain/hold.ts";
import type { Deps, Notification, RunStarter } from "../ports.ts";
import { append, putWatch, readMemory, readWatch, type Knowledge, type Memory, type Watch } from "./memory.ts";
import { knownDemand } from "./knowledge.ts";
import { probeRound } from "./probe-round.ts";
import { resumeOrphans, startEvacuation, startRestore } from "./start-run.ts";

/** A probe round and its evaluation. It asks ARM for nothing: the timer runs one round at a time, and a slow answer would delay the next. */
export async function runRound(deps: Deps, starter: RunStarter): Promise<readonly Decision[]> {
  const memory = await readMemory(deps);
  const watch = await probeRound(deps, memory.watch);
  return evaluate(deps, starter, watch, memory);
}

/** `memory` may be a burst old: whatever a decision leads to is asked again of the row it swaps. */
async function evaluate(deps: Deps, starter: RunStarter, watch: Watch, { state, knowledge }: Memory): Promise<readonly Decision[]> {
  if (state.holds.length > 0) await resumeOrphans(deps, starter, state);
  const verdicts = regionVerdicts(deps, watch, knowledge);
  const decisions = decideAll(deps, state, verdicts, knowledge);
  const failures: unknown[] = [];
  for (const decision of decisions) {
    await carryOut(deps, starter, decision, verdicts, holdOf(state, decision.region)).catch((error: unknown) => failures.push(error));
  }
  await announce(deps, watch, decisions);
  // What went wrong for one region keeps nobody else from being served, and is still the host's to report.
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${decisions.length} decisions were not carried out`);
  return decisions;
}

export function regionVerdicts(deps: Deps, watch: Watch, knowledge: Knowledge | null): readonly RegionVerdict[] {
  const now = deps.clock.now().toISOString();
  return deps.estate.regions.map((region) => assessRegion(deps.estate, region.name, watch.verdicts, knownDemand(knowledge), now));
}

export function decideAll(
  deps: Deps,
  state: EstateState,
  verdicts: readonly RegionVerdict[],
  knowledge: Knowledge | null,
): readonly Decision[] {
  return decide({
    estate: deps.estate,
    state,
    verdicts,
    capacity: knowledge?.capacity ?? UNKNOWN_CAPACITY,
    routing: knowledge?.routing ?? null,
    now: deps.clock.now().toISOString(),
  });
}

async function carryOut(
  deps: Deps,
  starter: RunStarter,
  decision: Decision,
  verdicts: readonly RegionVerdict[],
  hold: Hold | undefined,
): Promise<void> {
  const { region, reason } = decision;
  if (decision.action === "evacuate") {
    await startEvacuation(deps, starter, { region, mode: "ungraceful", share: decision.share, initiator: "automatic", reason }, verdicts);
  }
  if (decision.action === "wake" && hold !== undefined) await starter.wake(hold.owner);
  if (decision.action === "restore") await startRestore(deps, starter, { region, mode: "graceful", initiator: "automatic", reason });
}

/** Refusals and recommendations are told when they appear or change their kind, not at every round. */
async function announce(deps: Deps, watch: Watch, decisions: readonly Decision[]): Promise<void> {
  const news = decisions.filter((decision) => signature(decision) !== (watch.announced[decision.region] ?? "none"));
  if (news.length === 0) return;
  for (const decision of news) {
    if (decision.action !== "refuse" && decision.action !== "recommend") continue;
    const { region, reason, guards, share } = decision;
    const title =
      decision.action === "refuse" ? `${region} is not evacuated` : `${region} would be evacuated to ${Math.round(share * 100)} %`;
    await append(deps, null, "decide", `${title}: ${reason}`, { guards });
    await deps.notifier.send({ event: eventOf(decision), estate: deps.estate.name, region, title, reason });
  }
  const { value, etag } = await readWatch(deps);
  await putWatch(deps, { ...value, announced: Object.fromEntries(decisions.map((d) => [d.region, signature(d)])) }, etag);
}

/** A refusal's reason begins with its guard's code. */
function signature({ action, reason }: Decision): string {
  return action === "refuse" ? `refuse ${reason.slice(0, reason.indexOf(":"))}` : action;
}

/** When the prober itself is in doubt, nobody is helped by waiting: a person must look. */
function eventOf({ action, guards }: Decision): Notification["event"] {
  if (action === "recommend") return "recommend";
  return guards.some((guard) => guard.code === "selfDoubt" && guard.outcome === "refused") ? "page" : "refuse";
}
