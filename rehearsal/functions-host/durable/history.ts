/** History events, in the very form in which the extension hands them to the worker (held to recordings of a real host by tests). */

import { createHash } from "node:crypto";

export const EVENT = {
  executionStarted: 0,
  executionCompleted: 1,
  executionTerminated: 3,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  subOrchestrationCreated: 7,
  subOrchestrationCompleted: 8,
  subOrchestrationFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventRaised: 15,
} as const;

export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
  readonly Name?: string;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  readonly FireAt?: string;
  readonly InstanceId?: string;
  readonly Reason?: string;
  readonly [field: string]: unknown;
}

/** As .NET writes it: no trailing zeros in the fraction, none at all on a whole second. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.?0*Z$/, "Z");
}

function event(type: number, fields: Record<string, unknown>, at: number, eventId = -1): HistoryEvent {
  return { EventType: type, ...fields, EventId: eventId, IsPlayed: false, Timestamp: timestamp(at) };
}

export interface Parent {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly taskId: number;
}

export interface Start {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly input: string;
  readonly parent: Parent | null;
  readonly generation: number | null;
}

export function executionStarted(start: Start, at: number): HistoryEvent {
  const { parent } = start;
  const fields = {
    ParentInstance: parent && {
      Name: parent.name,
      OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: parent.executionId },
      TaskScheduleId: parent.taskId,
      Version: "",
    },
    Name: start.name,
    Version: null,
    Input: start.input,
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    Generation: start.generation,
    GenerateNewTrace: false,
  };
  const instance = { InstanceId: start.instanceId, ExecutionId: start.executionId };
  return { OrchestrationInstance: instance, ...event(EVENT.executionStarted, fields, at) };
}

export const orchestratorStarted = (at: number): HistoryEvent => event(EVENT.orchestratorStarted, {}, at);
export const orchestratorCompleted = (at: number): HistoryEvent => event(EVENT.orchestratorCompleted, {}, at);

export function taskScheduled(eventId: number, name: string, at: number): HistoryEvent {
  return event(EVENT.taskScheduled, { Name: name, Version: "", Input: null, ParentTraceContext: null, Tags: null }, at, eventId);
}

export function taskCompleted(taskId: number, result: string, at: number): HistoryEvent {
  return event(EVENT.taskCompleted, { TaskScheduledId: taskId, Result: result }, at);
}

export function taskFailed(taskId: number, reason: string, details: string, at: number): HistoryEvent {
  return event(EVENT.taskFailed, { TaskScheduledId: taskId, Reason: reason, Details: details, FailureDetails: null }, at);
}

export function subOrchestrationCreated(eventId: number, name: string, instanceId: string, at: number): HistoryEvent {
  const fields = { Name: name, Version: null, InstanceId: instanceId, Input: null, ClientSpanId: null, Tags: null };
  return event(EVENT.subOrchestrationCreated, fields, at, eventId);
}

export function subOrchestrationCompleted(taskId: number, result: string, at: number): HistoryEvent {
  return event(EVENT.subOrchestrationCompleted, { TaskScheduledId: taskId, Result: result }, at);
}

export function subOrchestrationFailed(taskId: number, reason: string, at: number): HistoryEvent {
  const fields = { TaskScheduledId: taskId, Reason: reason, Details: reason, FailureDetails: null };
  return event(EVENT.subOrchestrationFailed, fields, at);
}

export function timerCreated(eventId: number, fireAt: number, at: number): HistoryEvent {
  return event(EVENT.timerCreated, { FireAt: timestamp(fireAt) }, at, eventId);
}

/** Its Timestamp is when the timer was created, not when it fired (recorded). */
export function timerFired(timerId: number, fireAt: number, createdAt: number): HistoryEvent {
  return event(EVENT.timerFired, { TimerId: timerId, FireAt: timestamp(fireAt) }, createdAt);
}

export function eventRaised(name: string, input: string, at: number): HistoryEvent {
  return event(EVENT.eventRaised, { Name: name, Input: input, ParentTraceContext: null }, at);
}

export function executionTerminated(reason: string, at: number): HistoryEvent {
  return event(EVENT.executionTerminated, { Input: reason }, at);
}

export function executionCompleted(status: string, result: unknown, at: number): HistoryEvent {
  return event(EVENT.executionCompleted, { OrchestrationStatus: status, Result: result, FailureDetails: null }, at);
}

/** In the form of a GUID, yet the same in equal drills. */
export function executionId(instanceId: string, ordinal: number): string {
  const hex = createHash("sha256").update(`${instanceId}#${ordinal}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
