/** One measured fact about a target. */

/**
 * - `ok`: it answered as it should
 * - `throttled`: 429; capacity, not health
 * - `failed`: 5xx, a deadline passed, or the network failed
 * - `misconfigured`: 401, 403 or 404: the prober's own fault
 * - `unmeasured`: no probe could be sent (no token, own network down)
 */
export type Outcome = "ok" | "throttled" | "failed" | "misconfigured" | "unmeasured";

export type TargetKind = "deployment" | "gateway";

export interface Observation {
  /** Id of the deployment or gateway in the estate. */
  readonly target: string;
  readonly kind: TargetKind;
  readonly region: string;
  /** ISO 8601, UTC: when the probe was sent. */
  readonly at: string;
  readonly outcome: Outcome;
  readonly latencyMilliseconds: number;
  /** Absent when there was no answer. */
  readonly statusCode?: number;
  /** One line for a person; never a secret. */
  readonly detail: string;
  /** From `x-ratelimit-remaining-tokens`; absent when missing or −1 (azure-facts 4.3). */
  readonly remainingTokens?: number;
}
