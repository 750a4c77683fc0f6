/** The one place where signals of every kind become evidence (minutes, observations) or suspicions. */
import type { Sample } from "./observation.ts";

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
