/**
 * The circuit breaker of one backend in one gateway instance, with the rule of Microsoft's guidance (azure-facts 1.3, 1.4): so many
 * failures within the interval, on 429 and 500-599, trip it for the trip's length, or as long as the backend's Retry-After says.
 * Assumed [U]: timeouts and failed connections count too (the rule's errorReasons can cover them); an empty 200 does not; after the trip it is closed with no
 * failures counted, and there is no half-open state.
 */
import type { Constants } from "../constants.ts";
import type { Answer } from "../world.ts";
import { isStatusFailure } from "./faults.ts";

export interface Breaker {
  isTripped(at: number): boolean;
  /** Until when this answer has tripped it; undefined = it has not. */
  record(at: number, answer: Pick<Answer, "result" | "retryAfterSeconds">): number | undefined;
}

export function isBackendFailure(result: Answer["result"]): boolean {
  return result === 429 || isStatusFailure(result);
}

export function createBreaker(constants: Constants): Breaker {
  let failures: number[] = [];
  let trippedUntil = -Infinity;
  return {
    isTripped: (at) => at < trippedUntil,
    record(at, { result, retryAfterSeconds }) {
      // Answers to calls that were under way when it tripped change nothing.
      if (at < trippedUntil || !isBackendFailure(result)) return undefined;
      failures = [...failures.filter((failedAt) => failedAt > at - constants.breakerIntervalSeconds * 1000), at];
      if (failures.length < constants.breakerFailures) return undefined;
      const accepted = constants.breakerAcceptsRetryAfter ? retryAfterSeconds : undefined;
      trippedUntil = at + (accepted ?? constants.breakerTripSeconds) * 1000;
      failures = [];
      return trippedUntil;
    },
  };
}
