/**
 * Azure's limiter of one deployment (azure-facts 4.2, 13.6): tokens are counted as an estimate, prompt + max_tokens, in windows of a
 * minute; requests in windows of 10 s, in proportion to the token limit. Assumed [U]: windows are aligned to the clock, and a refused
 * request takes nothing. A provisioned deployment has no request limit and refuses once it is full, so its last call may overfill it
 * (azure-facts 4.1: 429 from 100 % on); assumed [U]: its windows are short, as its Retry-After is.
 */
import type { Constants } from "../constants.ts";

export interface Admission {
  readonly admitted: boolean;
  /** Seconds until the exhausted window starts anew; 0 when admitted. */
  readonly retryAfterSeconds: number;
  readonly remainingTokens: number;
  readonly limitTokens: number;
}

export interface Limiter {
  admit(at: number, estimatedTokens: number, quotaFactor: number): Admission;
}

/** Answers tell no numbers: `remainingTokens` and `limitTokens` are of its short window. */
export function createProvisionedLimiter(tokensPerMinute: number, constants: Constants): Limiter {
  const seconds = constants.requestWindowSeconds;
  const tokens = createWindow(seconds);
  return {
    admit(at, estimatedTokens, quotaFactor) {
      const limitTokens = (tokensPerMinute * quotaFactor * seconds) / 60;
      const admitted = tokens.used(at) < limitTokens;
      if (admitted) tokens.take(estimatedTokens);
      return {
        admitted,
        retryAfterSeconds: admitted ? 0 : tokens.secondsLeft(at),
        remainingTokens: Math.max(0, Math.floor(limitTokens - tokens.used(at))),
        limitTokens: Math.floor(limitTokens),
      };
    },
  };
}

export function createLimiter(tokensPerMinute: number, constants: Constants): Limiter {
  const tokens = createWindow(constants.tokenWindowSeconds);
  const requests = createWindow(constants.requestWindowSeconds);
  return {
    admit(at, estimatedTokens, quotaFactor) {
      const limitTokens = (tokensPerMinute * quotaFactor * constants.tokenWindowSeconds) / 60;
      const limitRequests = Math.floor((tokensPerMinute * quotaFactor * constants.requestsPerWindowPerThousandTokens) / 1000);
      const usedTokens = tokens.used(at);
      const tooManyTokens = usedTokens + estimatedTokens > limitTokens;
      const tooManyRequests = requests.used(at) + 1 > limitRequests;
      const admitted = !tooManyTokens && !tooManyRequests;
      if (admitted) {
        tokens.take(estimatedTokens);
        requests.take(1);
      }
      const exhausted = tooManyTokens ? tokens : requests;
      return {
        admitted,
        retryAfterSeconds: admitted ? 0 : exhausted.secondsLeft(at),
        remainingTokens: Math.max(0, Math.floor(limitTokens - usedTokens - (admitted ? estimatedTokens : 0))),
        limitTokens: Math.floor(limitTokens),
      };
    },
  };
}

interface Window {
  used(at: number): number;
  take(more: number): void;
  secondsLeft(at: number): number;
}

function createWindow(seconds: number): Window {
  const length = seconds * 1000;
  let index = -1;
  let amount = 0;
  return {
    used(at) {
      const current = Math.floor(at / length);
      if (current !== index) amount = 0;
      index = current;
      return amount;
    },
    take(more) {
      amount += more;
    },
    secondsLeft: (at) => Math.ceil((length - (at % length)) / 1000),
  };
}
