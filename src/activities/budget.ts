/** What probes cost, and which of them can be spared. */
import type { Deployment, Estate } from "../domain/estate.ts";
import type { Observation } from "../domain/observation.ts";
import { showsLimit } from "../domain/pressure.ts";
import { secondsBetween } from "../domain/time.ts";
import { isWell } from "../domain/traffic-evidence.ts";
import { samplesOf } from "./evidence.ts";
import type { Traffic } from "./traffic-row.ts";
import type { Spend, Watch } from "./watch.ts";

/** Older minutes say nothing of now; newer ones are seldom there (azure-facts 3.4). */
const FRESH_SECONDS = 240;
/** The limiter's own minute (azure-facts 4.2): asked again at the same place of it, what was exhausted then refuses again, at no cost. */
const LIMITER_SECONDS = 60;

/**
 * Why this round can do without a probe of the deployment; null = it cannot. Fresh real traffic is answered, and either its tokens of the
 * day are spent ahead of their pace, or it is out of tokens and a probe would take a client's. A probe that is about to become stale is
 * renewed all the same: no verdict rests on metrics alone.
 */
export function skipReason(estate: Estate, watch: Watch, metrics: Traffic, deployment: Deployment, now: string): string | null {
  const { detection } = estate;
  const { id, probe } = deployment;
  const last = watch.observations[id]?.at(-1);
  if (probe.kind !== "completion" || last === undefined) return null;
  if (secondsBetween(last.at, now) > detection.stalenessSeconds - 2 * detection.intervalSeconds) return null;
  const reason = aheadOfPace(estate, watch, last, now) ?? outOfTokens(estate, watch, last, now);
  if (reason === null) return null;
  const minute = samplesOf(detection, metrics, id).findLast((sample) => sample.requests >= detection.passiveRequests);
  if (minute === undefined || secondsBetween(minute.at, now) > FRESH_SECONDS) return null;
  if (!isWell({ sample: minute })) return null;
  return `${reason}; ${minute.requests} real requests at ${minute.at}, ${minute.failed} failed`;
}

function aheadOfPace({ detection }: Estate, watch: Watch, last: Observation, now: string): string | null {
  if (detection.probeTokensPerDay === null || watch.verdicts[last.target]?.state !== "healthy" || last.outcome !== "ok") return null;
  const tokens = spentToday(watch, now)[last.target]?.tokens ?? 0;
  const pace = detection.probeTokensPerDay * (secondsBetween(`${dayOf(now)}T00:00:00.000Z`, now) / 86_400);
  return tokens > pace ? `${tokens} tokens spent today, ${Math.round(pace)} would be the pace` : null;
}

function outOfTokens({ detection }: Estate, watch: Watch, last: Observation, now: string): string | null {
  if (watch.verdicts[last.target]?.state !== "pressured" || !showsLimit(last)) return null;
  const isDue = secondsBetween(last.at, now) > LIMITER_SECONDS - detection.intervalSeconds / 2;
  return isDue ? null : `the probe at ${last.at} found it at its limit, and a probe would take a client's tokens`;
}

/** With the round's probes, by UTC day: yesterday's are forgotten. */
export function addSpend(watch: Watch, fresh: readonly Observation[], now: string): Pick<Watch, "spent" | "spentOn"> {
  const spent: Record<string, Spend> = { ...spentToday(watch, now) };
  for (const { target, outcome, spentTokens } of fresh) {
    if (outcome === "unmeasured") continue;
    const before = spent[target] ?? { requests: 0, tokens: 0 };
    spent[target] = { requests: before.requests + 1, tokens: before.tokens + (spentTokens ?? 0) };
  }
  return { spent, spentOn: dayOf(now) };
}

function spentToday(watch: Watch, now: string): Watch["spent"] {
  return watch.spentOn === dayOf(now) ? watch.spent : {};
}

function dayOf(now: string): string {
  return now.slice(0, 10);
}
