import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventQueue } from "../../rehearsal/traffic/event-queue.ts";

describe("event queue", () => {
  it("runs entries by instant, and those of one instant in the order they were added", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (instants) => {
        const queue = createEventQueue();
        const ran: { at: number; index: number }[] = [];
        instants.forEach((at, index) => queue.add(at, (given) => ran.push({ at: given, index })));
        while (queue.nextAt() < Infinity) queue.runNext();
        const expected = instants.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at || a.index - b.index);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it("takes new entries while one runs", () => {
    const queue = createEventQueue();
    const ran: number[] = [];
    queue.add(1, () => queue.add(2, (at) => ran.push(at)));
    queue.add(3, (at) => ran.push(at));
    while (queue.nextAt() < Infinity) queue.runNext();
    expect(ran).toEqual([2, 3]);
  });
});
