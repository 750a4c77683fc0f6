/**
 * Timer triggers. One invocation of a timer at a time; a tick that falls due meanwhile runs right after it, and more than one of
 * them only once. Timers of a minute or more remember on disk when they were last due, and catch up after a downtime.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { RegisteredFunction } from "./core-module.ts";
import type { Agenda } from "./durable/agenda.ts";
import { parseSchedule, resolveSettings, type Schedule } from "./schedule.ts";
import { triggerOf, type Worker } from "./worker.ts";

const TimerTrigger = z.object({ schedule: z.string(), runOnStartup: z.boolean().default(false), useMonitor: z.boolean().default(true) });
const Monitor = z.object({ last: z.number(), next: z.number(), lastUpdated: z.number() });
type Monitor = z.infer<typeof Monitor>;

/** Shorter schedules are not monitored, whatever `useMonitor` says. */
const MONITORED_FROM_MILLISECONDS = 60_000;

export interface TimerTriggersOptions {
  readonly worker: Worker;
  readonly agenda: Agenda;
  readonly directory: string;
  readonly settings: Readonly<Record<string, string | undefined>>;
  readonly onError: (called: RegisteredFunction, error: unknown) => void;
}

export function startTimerTriggers(options: TimerTriggersOptions): void {
  const timers = options.worker.functions
    .filter((called) => triggerOf(called).binding.type === "timerTrigger")
    .map((called) => {
      const trigger = TimerTrigger.parse(triggerOf(called).binding);
      const due = parseSchedule(resolveSettings(trigger.schedule, options.settings));
      return {
        called,
        due,
        monitor: trigger.useMonitor && isLong(due) ? join(options.directory, `${called.name}.json`) : undefined,
        atOnce: trigger.runOnStartup,
      };
    });
  for (const { called, due, monitor, atOnce } of timers) {
    const missed = monitor === undefined ? undefined : readMonitor(monitor)?.next;
    const isPastDue = missed !== undefined && missed < Date.now();
    const run = (next: number, late: boolean): void => tick(options, { called, due, monitor }, next, late);
    run(isPastDue || atOnce ? Date.now() : due(Date.now()), isPastDue);
  }
}

function isLong(due: Schedule): boolean {
  const first = due(Date.now());
  return due(first) - first >= MONITORED_FROM_MILLISECONDS;
}

interface Timer {
  readonly called: RegisteredFunction;
  readonly due: Schedule;
  readonly monitor: string | undefined;
}

function tick(options: TimerTriggersOptions, timer: Timer, at: number, isPastDue: boolean): void {
  options.agenda.later(Math.max(at - Date.now(), 0), () => options.agenda.track(runTimer(options, timer, isPastDue)));
}

async function runTimer(options: TimerTriggersOptions, timer: Timer, isPastDue: boolean): Promise<void> {
  const begun = Date.now();
  const next = timer.due(begun);
  const status = timer.monitor === undefined ? null : readMonitor(timer.monitor);
  const payload = { Schedule: { AdjustForDST: true }, ScheduleStatus: status ? written(status) : null, IsPastDue: isPastDue };
  try {
    await options.worker.invoke(timer.called, { json: JSON.stringify(payload) });
  } catch (error) {
    options.onError(timer.called, error);
  }
  if (options.agenda.isDead) {
    return;
  }
  if (timer.monitor !== undefined) {
    mkdirSync(dirname(timer.monitor), { recursive: true });
    writeFileSync(timer.monitor, JSON.stringify({ last: begun, next, lastUpdated: begun } satisfies Monitor));
  }
  tick(options, timer, next, next < Date.now());
}

function written({ last, next, lastUpdated }: Monitor): unknown {
  return { Last: new Date(last).toISOString(), Next: new Date(next).toISOString(), LastUpdated: new Date(lastUpdated).toISOString() };
}

/** A monitor that cannot be read only costs a catch-up. */
function readMonitor(path: string): Monitor | null {
  if (!existsSync(path)) {
    return null;
  }
  try {
    return Monitor.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
