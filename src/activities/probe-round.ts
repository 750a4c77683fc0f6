/** One probe round: every target once, a confirm burst for each suspect, then the new observations and verdicts. */
import type { Estate } from "../domain/estate.ts";
import { groupBy } from "../domain/group.ts";
import type { Observation, Sample } from "../domain/observation.ts";
import { doubtGateways } from "../domain/region-verdict.ts";
import { addProbes } from "../domain/samples.ts";
import { limiterReadings } from "../domain/signals.ts";
import { secondsBetween } from "../domain/time.ts";
import { countable, isDoubtful, isSuspect, judgeTarget, type Verdict } from "../domain/verdict.ts";
import type { Deps, Stored } from "../ports.ts";
import { addSpend, skipReason } from "./budget.ts";
import { confirm, type Seen } from "./burst.ts";
import { claimTargets, extendClaim, type Claimed } from "./claims.ts";
import { evidenceOf, type Passive } from "./evidence.ts";
import { putWatch, readWatch, type Memory } from "./memory.ts";
import { suspectedTargets } from "./suspicions.ts";
import { targetsOf, type Target } from "./targets.ts";
import type { Reservation, Watch } from "./watch.ts";

/** What a round found out. */
export interface Findings {
  readonly by: string;
  /** What it reserves of the time after it. */
  readonly next: Reservation | null;
  readonly own: readonly Observation[];
  readonly witnesses: readonly Observation[];
  readonly skipped: Watch["skipped"];
  /** Targets that were put to a burst because of a suspicion. */
  readonly confirmed: readonly string[];
}

interface Round {
  readonly deps: Deps;
  readonly memory: Memory;
  readonly named: ReadonlySet<string>;
  /** Told of the first suspect, once. */
  readonly burstBegins: () => Promise<void>;
}

/**
 * Targets are examined side by side: the round lasts as long as its slowest target. Never throws for a target's sake. `named` are put to
 * a confirm burst even if their first probe is fine (undefined: the round is the timer's); what another round is probing is left to it.
 */
export async function probeRound(deps: Deps, memory: Memory, named?: ReadonlySet<string>): Promise<Watch> {
  const all = targetsOf(deps);
  const suspected = new Set([...(named ?? []), ...suspectedTargets(memory)]);
  const skipped = spared(deps, memory, all, suspected);
  const due = all.filter((target) => skipped[target.id] === undefined);
  const ids = due.map((target) => target.id);
  const claimed = await claimTargets(deps, memory, ids, named === undefined);
  const mine = due.filter((target) => claimed.targets.has(target.id));
  const open = new Set(mine.map((target) => target.id));
  const round: Round = { deps, memory, named: suspected, burstBegins: once(() => extend(deps, claimed, [...open])) };
  const seen = await Promise.all(mine.map((target) => examine(round, target).finally(() => open.delete(target.id))));
  return remember(deps, memory, memory.watch, {
    by: claimed.by,
    next: claimed.next,
    own: seen.flatMap(({ own }) => own),
    witnesses: seen.flatMap(({ witnesses }) => witnesses),
    skipped,
    confirmed: mine.flatMap(({ id }) => (suspected.has(id) ? [id] : [])),
  });
}

function spared(deps: Deps, memory: Memory, all: readonly Target[], suspected: ReadonlySet<string>): Watch["skipped"] {
  const now = deps.clock.now().toISOString();
  const { watch, metrics } = memory;
  const reasons = all.flatMap(({ id, deployment }) => {
    const reason = deployment === null || suspected.has(id) ? null : skipReason(deps.estate, watch.value, metrics, deployment, now);
    return reason === null || isInDoubt(deps, memory, id, now) ? [] : [[id, reason] as const];
  });
  return Object.fromEntries(reasons);
}

function isInDoubt({ estate }: Deps, memory: Memory, id: string, now: string): boolean {
  const { watch } = memory;
  const { detection } = estate;
  return isDoubtful(evidenceOf(detection, watch.value, memory, id, now), watch.value.verdicts[id], detection, now);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= work());
}

/** A claim that cannot be made longer costs a second probe at most. */
async function extend(deps: Deps, claimed: Claimed, targets: readonly string[]): Promise<void> {
  await extendClaim(deps, claimed, targets).catch((error: unknown) => deps.log("claimNotExtended", { reason: String(error) }));
}

