/**
 * What an orchestrator asks for. On every turn the SDK returns all actions since the start of the execution; the host compares them
 * with what history says was scheduled (the SDK of 3.x does not) and schedules the rest.
 */
import { z } from "zod";
import { LONGEST_TIMER_MILLISECONDS } from "../constants.ts";
import { EVENT, type HistoryEvent, timestamp } from "./history.ts";

/** The orchestrator and its history do not belong together. */
class NonDeterminismError extends Error {
  override readonly name = "NonDeterminismError";
}

export type Task =
  | { readonly kind: "activity"; readonly name: string; readonly input: unknown }
  | { readonly kind: "timer"; readonly fireAt: number; readonly isCanceled: boolean }
  | { readonly kind: "subOrchestration"; readonly name: string; readonly input: unknown; readonly instanceId: string | undefined };

export interface Plan {
  /** By the id that history gives each: its place in this list. */
  readonly tasks: readonly Task[];
  readonly continueAsNew?: { readonly input: unknown };
}

const Action = z.discriminatedUnion("actionType", [
  z.object({ actionType: z.literal(0), functionName: z.string(), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(2), functionName: z.string(), input: z.unknown().optional(), instanceId: z.string().optional() }),
  z.object({ actionType: z.literal(4), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(5), fireAt: z.iso.datetime(), isCanceled: z.boolean() }),
  z.object({ actionType: z.literal(6), externalEventName: z.string() }),
  z.object({ actionType: z.literal([11, 12]), compoundActions: z.array(z.unknown()) }),
]);

const UNSERVED: Readonly<Record<number, string>> = {
  1: "callActivityWithRetry",
  3: "callSubOrchestratorWithRetry",
  7: "callEntity",
  8: "callHttp",
  9: "signalEntity",
  13: "lock",
  14: "lock",
};

/** `turnAt`: the orchestrator's own time in its latest turn. */
export function readActions(actions: readonly unknown[], turnAt: number): Plan {
  const tasks: Task[] = [];
  let continueAsNew: Plan["continueAsNew"];
  function read(value: unknown): void {
    const action = parseAction(value);
    switch (action.actionType) {
      case 0:
        tasks.push({ kind: "activity", name: action.functionName, input: action.input });
        break;
      case 2:
        tasks.push({ kind: "subOrchestration", name: action.functionName, input: action.input, instanceId: action.instanceId });
        break;
      case 4:
        continueAsNew = { input: action.input };
        break;
      case 5:
        tasks.push({ kind: "timer", fireAt: checkedFireAt(action.fireAt, turnAt), isCanceled: action.isCanceled });
        break;
      case 6:
        break; // An awaited event has no id and leaves no trace until it is raised.
      default:
        action.compoundActions.forEach(read);
    }
  }
  actions.forEach(read);
  return { tasks, ...(continueAsNew && { continueAsNew }) };
}

function parseAction(value: unknown): z.infer<typeof Action> {
  const type = z.object({ actionType: z.number() }).parse(value).actionType;
  if (type in UNSERVED) {
    throw new Error(`The local Functions host does not serve ${UNSERVED[type]}.`);
  }
  return Action.parse(value);
}

function checkedFireAt(fireAt: string, turnAt: number): number {
  const instant = Date.parse(fireAt);
  if (instant - turnAt > LONGEST_TIMER_MILLISECONDS) {
    throw new Error(`The local Functions host does not serve timers of more than 6 days (asked for: ${fireAt}).`);
  }
  return instant;
}

const SCHEDULED: Readonly<Record<number, { readonly kind: Task["kind"]; readonly title: string }>> = {
  [EVENT.taskScheduled]: { kind: "activity", title: "TaskScheduled" },
  [EVENT.subOrchestrationCreated]: { kind: "subOrchestration", title: "SubOrchestrationInstanceCreated" },
  [EVENT.timerCreated]: { kind: "timer", title: "TimerCreated" },
};

const ENDED: Readonly<Record<number, { readonly kind: Task["kind"]; readonly title: string }>> = {
  [EVENT.taskCompleted]: { kind: "activity", title: "TaskCompleted" },
  [EVENT.taskFailed]: { kind: "activity", title: "TaskFailed" },
  [EVENT.subOrchestrationCompleted]: { kind: "subOrchestration", title: "SubOrchestrationInstanceCompleted" },
  [EVENT.subOrchestrationFailed]: { kind: "subOrchestration", title: "SubOrchestrationInstanceFailed" },
  [EVENT.timerFired]: { kind: "timer", title: "TimerFired" },
};

/** How many tasks history has scheduled; throws NonDeterminismError, naming the event, where history and tasks disagree. */
export function matchHistory(history: readonly HistoryEvent[], tasks: readonly Task[]): number {
  let scheduled = 0;
  for (const event of history) {
    const begun = SCHEDULED[event.EventType];
    const ended = ENDED[event.EventType];
    if (begun !== undefined) {
      const task = tasks[scheduled];
      if (event.EventId !== scheduled || task === undefined || !isSame(event, task)) {
        throw new NonDeterminismError(
          `history has ${begun.title} ${describeEvent(event)}, but replay asked for ${describe(task)} at this place`,
        );
      }
      scheduled += 1;
    } else if (ended !== undefined) {
      const id = event.TaskScheduledId ?? event.TimerId ?? -1;
      if (id < 0 || id >= scheduled || tasks[id]?.kind !== ended.kind) {
        throw new NonDeterminismError(`history has ${ended.title} for task ${id}, which is ${describe(tasks[id])} in the replay`);
      }
    }
  }
  return scheduled;
}

function isSame(event: HistoryEvent, task: Task): boolean {
  if (SCHEDULED[event.EventType]?.kind !== task.kind) {
    return false;
  }
  return task.kind === "timer" ? event.FireAt === timestamp(task.fireAt) : event.Name === task.name;
}

function describeEvent(event: HistoryEvent): string {
  return `${event.EventId} (${event.Name ?? event.FireAt})`;
}

function describe(task: Task | undefined): string {
  if (task === undefined) {
    return "nothing";
  }
  return task.kind === "timer" ? `a timer at ${timestamp(task.fireAt)}` : `${task.kind} "${task.name}"`;
}
