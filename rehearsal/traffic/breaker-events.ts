/** When a backend's breaker opens in the first instance of a gateway, and when the last one closes: what API Management would tell. */
import type { Happening } from "./event-queue.ts";

export type BreakerChanged = (at: number, gateway: string, backend: string, opened: boolean) => void;

/**
 * Told of every trip and its end. Whether Azure tells per gateway or per instance is not documented (the event names no instance);
 * assumed [U]: per gateway.
 */
export function createBreakerEvents(
  changed: BreakerChanged,
  schedule: (at: number, happening: Happening) => void,
): (at: number, gateway: string, backend: string, until: number) => void {
  const openUntil = new Map<string, number>();
  return (at, gateway, backend, until) => {
    const key = `${gateway} ${backend}`;
    const known = openUntil.get(key);
    openUntil.set(key, Math.max(known ?? 0, until));
    if (known === undefined) changed(at, gateway, backend, true);
    schedule(until, (closedAt) => {
      if ((openUntil.get(key) ?? Infinity) > closedAt) return;
      openUntil.delete(key);
      changed(closedAt, gateway, backend, false);
    });
  };
}
