/** One turn of an orchestration: what the worker is given, and what its answer makes of the instance. Pure. */
import { z } from "zod";
import { TURN_LIMITS } from "../constants.ts";
import type { TypedData } from "../core-module.ts";
import { matchHistory, type Plan, readActions, type Task } from "./actions.ts";
import * as events from "./history.ts";
import type { Instance, PendingActivity, PendingChild, PendingTimer, RuntimeStatus } from "./store.ts";

export interface Turn {
  readonly at: number;
  /** The whole history, as the worker gets it. */
  readonly history: readonly events.HistoryEvent[];
  /** How many messages of the inbox it has taken. */
  readonly taken: number;
  readonly isReplaying: boolean;
}

/** Undefined when there is nothing to do. */
export function beginTurn(instance: Instance, at: number): Turn | undefined {
  if (instance.isContinued) {
    return { at, history: instance.history, taken: 0, isReplaying: false };
  }
  const batch = takeBatch(instance.inbox);
  if (batch.length === 0) {
    return undefined;
  }
  const history = [...instance.history, events.orchestratorStarted(at), ...batch];
  return { at, history, taken: batch.length, isReplaying: instance.history.length > 0 };
}

/**
 * A raised event opens a batch of its own. The real host batches by arrival, so either order of the two is possible there; apart, an
 * event that meets a turn which continues as new stays in the inbox for the next execution, as it does in the extension.
 */
function takeBatch(inbox: readonly events.HistoryEvent[]): readonly events.HistoryEvent[] {
  const next = inbox.findIndex((message, index) => index > 0 && message.EventType === events.EVENT.eventRaised);
  return next < 0 ? inbox : inbox.slice(0, next);
}

export function triggerInput(instance: Instance, turn: Turn): TypedData {
  const input = {
    history: turn.history,
    input: JSON.parse(instance.input) as unknown,
    instanceId: instance.instanceId,
    isReplaying: turn.isReplaying,
    parentInstanceId: instance.parent?.instanceId ?? null,
    ...TURN_LIMITS,
  };
  return { json: JSON.stringify(input) };
}

const Answer = z.object({
  isDone: z.boolean(),
  actions: z.array(z.array(z.unknown())),
  output: z.unknown().optional(),
  customStatus: z.unknown().optional(),
  error: z.string().optional(),
});
export type Answer = z.infer<typeof Answer>;

const OUT_OF_PROC_DATA = "\n\n$OutOfProcData$:";

export function readAnswer(returned: TypedData | undefined): Answer {
  return Answer.parse(JSON.parse(returned?.json ?? "null"));
}

/** A failed orchestrator answers by an error that carries its state; any other error is the worker's own. */
export function readFailure(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  const at = message.indexOf(OUT_OF_PROC_DATA);
  return at < 0
    ? { isDone: false, actions: [], output: undefined, customStatus: undefined, error: message }
    : Answer.parse(JSON.parse(message.slice(at + OUT_OF_PROC_DATA.length)));
}

export interface Scheduled {
  readonly activities: readonly PendingActivity[];
  readonly timers: readonly PendingTimer[];
  readonly children: readonly PendingChild[];
}

/** `current` is the instance now: its inbox may have grown during the turn. */
export function endTurn(current: Instance, turn: Turn, answer: Answer, at: number): { instance: Instance; scheduled: Scheduled } {
  const past = current.isContinued ? 0 : current.history.length;
  const seen = turn.history.map((event, index) => (index < past || !becomesPlayed(event) ? event : { ...event, IsPlayed: true }));
  const plan = readActions(answer.actions.flat(), turn.at);
  const scheduledBefore = matchHistory(seen, plan.tasks);
  const scheduled = schedule(current, plan.tasks, scheduledBefore, at);
  const isCanceled = (eventId: number): boolean => isCanceledTimer(plan.tasks[eventId]);
  const instance: Instance = {
    ...current,
    status: "Running",
    isContinued: false,
    customStatus: answer.customStatus ?? current.customStatus,
    updatedAt: at,
    inbox: current.inbox.slice(turn.taken),
    activities: [...current.activities, ...scheduled.activities],
    timers: [...current.timers, ...scheduled.timers].filter(({ eventId }) => !isCanceled(eventId)),
    children: [...current.children, ...scheduled.children],
    history: [...seen, ...scheduledEvents(current, plan.tasks, scheduledBefore, at), events.orchestratorCompleted(at)],
  };
  return { instance: finish(instance, answer, plan, at), scheduled };
}

