/** Drives an orchestration by hand: every yielded request is handed to the test, which answers it. No SDK, no clock. */
import type { ActivityName } from "../../src/orchestrations/contracts.ts";
import type { Durable, DurableContext } from "../../src/orchestrations/durable.ts";
import { T0 } from "./builders.ts";

/** A timer is always raced with the wake event. */
export type Request = { readonly activity: ActivityName; readonly input: unknown } | { readonly timer: number; readonly event: string };

export interface Scripted<T> {
  /** The request that is waiting for an answer; undefined once the body has ended. */
  readonly waiting: Request | undefined;
  readonly result: T | undefined;
  readonly continuedAs: unknown;
  readonly statuses: readonly unknown[];
  /** Answers the waiting request; a timer takes its time. */
  answer(value?: unknown): Request | undefined;
  /** Raises the event that the waiting timer is raced with: at once. */
  raise(): Request | undefined;
  /** Timers that the body cancelled. */
  readonly cancelled: number;
  /** Answers it with a failure, as the SDK throws a failed activity into the body. */
  fail(message: string): Request | undefined;
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown));

export function scripted<I, T>(body: (context: DurableContext, input: I) => Durable<T>, input: I): Scripted<T> {
  let now = Date.parse(T0);
  let waiting: Request | undefined;
  let result: T | undefined;
  let continuedAs: unknown;
  let timerTask: unknown;
  let cancelled = 0;
  const statuses: unknown[] = [];
  const df = {
    get currentUtcDateTime(): Date {
      return new Date(now);
    },
    callActivity: (activity: string, given: unknown) => ({ activity, input: plain(given) }),
    createTimer: (fireAt: Date) => (timerTask = { timer: (fireAt.getTime() - now) / 1000, cancel: () => void (cancelled += 1) }),
    waitForExternalEvent: (event: string) => ({ event }),
    Task: { any: ([timer, wait]: [{ timer: number }, { event: string }]) => ({ timer: timer.timer, event: wait.event }) },
    continueAsNew: (next: unknown) => void (continuedAs = plain(next)),
    setCustomStatus: (status: unknown) => void statuses.push(status),
  };
  // Only these members are used, and durable.ts is the only file that does.
  const generator = body({ df } as unknown as DurableContext, input);
  const step = (next: IteratorResult<unknown, T>): Request | undefined => {
    waiting = next.done === true ? undefined : (next.value as Request);
    if (next.done === true) result = next.value;
    return waiting;
  };
  step(generator.next());
  return {
    get waiting() {
      return waiting;
    },
    get result() {
      return result;
    },
    get continuedAs() {
      return continuedAs;
    },
    statuses,
    answer(value) {
      if (waiting === undefined || !("timer" in waiting)) return step(generator.next(plain(value)));
      now += waiting.timer * 1000;
      return step(generator.next(timerTask));
    },
    raise: () => step(generator.next({})),
    get cancelled() {
      return cancelled;
    },
    fail: (message) => step(generator.throw(new Error(message))),
  };
}
