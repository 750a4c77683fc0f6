/** One invocation, as the real Node worker carries it out: through the programming model that the app's own SDK has set. */
import { randomUUID } from "node:crypto";
import type { Binding, InvocationModel, RegisteredFunction, Registrations, TypedData } from "./core-module.ts";

export const LOG_LEVELS = ["trace", "debug", "information", "warning", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  /** Milliseconds since the Unix epoch, on the process's clock. */
  readonly at: number;
  readonly level: LogLevel;
  /** The function that wrote it; absent for the host's own lines. */
  readonly functionName?: string;
  readonly message: string;
}

export interface Worker {
  find(name: string, triggerType: string): RegisteredFunction | undefined;
  /** Runs a handler; rejects as it does. `trigger` is the trigger's own input; other inputs get the durable client. */
  invoke(called: RegisteredFunction, trigger: TypedData, metadata?: Record<string, TypedData>): Promise<TypedData | undefined>;
  readonly functions: readonly RegisteredFunction[];
  readonly invocations: Readonly<Record<string, number>>;
}

export interface WorkerOptions {
  readonly registrations: Registrations;
  /** JSON of the durable client binding, made when it is needed: the ports are known only then. */
  readonly durableClient: () => string;
  readonly log: (line: LogLine) => void;
}

export function createWorker({ registrations, durableClient, log }: WorkerOptions): Worker {
  const invocations: Record<string, number> = {};

  function start(called: RegisteredFunction, trigger: TypedData, triggerMetadata: Record<string, TypedData>): InvocationModel {
    const inputData = Object.entries(called.bindings)
      .filter(([, binding]) => binding.direction === "in")
      .map(([name, binding]) => ({ name, data: isTrigger(binding) ? trigger : { string: durableClient() } }));
    return registrations.model.getInvocationModel({
      invocationId: randomUUID(),
      metadata: { name: called.name, bindings: called.bindings },
      request: { inputData, triggerMetadata, traceContext: { traceParent: "", traceState: "", attributes: {} } },
      log: (level, _category, message) => log({ at: Date.now(), level: toLogLevel(level), functionName: called.name, message }),
    });
  }

  return {
    functions: registrations.functions,
    invocations,
    find: (name, triggerType) => registrations.functions.find((each) => each.name === name && triggerOf(each).binding.type === triggerType),
    async invoke(called, trigger, metadata = {}) {
      invocations[called.name] = (invocations[called.name] ?? 0) + 1;
      const model = start(called, trigger, metadata);
      const { context, inputs } = await model.getArguments();
      const result = await model.invokeFunction(context, inputs, called.handler);
      return (await model.getResponse(context, result)).returnValue ?? undefined;
    },
  };
}

export function triggerOf(called: RegisteredFunction): { readonly name: string; readonly binding: Binding } {
  for (const [name, binding] of Object.entries(called.bindings)) {
    if (isTrigger(binding)) {
      return { name, binding };
    }
  }
  throw new Error(`Function "${called.name}" has no trigger.`);
}

function isTrigger(binding: Binding): boolean {
  return /trigger$/i.test(binding.type);
}

function toLogLevel(level: string): LogLevel {
  return LOG_LEVELS.find((each) => each === level) ?? "information";
}

const TRIGGERS = ["httpTrigger", "timerTrigger", "eventGridTrigger", "orchestrationTrigger", "activityTrigger"];
const INPUTS = ["durableClient", "orchestrationClient"];

/** Refuses, by name, whatever this host does not serve, before anything runs. */
export function checkBindings(functions: readonly RegisteredFunction[]): void {
  const problems = functions.flatMap((called) =>
    Object.values(called.bindings)
      .filter((binding) => !isServed(binding))
      .map((binding) => `function "${called.name}": ${binding.direction} binding "${binding.type}"`),
  );
  if (problems.length > 0) {
    throw new Error(`The local Functions host does not serve: ${problems.join("; ")}.`);
  }
}

function isServed(binding: Binding): boolean {
  if (binding.direction === "out") {
    return binding.type === "http";
  }
  return isTrigger(binding) ? TRIGGERS.includes(binding.type) : INPUTS.includes(binding.type);
}
