/**
 * The durable vocabulary: the only file that touches `context.df`. Orchestrations use these with `yield*`; a plain `yield` is banned
 * elsewhere (the SDK types its result as `any`). The one cast of the system is in `call`.
 */
import type { OrchestrationContext, Task } from "durable-functions";
import type { ActivityRef } from "./contracts.ts";

export type Durable<T> = Generator<Task, T, unknown>;

/** The few members of the context that orchestrations need; `OrchestrationContext` satisfies it. */
export type DurableContext = Pick<OrchestrationContext, "df">;

export function* call<I, O>(context: DurableContext, activity: ActivityRef<I, O>, input: I): Durable<O> {
  return (yield context.df.callActivity(activity.name, input)) as O;
}

/**
 * Waits on a durable timer or an external event, whichever comes first; the timer is cancelled when the event wins, or it would keep
 * the instance alive. A timer may fire up to a second early: never compare its firing with the clock. An event that comes while nobody waits is kept for the next wait.
 */
export function* sleepUnless(context: DurableContext, seconds: number, event: string): Durable<"timer" | "event"> {
  const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + seconds * 1000));
  const winner = yield context.df.Task.any([timer, context.df.waitForExternalEvent(event)]);
  if (winner === timer) return "timer";
  timer.cancel();
  return "event";
}

/** Ends this execution and starts the next with a fresh history. The caller returns right after it. */
export function continueAs(context: DurableContext, input: unknown): void {
  context.df.continueAsNew(input);
}

/** Shown by the status API; takes effect with the next `yield*`. At most 16 KB. */
export function report(context: DurableContext, status: { readonly phase: string; readonly reason: string }): void {
  context.df.setCustomStatus(status);
}
