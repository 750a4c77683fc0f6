/** Deliveries as Azure makes them: once, and again after a while when nobody took them. */

/** Seconds between the attempts of an action group (azure-facts 5.6). */
export const ALERT_WAITS = [5, 20, 5, 40, 5] as const;
/** The first of Event Grid's (documented: 10 s, 30 s, 1 min, 5 min, …); a breaker has long closed by then. */
export const EVENT_WAITS = [10, 30, 60] as const;

export interface Delivery {
  /** Asked anew for every attempt: the app may have moved. */
  readonly url: () => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly waits: readonly number[];
  readonly isRefused: (status: number) => boolean;
}

/** The status of the last attempt; 0 for no answer. */
export async function deliver(delivery: Delivery): Promise<number> {
  let status = await attempt(delivery);
  for (const seconds of delivery.waits) {
    if (status !== 0 && !delivery.isRefused(status)) return status;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    status = await attempt(delivery);
  }
  return status;
}

const ATTEMPT_MILLISECONDS = 30_000;

async function attempt({ url, headers, body }: Delivery): Promise<number> {
  try {
    const answer = await fetch(url(), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(ATTEMPT_MILLISECONDS),
    });
    await answer.text();
    return answer.status;
  } catch {
    return 0;
  }
}
