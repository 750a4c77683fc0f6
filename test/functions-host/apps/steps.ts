/** A run of four steps, a timer and an event, whose side effects are noted; and timers. */
import { app, type Timer } from "@azure/functions";
import * as df from "durable-functions";

export interface Note {
  readonly at: number;
  readonly what: string;
}
export const notes: Note[] = [];
const note = (what: string): void => void notes.push({ at: Date.now(), what });
const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

df.app.activity("step", {
  handler: async ({ step, seconds }: { step: string; seconds: number }) => {
    note(`begin ${step}`);
    await sleep(seconds * 1000);
    note(`end ${step}`);
    return step;
  },
});

df.app.orchestration("fourSteps", function* (context) {
  const done: unknown[] = [];
  for (const step of ["one", "two", "three", "four"]) {
    done.push(yield context.df.callActivity("step", { step, seconds: 2 }));
  }
  return done;
});
df.app.activity("launch", {
  extraInputs: [df.input.durableClient()],
  handler: async (_input: unknown, context) => {
    const client = df.getClient(context);
    const instanceId = await client.startNew("awaitsGo", { instanceId: "launched" });
    await client.raiseEvent(instanceId, "go", { from: "activity" });
    return (await client.getStatus(instanceId)).runtimeStatus;
  },
});
df.app.orchestration("launches", function* (context) {
  return (yield context.df.callActivity("launch")) as unknown;
});
df.app.orchestration("tenMinutes", function* (context) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 600_000));
  return "fired";
});
df.app.orchestration("awaitsGo", function* (context) {
  yield context.df.callActivity("step", { step: "before go", seconds: 5 });
  return (yield context.df.waitForExternalEvent("go")) as unknown;
});
df.app.orchestration("child", function* (context) {
  return (yield context.df.callActivity("step", { step: "child", seconds: 5 })) as unknown;
});
df.app.orchestration("parent", function* (context) {
  return (yield context.df.callSubOrchestrator("child", null)) as unknown;
});
/** A loser that is not cancelled keeps the instance open (as in the real host). */
df.app.orchestration("openLoser", function* (context) {
  const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 120_000));
  yield context.df.Task.any([timer, context.df.callActivity("step", { step: "winner", seconds: 1 })]);
  return "won";
});
df.app.orchestration("holds", function* (context) {
  const { round, seen } = context.df.getInput<{ round: number; seen: unknown[] }>() ?? { round: 0, seen: [] };
  const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 30_000));
  const event = context.df.waitForExternalEvent("go");
  const winner: unknown = yield context.df.Task.any([timer, event]);
  if (winner === event) {
    timer.cancel();
  }
  const next = { round: round + 1, seen: winner === event ? [...seen, event.result] : seen };
  if (next.round < 20) {
    context.df.continueAsNew(next);
    return undefined;
  }
  return next;
});
df.app.orchestration("fans", function* (context) {
  return (yield context.df.Task.all([..."abcdef"].map((step) => context.df.callActivity("step", { step, seconds: 10 })))) as unknown;
});

export const ticks: { at: number; timer: Timer; name: string }[] = [];
/** Seconds that the next invocations of `quick` take. */
export const quickSeconds: number[] = [];
app.timer("quick", {
  schedule: "%QUICK%",
  handler: async (timer) => {
    ticks.push({ at: Date.now(), timer, name: "quick" });
    await sleep((quickSeconds.shift() ?? 0) * 1000);
  },
});
app.timer("minutely", { schedule: "0 */2 * * * *", handler: (timer) => void ticks.push({ at: Date.now(), timer, name: "minutely" }) });
