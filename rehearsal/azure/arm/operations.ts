/** Long-running operations of Front Door: queued per resource, polled by a signed URL (azure-facts 2.2, 2.3, 13.1, 13.2). */
import { createHash } from "node:crypto";
import type { Call, Reply } from "../http.ts";
import { armError, notFound } from "./arm-errors.ts";

export interface Operation {
  readonly id: string;
  /** Virtual milliseconds since the Unix epoch; later than the request's when others are in front of it. */
  readonly startsAt: number;
  readonly endsAt: number;
}

export interface Operations {
  /** Queues behind the earlier operations of the same resource. */
  start(at: number, resource: string): Operation;
  /** Absolute, signed URL: `path`, the operation's id, `suffix`. */
  url(base: string, path: string, suffix: string, apiVersion: string, operation: Operation): string;
  find(call: Call, id: string): Operation | { refusal: Reply };
}

export function operations(durationSeconds: number): Operations {
  const byId = new Map<string, Operation>();
  const endsByResource = new Map<string, number>();
  return {
    start(at, resource) {
      const startsAt = Math.max(at, endsByResource.get(resource) ?? 0);
      const id = `00000000-0000-4000-8000-${String(byId.size + 1).padStart(12, "0")}`;
      const operation = { id, startsAt, endsAt: startsAt + durationSeconds * 1000 };
      byId.set(id, operation);
      endsByResource.set(resource, operation.endsAt);
      return operation;
    },
    url: (base, path, suffix, apiVersion, operation) =>
      `${base}${path}/${operation.id}${suffix}?api-version=${apiVersion}&${signature(operation)}`,
    find(call, id) {
      const operation = byId.get(id);
      if (!operation) return { refusal: notFound("The operation was not found.") };
      // Only a URL kept verbatim passes.
      if (!call.search.endsWith(`&${signature(operation)}`))
        return { refusal: armError(403, "AuthorizationFailed", "The signature of the operation's URL is missing or wrong.") };
      return operation;
    },
  };
}

/** As long as the real one, to catch whoever keeps it in too small a field. */
function signature({ id, startsAt }: Operation): string {
  const text = (purpose: string, parts: number): string =>
    Array.from({ length: parts }, (_, part) => createHash("sha512").update(`${purpose} ${id} ${part}`).digest("base64url")).join("");
  return `t=${startsAt}&c=${text("certificate", 18)}&s=${text("signature", 4)}&h=${text("hash", 1).slice(0, 43)}`;
}

/** Now, or on the global clock. */
export function scheduleAt(startsAt: number, now: number, act: () => void): void {
  if (startsAt <= now) act();
  else setTimeout(act, startsAt - now).unref();
}
