/** What was measured about a target: single probes, and minutes of real traffic. Every signal is brought into one of these two forms. */

/**
 * - `ok`: it answered as it should
 * - `throttled`: 429; capacity, not health
 * - `failed`: 5xx, a deadline passed, or the network failed
 * - `misconfigured`: 401, 403 or 404: the prober's own fault
 * - `unmeasured`: no probe could be sent (no token, own network down)
 */
export type Outcome = "ok" | "throttled" | "failed" | "misconfigured" | "unmeasured";

export const ERROR_CLASSES = ["serverError", "timeout", "connection", "dns", "tls", "emptyAnswer"] as const;
/** How a failure showed. All but `serverError` and `emptyAnswer` mean that nothing came back at all. */
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export type TargetKind = "deployment" | "gateway";

export interface Observation {
  /** Id of the deployment or gateway in the estate. */
  readonly target: string;
  readonly kind: TargetKind;
  readonly region: string;
  /** ISO 8601, UTC: when the probe was sent. */
  readonly at: string;
  readonly outcome: Outcome;
  /** Of `failed` ones. */
  readonly errorClass?: ErrorClass;
  readonly latencyMilliseconds: number;
  /** Absent when there was no answer. */
  readonly statusCode?: number;
  /** One line for a person; never a secret. */
  readonly detail: string;
  /** From `x-ratelimit-remaining-tokens`; absent when missing or −1 (azure-facts 4.3). */
  readonly remainingTokens?: number;
  /** From `x-ratelimit-limit-tokens`, likewise. */
  readonly limitTokens?: number;
  /** Tokens that the probe itself cost, as far as the answer tells. */
  readonly spentTokens?: number;
  /** The gateway through which a witness asked; absent = the prober asked by itself. */
  readonly via?: string;
}

export const SOURCES = ["probe", "witness", "metrics", "gatewayLogs"] as const;
/** Where evidence comes from: each of these can be wrong without the others. */
export type Source = (typeof SOURCES)[number];

/** One minute of one source's evidence about a deployment. */
export interface Sample {
  /** ISO 8601, UTC: the minute's start. */
  readonly at: string;
  readonly requests: number;
  readonly failed: number;
  readonly throttled: number;
  /** Answered, but not before `slowMilliseconds`; 0 where latency is not known. */
  readonly slow: number;
  /** Mean time to respond; null = not measured. */
  readonly latencyMilliseconds: number | null;
  /** Of a provisioned deployment; null = not measured or not provisioned. At 100 it refuses. */
  readonly utilisationPercent: number | null;
}
