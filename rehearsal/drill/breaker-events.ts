/** API Management's circuit-breaker events, carried to the app's Event Grid trigger. */
import { createHash } from "node:crypto";
import type { Estate } from "../../src/domain/estate.ts";
import type { Constants } from "../constants.ts";
import type { BreakerChanged } from "../traffic/breaker-events.ts";
import { deliver, EVENT_WAITS } from "./deliver.ts";

export interface BreakerEventsOptions {
  readonly estate: Estate;
  readonly constants: Constants;
  readonly appUrl: () => string;
  readonly functionKey: string;
  /** Told of the status of each delivery; 0 for none. */
  readonly onDelivered: (text: string) => void;
}

/** Delivered `breakerEventDeliverySeconds` after they happened, by the world's clock. */
export function createBreakerEvents(options: BreakerEventsOptions): BreakerChanged {
  const { constants, appUrl, functionKey, onDelivered } = options;
  return (at, gateway, backend, opened) => {
    const event = breakerEvent(options.estate, at, gateway, backend, opened);
    const due = at + constants.breakerEventDeliverySeconds * 1000 - Date.now();
    const url = (): string => `${appUrl()}/runtime/webhooks/EventGrid?functionName=breakerEvents&code=${functionKey}`;
    const send = async (): Promise<void> => {
      const body = JSON.stringify([event]);
      const headers = { "aeg-event-type": "Notification" };
      const status = await deliver({ url, headers, body, waits: EVENT_WAITS, isRefused: (answered) => answered >= 400 });
      onDelivered(`breaker of ${gateway} for ${backend} ${opened ? "opened" : "closed"}: event answered ${status}`);
    };
    setTimeout(() => void send(), Math.max(0, due));
  };
}

/** In Event Grid's own schema. */
function breakerEvent(estate: Estate, at: number, gateway: string, backend: string, opened: boolean): object {
  const id = createHash("sha256").update(`${at} ${gateway} ${backend} ${opened}`).digest("hex").slice(0, 32);
  return {
    id,
    topic: estate.gateways.find((item) => item.id === gateway)?.resourceId ?? gateway,
    subject: `/backends/${backend}`,
    eventType: `Microsoft.ApiManagement.CircuitBreaker.${opened ? "Opened" : "Closed"}`,
    eventTime: new Date(at).toISOString(),
    data: { backendName: backend, circuitBreaker: { rules: { foundry: {} } } },
    dataVersion: "1",
    metadataVersion: "1",
  };
}