async function examine(round: Round, target: Target): Promise<Seen> {
  const { deps, memory, named } = round;
  const first = await target.probe();
  const { detection } = deps.estate;
  const verdict = memory.watch.value.verdicts[target.id];
  // A gray failure shows in many probes or in none: in doubt, a burst is not cut short by its first good answers.
  const whole = named.has(target.id) || isInDoubt(deps, memory, target.id, deps.clock.now().toISOString());
  if (!whole && !isSuspect(first, verdict)) return { own: [first], witnesses: [] };
  const isFailing = (own: readonly Observation[], witnesses: readonly Observation[]): boolean => {
    const now = deps.clock.now().toISOString();
    const evidence = evidenceOf(detection, memory.watch.value, memory, target.id, now, own, witnesses);
    return judgeTarget(evidence, verdict, detection, now).state === "failing";
  };
  const [seen] = await Promise.all([
    confirm(deps, { first, probe: target.probe, witnesses: target.witnesses, whole, isFailing }),
    round.burstBegins(),
  ]);
  return seen;
}

/** Adds what was found to the shared memory. Another round may have been faster: then its memory is the one to add to. */
async function remember(deps: Deps, passive: Passive, before: Stored<Watch>, findings: Findings): Promise<Watch> {
  const watch = withFindings(deps.estate, before.value, passive, findings, deps.clock.now().toISOString());
  if ((await putWatch(deps, watch, before.etag)) === "written") return watch;
  return remember(deps, passive, await readWatch(deps), findings);
}

const NO_FINDINGS: Findings = { by: "", next: null, own: [], witnesses: [], skipped: {}, confirmed: [] };
/** Rounds whose claims may still lie in their row. */
const ENDED_KEPT = 8;

export function withFindings(estate: Estate, watch: Watch, passive: Passive, found: Partial<Findings>, now: string): Watch {
  const { by, next: reserved, own, witnesses, skipped, confirmed } = { ...NO_FINDINGS, ...found };
  const { detection } = estate;
  const ownBy = groupBy(own, ({ target }) => target);
  const witnessesBy = groupBy(witnesses, ({ target }) => target);
  const next: { [K in "observations" | "witnesses"]: Record<string, readonly Observation[]> } = { observations: {}, witnesses: {} };
  const samples: Record<string, readonly Sample[]> = {};
  const verdicts: Record<string, Verdict> = {};
  for (const { id } of [...estate.deployments, ...estate.gateways]) {
    const [mine, others] = [ownBy.get(id) ?? [], witnessesBy.get(id) ?? []];
    const evidence = evidenceOf(detection, watch, passive, id, now, mine, others);
    verdicts[id] = judgeTarget(evidence, watch.verdicts[id], detection, now);
    next.observations[id] = withoutRepeats(countable(evidence.probes, detection, now));
    next.witnesses[id] = withoutRepeats(countable(evidence.witnesses, detection, now));
    samples[id] = addProbes(watch.samples[id] ?? [], mine, detection, now);
  }
  return {
    ...next,
    ...addSpend(watch, [...own, ...witnesses], now),
    samples,
    verdicts: doubtGateways(estate, verdicts),
    limiter: limiterReadings(watch.limiter, own, now, detection.intervalSeconds),
    skipped,
    confirmed: { ...recent(watch.confirmed, now), ...Object.fromEntries(confirmed.map((id) => [id, now])) },
    ended: by === "" ? watch.ended : [...watch.ended, by].slice(-ENDED_KEPT),
    // A round that outlasts its interval reserves nothing: the tick it was for is over.
    reserved: reserved !== null && reserved.from > now ? reserved : watch.reserved,
    roundAt: now,
  };
}

/** No suspicion lives longer than a day. */
function recent(confirmed: Watch["confirmed"], now: string): Watch["confirmed"] {
  return Object.fromEntries(Object.entries(confirmed).filter(([, at]) => secondsBetween(at, now) < 86_400));
}

/** Of each outcome only the last detail is ever told. */
function withoutRepeats(observations: readonly Observation[]): readonly Observation[] {
  const last = new Set(
    ["ok", "throttled", "failed", "misconfigured"].map((outcome) => observations.findLast((o) => o.outcome === outcome)),
  );
  return observations.map((observation) => (last.has(observation) ? observation : { ...observation, detail: "" }));
}
