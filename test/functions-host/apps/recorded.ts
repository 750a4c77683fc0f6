/** The orchestrators that the recordings were made with. */
import * as df from "durable-functions";

df.app.activity("add", { handler: ({ a, b }: { a: number; b: number }) => a + b });
df.app.activity("fail", {
  handler: (input: unknown) => {
    throw new Error(`activity failed ${JSON.stringify(input)}`);
  },
});

df.app.orchestration("small", function* (context) {
  const { x } = context.df.getInput<{ x: number }>() ?? { x: 0 };
  const s: unknown = yield context.df.callActivity("add", { a: 1, b: x });
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 2000));
  const ev: unknown = yield context.df.waitForExternalEvent("go");
  context.df.setCustomStatus({ phase: "got event" });
  const s2: unknown = yield context.df.callActivity("add", { a: s, b: ev });
  return { s, s2, ev };
});

df.app.orchestration("loop", function* (context) {
  const input = context.df.getInput<{ n: number } | "">();
  const n: unknown = yield context.df.callActivity("add", { a: input ? input.n : 0, b: 1 });
  if (typeof n === "number" && n < 4) {
    context.df.continueAsNew({ n });
    return undefined;
  }
  return `loop done ${String(n)}`;
});

df.app.orchestration("race", function* (context) {
  const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
  const event = context.df.waitForExternalEvent("go");
  const winner: unknown = yield context.df.Task.any([timer, event]);
  if (winner === event) {
    timer.cancel();
    return `event:${String(event.result)}`;
  }
  return "timer";
});

df.app.orchestration("fan", function* (context) {
  return (yield context.df.Task.all([1, 2, 3].map((i) => context.df.callActivity("add", { a: i, b: i })))) as unknown;
});

df.app.orchestration("sub", function* (context) {
  return (yield context.df.callSubOrchestrator("fan", { z: 1 }, `${context.df.instanceId}:child`)) as unknown;
});

df.app.orchestration("failing", function* (context) {
  return (yield context.df.callActivity("fail", { k: 1 })) as unknown;
});
