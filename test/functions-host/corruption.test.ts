import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { NO_LATENCY } from "../../rehearsal/functions-host/constants.ts";
import { collectRegistrations, type Registrations } from "../../rehearsal/functions-host/core-module.ts";
import { taskScheduled, timestamp } from "../../rehearsal/functions-host/durable/history.ts";
import { type Instance, openStore } from "../../rehearsal/functions-host/durable/store.ts";
import { type Host, startHost } from "../../rehearsal/functions-host/host.ts";

let registrations: Registrations;
let directory: string;
let host: Host;

async function start(): Promise<Host> {
  return await startHost({ registrations, hostJson: {}, port: 0, historyDirectory: directory, functionKey: "key", latency: NO_LATENCY });
}

async function post(path: string, body: unknown): Promise<number> {
  const response = await fetch(`${host.rpcUrl}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

const instance = () => host.instances().find(({ instanceId }) => instanceId === "run");
const path = () => join(directory, "instances", "run.jsonl");

/** Runs `small` until it waits for its event (its timer is moved to the past), then kills the host. */
async function waitingRun(): Promise<void> {
  host = await start();
  await post("orchestrators/small/run", { x: 5 });
  await vi.waitUntil(() => host.counts.durable.turns === 2, { interval: 2 });
  await vi.waitUntil(() => readFileSync(path(), "utf8").includes('"EventType":10'), { interval: 2 });
  host.kill();
}

beforeAll(async () => {
  registrations = await collectRegistrations(() => import("./apps/recorded.ts"));
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "corruption-"));
  await waitingRun();
});

afterEach(() => {
  host.kill();
  rmSync(directory, { recursive: true });
});

function rewriteText(change: (lines: string[]) => string[]): void {
  writeFileSync(path(), change(readFileSync(path(), "utf8").split("\n")).join("\n"));
}

/** Changes an instance as a faulty host would: with good checksums. */
function rewrite(change: (instance: Instance) => Instance): void {
  const store = openStore(join(directory, "instances"));
  store.save(change(store.load("run") ?? expect.fail("no instance")));
}

function changeEvent(type: number, change: Record<string, unknown>): void {
  rewrite((found) => ({ ...found, history: found.history.map((event) => (event.EventType === type ? { ...event, ...change } : event)) }));
}

/** The next message makes a turn, which replays what is on disk. */
async function failure(): Promise<unknown> {
  host = await start();
  await post("instances/run/raiseEvent/go", 1);
  await vi.waitUntil(() => instance()?.runtimeStatus === "Failed", { interval: 2 });
  return instance()?.output;
}

describe("a history that is not what was written", () => {
  it.each([
    [
      "a changed byte",
      (lines: string[]) => lines.map((line) => line.replace('"Result":"6"', '"Result":"7"')),
      "event 5 does not match its checksum",
    ],
    ["a lost event", (lines: string[]) => lines.filter((_line, index) => index !== 3), "is not the last: 8 events were written"],
    ["a cut end", (lines: string[]) => lines.slice(0, -1), "is cut off"],
    ["a garbled state", (lines: string[]) => ["nonsense", ...lines.slice(1)], "its state does not match its checksum"],
  ])("fails the run: %s", async (_what, change, message) => {
    rewriteText(change);

    expect(await failure()).toContain(message);
    expect(readdirSync(join(directory, "instances"))).toContain("run.jsonl.corrupt");
  });
});

describe("a history that is not this orchestrator's", () => {
  it.each([
    ["another activity", () => changeEvent(4, { Name: "subtract" }), 'TaskScheduled 0 (subtract), but replay asked for activity "add"'],
    [
      "another timer",
      () => changeEvent(10, { FireAt: timestamp(0) }),
      "TimerCreated 1 (1970-01-01T00:00:00Z), but replay asked for a timer at",
    ],
    [
      "a task out of its order",
      () => changeEvent(4, { EventId: 7 }),
      'TaskScheduled 7 (add), but replay asked for activity "add" at this place',
    ],
    ["the end of a task that was never begun", () => changeEvent(5, { TaskScheduledId: 4 }), "history has TaskCompleted for task 4"],
    [
      "a task the orchestrator no longer asks for",
      () => rewrite((found) => ({ ...found, history: [...found.history, taskScheduled(2, "add", 0)] })),
      "TaskScheduled 2 (add), but replay asked for nothing",
    ],
  ])("fails the run and names the event: %s", async (_what, change, message) => {
    change();

    expect(await failure()).toContain(message);
  });

  it("unchanged goes on to its end", async () => {
    rewrite((found) => ({ ...found, timers: found.timers.map((timer) => ({ ...timer, fireAt: Date.now() })) }));

    host = await start();
    await post("instances/run/raiseEvent/go", 37);
    await vi.waitUntil(() => instance()?.runtimeStatus === "Completed", { interval: 2 });
    expect(instance()?.output).toEqual({ s: 6, s2: 43, ev: 37 });
  });
});
