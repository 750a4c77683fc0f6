/**
 * When to ask again, and how long to wait before. Pure but for `withRetries`, whose clock is given to it.
 *
 * A completion that is asked for twice may be paid for twice; it changes nothing else, so every transient failure may be retried.
 */

/** What is known of a call that failed. */
export interface Failure {
  /** Absent = no answer: the connection failed or the wait for an answer was over. */
  readonly status?: number;
  readonly headers?: Headers;
}

export interface RetryPolicy {
  /** The longest first wait; it doubles from attempt to attempt. */
  readonly baseMilliseconds: number;
  /** No wait of our own is longer. */
  readonly capMilliseconds: number;
  /**
   * No wait that a server asks for is honoured longer: it speaks for one deployment of one region, and by then another may answer. (One
   * such answer asked for a whole day.)
   */
  readonly longestAskedMilliseconds: number;
  /** From the first attempt on. No attempt begins later, and none is waited for that would. */
  readonly giveUpAfterMilliseconds: number;
}

export const DEFAULT_POLICY: RetryPolicy = {
  baseMilliseconds: 500,
  capMilliseconds: 8000,
  longestAskedMilliseconds: 30_000,
  giveUpAfterMilliseconds: 90_000,
};

/** Asking again cannot mend the rest: a bad request, a token that does not do, a missing role, an unknown model. */
export function isTransient({ status }: Failure): boolean {
  return status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
}

/** What the server asks for by `retry-after-ms`, else by `Retry-After` (seconds or a date); undefined when it asks for nothing. */
export function askedMilliseconds(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = nonNegative(headers?.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const header = headers?.get("retry-after")?.trim();
  const seconds = nonNegative(header);
  if (seconds !== undefined) return seconds * 1000;
  const until = httpDate(header);
  // The date is by the server's clock, and so is its Date header.
  return until === undefined ? undefined : Math.max(0, until - (httpDate(headers?.get("date")) ?? now));
}

function nonNegative(text: string | null | undefined): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text?.trim() ?? "") ? Number(text) : undefined;
}

/** Every form of an HTTP date ends in GMT but asctime's, which nobody sends; without it `Date.parse` takes "-5" for a date. */
function httpDate(text: string | null | undefined): number | undefined {
  const at = text?.trim().endsWith("GMT") ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Full jitter: anything from 0 to the exponential bound, so that clients who failed together do not come back together. After what
 * the server asked for, never before: those who got the same answer are spread over the time after it.
 */
export function waitMilliseconds(attempt: number, asked: number | undefined, policy: RetryPolicy, random: () => number): number {
  const { baseMilliseconds, capMilliseconds, longestAskedMilliseconds } = policy;
  if (asked !== undefined) return Math.min(asked, longestAskedMilliseconds) + random() * baseMilliseconds;
  return random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** (attempt - 1));
}

export interface Retry {
  readonly failure: Failure;
  /** The one that failed, from 1. */
  readonly attempt: number;
  readonly waitMilliseconds: number;
  readonly askedMilliseconds: number | undefined;
}

export interface Surroundings {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly surroundings: Surroundings;
  /** Undefined for an error that is not a failed call. */
  readonly failureOf: (error: unknown) => Failure | undefined;
  readonly onRetry: (retry: Retry) => void;
}

/** `act` is told how much of the time is left, for its own timeout. The last failure is thrown as it came. */
export async function withRetries<T>(act: (leftMilliseconds: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { policy, surroundings, failureOf, onRetry } = options;
  const deadline = surroundings.now() + policy.giveUpAfterMilliseconds;
  for (let attempt = 1; ; attempt++) {
    try {
      return await act(deadline - surroundings.now());
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined || !isTransient(failure)) throw error;
      const now = surroundings.now();
      const asked = askedMilliseconds(failure.headers, now);
      const wait = waitMilliseconds(attempt, asked, policy, surroundings.random);
      if (now + wait >= deadline) throw error;
      onRetry({ failure, attempt, waitMilliseconds: wait, askedMilliseconds: asked });
      await surroundings.sleep(wait);
    }
  }
}
