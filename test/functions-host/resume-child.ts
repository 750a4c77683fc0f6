/** Kills and restarts the local host in virtual time, over and over; prints what happened as one line of JSON. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectRegistrations } from "../../rehearsal/functions-host/core-module.ts";
import { type Host, startHost } from "../../rehearsal/functions-host/host.ts";
import { now, runUntil } from "../../rehearsal/virtual-time/clock.ts";
import type * as Steps from "./apps/steps.ts";
import { timedServer } from "../../rehearsal/virtual-time/in-flight.ts";

const apps = { steps: undefined as typeof Steps | undefined };
const registrations = await collectRegistrations(async () => {
  apps.steps = await import("./apps/steps.ts");
});
const { notes, quickSeconds, ticks } = apps.steps ?? process.exit(1);
const results: Record<string, unknown> = {};
const root = mkdtempSync(join(tmpdir(), "resume-"));
const newDirectory = (): string => mkdtempSync(join(root, "host-"));
const VISIBILITY = "00:00:40";

async function start(historyDirectory: string): Promise<Host> {
  const durableTask = { maxConcurrentActivityFunctions: 4, storageProvider: { workItemQueueVisibilityTimeout: VISIBILITY } };
  return await startHost({
    registrations,
    historyDirectory,
    hostJson: { extensions: { durableTask } },
    port: 0,
    functionKey: "key",
    onServer: timedServer,
    settings: { QUICK: "*/20 * * * * *" },
  });
}

async function post(host: Host, path: string, body?: unknown): Promise<number> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(`${host.rpcUrl}${path}`, init);
  await response.text();
  return response.status;
}

const state = (host: Host, instanceId: string): { runtimeStatus: string; output: unknown } => {
  const found = host.instances().find((each) => each.instanceId === instanceId);
  return { runtimeStatus: found?.runtimeStatus ?? "unknown", output: found?.output };
};
const isOver = (host: Host, instanceId: string) => (): boolean => !["Pending", "Running"].includes(state(host, instanceId).runtimeStatus);

/** Begins an instance, kills the host at a moment, starts another on the same directory after `downSeconds`, and waits for the end. */
async function killedRun(
  name: string,
  killWhen: (host: Host, kill: () => void) => void,
  downSeconds: number,
  before?: (host: Host) => Promise<unknown>,
) {
  const directory = newDirectory();
  notes.length = 0;
  const first = await start(directory);
  let killedAt = 0;
  killWhen(first, () => {
    first.kill();
    killedAt = now();
  });
  const begun = now();
  await post(first, `orchestrators/${name}/run`);
  await before?.(first);
  await runUntil(() => killedAt > 0);
  await runUntil(killedAt + downSeconds * 1000);
  const second = await start(directory);
  await runUntil(isOver(second, "run"), 3_600_000);
  const noted = notes.map(({ at, what }) => `${what} @${Math.round((at - begun) / 100) / 10}`);
  const end = {
    ...state(second, "run"),
    seconds: Math.round((now() - begun) / 1000),
    notes: noted,
    killedAtSeconds: (killedAt - begun) / 1000,
  };
  second.kill();
  return end;
}

/** After the nth activity. */
const afterActivity =
  (nth: number) =>
  (host: Host, kill: () => void): void => {
    let completed = 0;
    host.onActivityCompleted(() => {
      completed += 1;
      if (completed === nth) {
        kill();
      }
    });
  };
const afterSeconds =
  (seconds: number) =>
  (_host: Host, kill: () => void): void =>
    void setTimeout(kill, seconds * 1000);

for (const nth of [1, 2, 3, 4]) {
  results[`afterActivity${nth}`] = await killedRun("fourSteps", afterActivity(nth), 3);
}
results["duringActivity"] = await killedRun("fourSteps", afterSeconds(3), 10);
results["timerDueWhileDown"] = await killedRun("tenMinutes", afterSeconds(60), 900);
results["pendingEvent"] = await killedRun("awaitsGo", afterActivity(1), 1, (host) => post(host, "instances/run/raiseEvent/go", { n: 1 }));
results["duringChild"] = await killedRun("parent", afterSeconds(2), 5);

const host = await start(newDirectory());
const begun = now();
notes.length = 0;
await Promise.all([post(host, "orchestrators/openLoser/loser"), post(host, "orchestrators/holds/holds", { round: 0, seen: [] })]);
await runUntil(begun + 45_000);
results["loserOpen"] = state(host, "loser");
for (const n of [1, 2, 3, 4]) {
  await post(host, "instances/holds/raiseEvent/go", n);
}
await runUntil(isOver(host, "holds"), 3_600_000);
results["loserClosed"] = state(host, "loser");
results["holds"] = state(host, "holds");
const fanBegun = now();
notes.length = 0;
await post(host, "orchestrators/fans/fans");
await runUntil(isOver(host, "fans"));
results["fans"] = { ...state(host, "fans"), seconds: Math.round((now() - fanBegun) / 1000), most: mostAtOnce() };
await post(host, "orchestrators/launches/launches");
await runUntil(() => isOver(host, "launches")() && isOver(host, "launched")());
results["launches"] = state(host, "launches");
results["launched"] = state(host, "launched");
host.kill();

const stopDirectory = newDirectory();
const stopped = await start(stopDirectory);
notes.length = 0;
await post(stopped, "orchestrators/fourSteps/run");
await runUntil(now() + 3_000);
let isStopped = false;
const stopping = stopped.stop().then(() => (isStopped = true));
await runUntil(() => isStopped);
await stopping;
const afterStop = await start(stopDirectory);
await runUntil(isOver(afterStop, "run"));
results["stopped"] = { ...state(afterStop, "run"), notes: notes.map(({ what }) => what) };
afterStop.kill();

function mostAtOnce(): number {
  const open = notes.map((_note, index) =>
    notes.slice(0, index + 1).reduce((sum, { what }) => sum + (what.startsWith("begin") ? 1 : -1), 0),
  );
  return Math.max(...open);
}

const timerDirectory = newDirectory();
await runUntil(Math.ceil(now() / 240_000) * 240_000 + 1000);
const zero = now() - 1000;
ticks.length = 0;
quickSeconds.push(0, 50, 0);
const ticking = await start(timerDirectory);
await runUntil(zero + 250_000);
ticking.kill();
await runUntil(zero + 730_000);
const caughtUp = await start(timerDirectory);
await runUntil(zero + 850_000);
await caughtUp.stop();
await runUntil(zero + 1_000_000);
const seen = (name: string) =>
  ticks.filter((each) => each.name === name).map(({ at, timer }) => ({ seconds: (at - zero) / 1000, isPastDue: timer.isPastDue }));
results["quick"] = seen("quick").filter(({ seconds }) => seconds <= 140);
results["minutely"] = seen("minutely");
results["quickPayload"] = ticks.find(({ name }) => name === "quick")?.timer;
results["minutelyStatus"] = ticks.filter(({ name }) => name === "minutely").map(({ timer }) => timer.scheduleStatus ?? null);
results["lastTick"] = Math.max(...ticks.map(({ at }) => (at - zero) / 1000));
rmSync(root, { recursive: true });
process.stdout.write(`${JSON.stringify(results)}\n`);
process.exit(0);
