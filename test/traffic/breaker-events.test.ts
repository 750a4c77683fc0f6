import { describe, expect, it } from "vitest";
import { scaled } from "../../rehearsal/constants.ts";
import { createBreakerEvents } from "../../rehearsal/traffic/breaker-events.ts";
import { createEventQueue } from "../../rehearsal/traffic/event-queue.ts";
import type { GatewayPolicy } from "../../rehearsal/world.ts";
import { deploymentId, gatewayId, second, steadyRequests, testWorld } from "./support.ts";

/** `trips`: at, until. */
function toldOf(trips: readonly (readonly [number, number])[]): string[] {
  const queue = createEventQueue();
  const told: string[] = [];
  const tripped = createBreakerEvents((at, gateway, backend, opened) => told.push(`${at} ${gateway} ${backend} ${opened}`), queue.add);
  for (const [at, until] of trips) queue.add(at, () => tripped(at, "apim", "b", until));
  while (queue.nextAt() < Infinity) queue.runNext();
  return told;
}

describe("breaker events", () => {
  it.each([
    ["one trip", [[0, 60]], ["0 apim b true", "60 apim b false"]],
    [
      "two instances, one after the other",
      [
        [0, 60],
        [10, 70],
      ],
      ["0 apim b true", "70 apim b false"],
    ],
    [
      "the first one's trip is the longer",
      [
        [0, 60],
        [10, 20],
      ],
      ["0 apim b true", "60 apim b false"],
    ],
    [
      "a trip at the very end of another",
      [
        [0, 60],
        [60, 120],
      ],
      ["0 apim b true", "120 apim b false"],
    ],
    [
      "a trip after the end",
      [
        [0, 60],
        [61, 121],
      ],
      ["0 apim b true", "60 apim b false", "61 apim b true", "121 apim b false"],
    ],
  ] as const)("%s: the first opening and the last closing are told", (_, trips, told) => {
    expect(toldOf(trips)).toEqual(told);
  });
});

describe("breaker events of a world", () => {
  function eventsWith(policy: GatewayPolicy) {
    const events: { at: number; gateway: string; backend: string; opened: boolean }[] = [];
    const breakerChanged = (at: number, gateway: string, backend: string, opened: boolean) => events.push({ at, gateway, backend, opened });
    const world = testWorld({ requests: steadyRequests(600), policy, breakerChanged });
    world.startFault(second(60), "f", { kind: "deployment", deployment: deploymentId("japaneast"), answer: 503, share: 1 });
    world.endFault(second(120), "f");
    world.advanceTo(second(900));
    return events;
  }

  it("name the gateway that saw the failures and the backend, and end closed", () => {
    const events = eventsWith("breaker");
    expect(events.length).toBeGreaterThan(1);
    expect(events.every(({ gateway, backend }) => gateway === gatewayId("japaneast") && backend === "foundry-japaneast")).toBe(true);
    expect(events.map(({ opened }) => opened)).toEqual(events.map((_, index) => index % 2 === 0));
    expect(events[0]?.at).toBeGreaterThan(second(60));
    expect(events.at(-1)).toMatchObject({ opened: false });
    // The last trip began before the fault ended.
    expect(events.at(-1)?.at).toBeLessThanOrEqual(second(120 + scaled().breakerTripSeconds + 1));
  });

  it("do not occur without breakers", () => {
    expect(eventsWith("plain")).toEqual([]);
  });
});
