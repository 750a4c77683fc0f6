/** Circuit-breaker events of API Management, a preview: they name the gateway and the backend, but neither region nor instance. */
import { z } from "zod";
import type { Estate } from "../../domain/estate.ts";
import { backendName } from "../../domain/routing.ts";
import type { Suspicion } from "../../domain/signals.ts";
import { oneLine } from "../text.ts";
import { deploymentsBehind, gatewayOf } from "./estate-names.ts";

const EVENT = /^Microsoft\.ApiManagement\.CircuitBreaker\.(Opened|Closed)$/i;

/** Event Grid's own schema and CloudEvents; Microsoft's samples of the latter write some keys with a capital. */
const Envelope = z.object({
  type: z.string().optional(),
  eventtype: z.string().optional(),
  source: z.string().optional(),
  topic: z.string().optional(),
  time: z.string().optional(),
  eventtime: z.string().optional(),
  data: z.object({ backendName: z.string().min(1) }),
});

/** null = not such an event, or one that does not say what, where and when. A backend that the estate does not know gives no targets. */
export function suspicionFromBreaker(estate: Estate, event: unknown): Suspicion | null {
  const parsed = Envelope.safeParse(lowerKeys(event));
  if (!parsed.success) return null;
  const { type, eventtype, source, topic, time, eventtime, data } = parsed.data;
  const what = EVENT.exec(type ?? eventtype ?? "")?.[1]?.toLowerCase();
  const resource = source ?? topic;
  const at = Date.parse(time ?? eventtime ?? "");
  if (what === undefined || resource === undefined || Number.isNaN(at)) return null;
  const gateway = gatewayOf(estate, resource);
  const backend = backendName(data.backendName);
  const name = gateway?.id ?? resource.toLowerCase();
  return {
    source: "breaker",
    key: `breaker ${name} ${backend}`,
    state: what === "opened" ? "raised" : "cleared",
    targets: gateway === undefined ? [] : deploymentsBehind(gateway, backend),
    at: new Date(at).toISOString(),
    title: oneLine(`circuit breaker of ${name} for ${backend} ${what}`),
  };
}

function lowerKeys(event: unknown): unknown {
  if (typeof event !== "object" || event === null) return event;
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name.toLowerCase(), value]));
}