/** Recorded: the messages of a turn become played, the OrchestratorStarted before them does not. */
function becomesPlayed(event: events.HistoryEvent): boolean {
  return event.EventType !== events.EVENT.orchestratorStarted;
}

function isCanceledTimer(task: Task | undefined): boolean {
  return task?.kind === "timer" && task.isCanceled;
}

function scheduledEvents(instance: Instance, tasks: readonly Task[], from: number, at: number): readonly events.HistoryEvent[] {
  return tasks.slice(from).map((task, index) => scheduledEvent(instance, task, from + index, at));
}

function scheduledEvent(instance: Instance, task: Task, eventId: number, at: number): events.HistoryEvent {
  switch (task.kind) {
    case "activity":
      return events.taskScheduled(eventId, task.name, at);
    case "timer":
      return events.timerCreated(eventId, task.fireAt, at);
    case "subOrchestration":
      return events.subOrchestrationCreated(eventId, task.name, childId(instance, task.instanceId, eventId), at);
  }
}

function childId(instance: Instance, given: string | undefined, eventId: number): string {
  return given ?? `${instance.executionId}:${eventId.toString(16).padStart(4, "0")}`;
}

function schedule(instance: Instance, tasks: readonly Task[], from: number, at: number): Scheduled {
  const activities: PendingActivity[] = [];
  const timers: PendingTimer[] = [];
  const children: PendingChild[] = [];
  for (const [eventId, task] of tasks.entries()) {
    if (eventId < from) {
      continue;
    }
    if (task.kind === "activity") {
      activities.push({ eventId, name: task.name, input: task.input });
    } else if (task.kind === "timer") {
      timers.push({ eventId, fireAt: task.fireAt, createdAt: at });
    } else {
      children.push({ eventId, name: task.name, input: task.input, instanceId: childId(instance, task.instanceId, eventId) });
    }
  }
  return { activities, timers, children };
}

/** As in the real host, an orchestration ends (or continues as new) only when everything it scheduled has ended or was cancelled. */
function finish(instance: Instance, answer: Answer, plan: Plan, at: number): Instance {
  const isOver = answer.isDone || answer.error !== undefined;
  if (!isOver || instance.activities.length + instance.timers.length + instance.children.length > 0) {
    return instance;
  }
  if (answer.error !== undefined) {
    return endInstance(instance, "Failed", `Orchestrator function '${instance.name}' failed: ${answer.error}`, at);
  }
  if (plan.continueAsNew !== undefined) {
    return continueAsNew(instance, plan.continueAsNew.input, at);
  }
  return endInstance(instance, "Completed", answer.output ?? null, at);
}

export function endInstance(instance: Instance, status: RuntimeStatus, output: unknown, at: number): Instance {
  const history = [...instance.history, events.executionCompleted(status, output, at)];
  return { ...instance, status, output, updatedAt: at, history, inbox: [], activities: [], timers: [], children: [], isContinued: false };
}

/** Recorded: the new history begins 12, 0, 13, its execution id has no hyphens, its Generation is null. The rest of the inbox stays. */
function continueAsNew(instance: Instance, input: unknown, at: number): Instance {
  const ordinal = instance.ordinal + 1;
  const next = {
    ...instance,
    ordinal,
    executionId: events.executionId(instance.instanceId, ordinal).replaceAll("-", ""),
    input: JSON.stringify(input ?? null),
  };
  const started = events.executionStarted({ ...next, generation: null }, at);
  const history = [events.orchestratorStarted(at), started, events.orchestratorCompleted(at)];
  return { ...next, createdAt: at, isContinued: true, history };
}
