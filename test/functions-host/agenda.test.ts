import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Agenda } from "../../rehearsal/functions-host/durable/agenda.ts";

const DAY = 86_400_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each([0, 1, 24, 25, 60])("what is due in %i days is done then, not before", (days) => {
  const work = vi.fn();
  new Agenda().later(days * DAY + 1, work);

  vi.advanceTimersByTime(days * DAY);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledOnce();
});

it("a killed agenda does nothing more, however long its timers", () => {
  const agenda = new Agenda();
  const work = vi.fn();
  agenda.later(60 * DAY, work);

  vi.advanceTimersByTime(30 * DAY);
  agenda.kill();
  vi.advanceTimersByTime(40 * DAY);
  expect(work).not.toHaveBeenCalled();
});
