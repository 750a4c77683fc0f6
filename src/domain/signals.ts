/** The one place where signals of every kind become evidence (minutes, observations) or suspicions. */
import type { LimiterReading } from "./capacity.ts";
import type { DetectionPolicy } from "./estate.ts";
import type { Observation } from "./observation.ts";
import { instantOf, secondsBetween } from "./time.ts";

/** One minute of a deployment's traffic as Azure Monitor or a gateway's log tells it; null = no data point, which is not zero. */
export interface TrafficMinute {
  readonly at: string;
  readonly tokens: number | null;
  readonly answered: number | null;
  readonly serverErrors: number | null;
  readonly throttled: number | null;
  /** Mean time to respond. */
  readonly latencyMilliseconds: number | null;
  /** Of provisioned deployments. */
  readonly utilisationPercent: number | null;
}

export const SUSPICION_SOURCES = ["breaker", "metricAlert", "logAlert", "activityLog", "serviceHealth", "resourceHealth"] as const;
export type SuspicionSource = (typeof SUSPICION_SOURCES)[number];

/** What an alert or a breaker event says. It never decides anything: it starts a confirm burst of its targets and explains. */
export interface Suspicion {
  readonly source: SuspicionSource;
  /** The same for everything that is said of the same thing: an alert's id, a breaker's gateway and backend, an incident's tracking id. */
  readonly key: string;
  readonly state: "raised" | "cleared";
  /** Deployments and gateways of the estate; empty = the estate knows none of what it names. */
  readonly targets: readonly string[];
  /** ISO 8601, UTC: when it happened, by Azure's clock. */
  readonly at: string;
  /** One line for a person. */
  readonly title: string;
}

const MOST_SUSPICIONS = 100;
/** Targets that all of them together name: an alert of the whole cloud names a thousand, and they share a row (900 KB). */
const MOST_NAMED = 5000;
const EXPIRY_SECONDS = 86_400;

/**
 * `open` holds what is raised and, for as long as a late delivery could raise it again, what was cleared. News that is a duplicate, older
 * than what is known of its key, raised too long ago, or of no instant at all changes nothing. A late clearing still clears.
 */
export function foldSuspicion(
  open: readonly Suspicion[],
  news: Suspicion,
  policy: DetectionPolicy,
  now: string,
): { open: readonly Suspicion[]; isNew: boolean } {
  const kept = open.filter((known) => secondsBetween(known.at, now) <= keptSeconds(known, policy));
  const age = secondsBetween(news.at, now);
  const isDated = age >= -EXPIRY_SECONDS && age <= EXPIRY_SECONDS;
  if (!isDated || (news.state === "raised" && age > policy.alertStalenessSeconds)) return { open: kept, isNew: false };
  const known = kept.find((candidate) => candidate.key === news.key);
  if (known !== undefined && !supersedes(news, known)) return { open: kept, isNew: false };
  return { open: bounded([...kept.filter((other) => other !== known), news]), isNew: true };
}

function keptSeconds({ state }: Suspicion, policy: DetectionPolicy): number {
  return state === "raised" ? EXPIRY_SECONDS : policy.alertStalenessSeconds;
}

/** Of two at one instant the clearing came last. */
function supersedes(news: Suspicion, known: Suspicion): boolean {
  const later = secondsBetween(known.at, news.at);
  return later > 0 || (later === 0 && news.state === "cleared" && known.state === "raised");
}

/** A storm pushes out what was cleared first, then what is oldest. */
function bounded(all: readonly Suspicion[]): readonly Suspicion[] {
  const byWorth = all.toSorted(
    (a, b) => Number(a.state === "raised") - Number(b.state === "raised") || Date.parse(a.at) - Date.parse(b.at),
  );
  const kept: Suspicion[] = [];
  let named = 0;
  for (const suspicion of byWorth.slice(-MOST_SUSPICIONS).toReversed()) {
    named += suspicion.targets.length;
    if (named > MOST_NAMED && kept.length > 0) break;
    kept.push(suspicion);
  }
  return kept.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The limiter counts by the minute, and its minutes are nobody else's: the most of ten is the safe reading. */
const READING_SECONDS = 600;
/** A deployment that answers nobody sends no headers: what its limiter counted before is what its traffic will take elsewhere. */
const KEPT_SECONDS = 3600;

/**
 * By deployment, from the headers of its probes, `intervalSeconds` apart: the last one of a minute comes up to an interval before the
 * minute's end and has seen so much less of it.
 */
export function limiterReadings(
  before: Readonly<Record<string, LimiterReading>>,
  fresh: readonly Observation[],
  now: string,
  intervalSeconds: number,
): Record<string, LimiterReading> {
  const isWithin = (at: string, seconds: number): boolean => secondsBetween(at, now) <= seconds;
  const unseen = 60 / (60 - Math.min(30, intervalSeconds));
  const readings = Object.fromEntries(Object.entries(before).filter(([, reading]) => isWithin(reading.at, KEPT_SECONDS)));
  for (const { target, at, limitTokens, remainingTokens } of fresh.toSorted((a, b) => instantOf(a.at) - instantOf(b.at))) {
    if (limitTokens === undefined || remainingTokens === undefined || limitTokens <= 0 || remainingTokens < 0) continue;
    if (!isWithin(at, READING_SECONDS)) continue;
    const used = Math.round(Math.max(0, limitTokens - remainingTokens) * unseen);
    const known = readings[target];
    const isMore = known !== undefined && isWithin(known.at, READING_SECONDS) && known.used > used;
    // A limit that was changed holds from now on, whatever was used under the old one.
    readings[target] = isMore ? { ...known, limit: limitTokens } : { limit: limitTokens, used, at };
  }
  return readings;
}
