/** ARM's throttling: a refilled bucket per subscription and kind of operation (azure-facts 9.1, 13.5), and Front Door's profile reads (13.4). */
import type { Constants } from "../../constants.ts";
import type { Reply } from "../http.ts";
import { armError } from "./arm-errors.ts";

interface Bucket {
  left: number;
  at: number;
}

/** The global limit of a subscription is 15 times the regional one (azure-facts 9.1). */
const GLOBAL_FACTOR = 15;

export interface Budgets {
  /** Takes one request out; `refusal` when there was none left. */
  take(at: number, subscription: string, method: string): { headers: Record<string, string>; refusal?: Reply };
}

export function armBudgets(constants: Constants): Budgets {
  const buckets = new Map<string, Bucket>();
  return {
    take(at, subscription, method) {
      const kind = method === "GET" || method === "HEAD" ? "reads" : method === "DELETE" ? "deletes" : "writes";
      const size = kind === "reads" ? constants.armReadBucket : constants.armWriteBucket;
      const refill = kind === "reads" ? constants.armReadRefillPerSecond : constants.armWriteRefillPerSecond;
      const key = `${subscription.toLowerCase()} ${kind}`;
      const before = buckets.get(key) ?? { left: size, at };
      const left = Math.min(size, before.left + ((at - before.at) / 1000) * refill);
      buckets.set(key, { left: Math.max(0, left - 1), at });
      if (left >= 1) return { headers: remaining(kind, left - 1, size) };
      const seconds = Math.ceil((1 - left) / refill);
      const message = `The request for subscription '${subscription}' could not be processed due to an excessive volume of traffic. Please try again later.`;
      return {
        headers: {},
        refusal: armError(429, "SubscriptionRequestsThrottled", message, {
          "retry-after": String(seconds),
          "x-ms-failure-cause": "gateway",
        }),
      };
    },
  };
}

function remaining(kind: string, left: number, size: number): Record<string, string> {
  const global = String(Math.floor(size * GLOBAL_FACTOR - (size - left)));
  const prefix = "x-ms-ratelimit-remaining-subscription";
  return { [`${prefix}-global-${kind}`]: global, ...(kind === "reads" ? {} : { [`${prefix}-${kind}`]: String(Math.floor(left)) }) };
}

/** `Microsoft.Cdn/profiles/read`: so many per sliding window. */
export function profileReads(constants: Constants): (at: number) => Reply | undefined {
  let taken: number[] = [];
  return (at) => {
    taken = taken.filter((earlier) => earlier > at - constants.cdnProfileReadWindowSeconds * 1000);
    if (taken.length < constants.cdnProfileReads) {
      taken.push(at);
      return undefined;
    }
    const seconds = constants.cdnProfileRetryAfterSeconds;
    const message = `Number of requests for action 'Microsoft.Cdn/profiles/read' exceeded the limit of '${constants.cdnProfileReads}' for time interval '00:05:00'. Please try again after '${seconds}' seconds.`;
    return armError(429, "ResourceRequestsThrottled", message, { "retry-after": String(seconds) });
  };
}
