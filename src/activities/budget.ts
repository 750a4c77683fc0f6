/** What probes cost, and which of them can be spared. */
import type { Deployment, Estate } from "../domain/estate.ts";
import type { Observation } from "../domain/observation.ts";
import { secondsBetween } from "../domain/time.ts";
import { samplesOf } from "./evidence.ts";
import type { Traffic } from "./traffic-row.ts";
import type { Spend, Watch } from "./watch.ts";

/** Older minutes say nothing of now; newer ones are seldom there (azure-facts 3.4). */
const FRESH_SECONDS = 240;
const WELL_SHARE = 0.95;

/**
 * Why this round can do without a probe of the deployment; null = it cannot. Its tokens of the day are spent ahead of their pace, it is
 * healthy, and fresh real traffic is answered. A probe that is about to become stale is renewed all the same: no verdict rests on metrics alone.
 */
export function skipReason(estate: Estate, watch: Watch, metrics: Traffic, deployment: Deployment, now: string): string | null {
  const { detection } = estate;
  const { id, probe } = deployment;
  if (detection.probeTokensPerDay === null || probe.kind !== "completion" || watch.verdicts[id]?.state !== "healthy") return null;
  const tokens = spentToday(watch, now)[id]?.tokens ?? 0;
  const pace = detection.probeTokensPerDay * (secondsBetween(`${dayOf(now)}T00:00:00.000Z`, now) / 86_400);
  const last = watch.observations[id]?.at(-1);
  if (tokens <= pace || last === undefined) return null;
  if (last.outcome !== "ok" || secondsBetween(last.at, now) > detection.stalenessSeconds - 2 * detection.intervalSeconds) return null;
  const minute = samplesOf(detection, metrics, id).findLast((sample) => sample.requests >= detection.passiveRequests);
  if (minute === undefined || secondsBetween(minute.at, now) > FRESH_SECONDS) return null;
  if (minute.failed > minute.requests * (1 - WELL_SHARE)) return null;
  return `${tokens} tokens spent today, ${Math.round(pace)} would be the pace; ${minute.requests} real requests at ${minute.at}, ${minute.failed} failed`;
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
