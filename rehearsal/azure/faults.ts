/** Faults of the control plane, as one mutable object: whoever holds it changes it, and the next request meets it. */
import type { FaultAnswer } from "../world.ts";

export interface ManagementFault {
  answer: FaultAnswer;
  retryAfterSeconds?: number;
  /** Absent = all methods. */
  only?: "writes";
}

export interface ControlPlaneFaults {
  /** By region: the management plane of every resource that stands there (azure-facts 1.6). */
  resourceManager: Record<string, ManagementFault>;
  /** By region: milliseconds added to every management call. */
  resourceManagerSlow: Record<string, number>;
  /** By region: of so many further gateway writes with an ETag, somebody else writes first. Counts down. */
  etagConflicts: Record<string, number>;
  /** Subscriptions in which the caller has no role: every call is refused with 403. */
  subscriptionsForbidden?: readonly string[];
  /** Front Door refuses every write (azure-facts 2.3: 30 Oct – 5 Nov 2025). */
  frontDoorFrozen: boolean;
  metrics: {
    /** Replaces the usual delay when larger. */
    delaySeconds: number;
    /** No data at all: empty time series. */
    missing: boolean;
  };
  /** How the token endpoint answers; absent = well. */
  identity?: FaultAnswer;
  /** Regions from which nothing comes back to the prober, though their clients are served; calls through other regions' gateways arrive. */
  proberCutOff: string[];
  /** By region: every probe of a deployment is answered with this status, though its clients are served; `""` = every region. */
  probesRefused: Record<string, number>;
  /** Seconds by which every instant that Azure tells (metrics, logs, headers, expiry) is ahead of the app's clock; may be negative. */
  clockSkewSeconds: number;
  /** Log Analytics: no rows at all. */
  logsMissing: boolean;
  /** `minusOne` is the form seen since November 2025 (azure-facts 4.3). */
  rateLimitHeaders: "present" | "minusOne" | "absent";
}

export function noFaults(): ControlPlaneFaults {
  return {
    resourceManager: {},
    resourceManagerSlow: {},
    etagConflicts: {},
    frontDoorFrozen: false,
    metrics: { delaySeconds: 0, missing: false },
    proberCutOff: [],
    probesRefused: {},
    clockSkewSeconds: 0,
    logsMissing: false,
    rateLimitHeaders: "present",
  };
}
