/**
 * Runs an orchestration through the SDK's own replay, turn by turn, on a history such as a host writes. The only file that imports
 * the SDK's private test utilities.
 */
import { createRequire } from "node:module";
import type { OrchestrationHandler } from "durable-functions";
import type { Durable, DurableContext } from "../../src/orchestrations/durable.ts";
import { T0 } from "./builders.ts";

const require = createRequire(import.meta.url);

interface TestingUtils {
  createOrchestrator(handler: OrchestrationHandler): (trigger: object, context: object) => Promise<Turn>;
  readonly DurableOrchestrationInput: new (
    instanceId: string,
    history: readonly object[],
    input: unknown,
    longRunningTimerInterval: string,
    maximumShortTimer: string,
    httpSleepMilliseconds: number,
    schemaVersion: number,
  ) => object;
  readonly DummyOrchestrationContext: new (name: string) => object;
}

const sdk = require("durable-functions/lib/src/util/testingUtils") as TestingUtils;

/** What the SDK gives back to the host after a turn. */
export interface Turn {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
}

export interface Timer {
  readonly actionType: 5;
  readonly fireAt: string;
  readonly isCanceled: boolean;
}

export type Action =
  | { readonly actionType: 0; readonly functionName: string; readonly input: unknown }
  | Timer
  /** The timer that is raced with an event. */
  | { readonly actionType: 11; readonly compoundActions: readonly [Timer, { readonly actionType: 6; readonly externalEventName: string }] }
  | { readonly actionType: 4; readonly input: unknown };

/** As the real host of the recordings says of itself: the schema decides how raced tasks are told. */
const HOST_SAYS = ["3.00:00:00", "6.00:00:00", 30_000, 3] as const;

// Event types of the Durable Task history.
const EVENT = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
} as const;

export interface Host {
  /** A rejection is a failed activity. */
  activity(name: string, input: unknown): Promise<unknown>;
  timer(seconds: number): Promise<void>;
}

/** Answers each activity as it is scheduled and fires each timer when it is due, until the body ends. Returns every turn. */
export async function replay<I>(
  name: string,
  body: (context: DurableContext, input: I) => Durable<unknown>,
  input: I,
  host: Host,
): Promise<readonly Turn[]> {
  const run = sdk.createOrchestrator(function* (context) {
    return yield* body(context, context.df.getInput<I>());
  });
  let now = Date.parse(T0);
  const event = (type: number, more: object = {}): object => ({
    EventType: type,
    EventId: -1,
    IsPlayed: false,
    Timestamp: new Date(now).toISOString(),
    ...more,
  });
  let history: readonly object[] = [
    event(EVENT.orchestratorStarted),
    event(EVENT.executionStarted, { Name: name, Input: JSON.stringify(input) }),
  ];
  const turns: Turn[] = [];
  for (let id = 0; ; id += 1) {
    const returned = await run(
      new sdk.DurableOrchestrationInput("instance", history, input, ...HOST_SAYS),
      new sdk.DummyOrchestrationContext(name),
    );
    // As the host gets it: JSON.
    const turn = JSON.parse(JSON.stringify(returned)) as Turn;
    turns.push(turn);
    const action = turn.actions.flat()[id];
    if (turn.isDone || action === undefined || action.actionType === 4) return turns;
    const next = [];
    if (action.actionType === 11 || action.actionType === 5) {
      const { fireAt } = action.actionType === 11 ? action.compoundActions[0] : action;
      next.push(event(EVENT.timerCreated, { EventId: id, FireAt: fireAt }), event(EVENT.orchestratorCompleted));
      await host.timer((Date.parse(fireAt) - now) / 1000);
      now = Date.parse(fireAt);
      next.push(event(EVENT.orchestratorStarted), event(EVENT.timerFired, { TimerId: id, FireAt: fireAt }));
    } else {
      next.push(event(EVENT.taskScheduled, { EventId: id, Name: action.functionName }), event(EVENT.orchestratorCompleted));
      const ended = await host.activity(action.functionName, action.input).then(
        (result) => event(EVENT.taskCompleted, { TaskScheduledId: id, Result: JSON.stringify(result) }),
        (error: Error) => event(EVENT.taskFailed, { TaskScheduledId: id, Reason: error.message, Details: "" }),
      );
      next.push(event(EVENT.orchestratorStarted), ended);
    }
    history = [...history, ...next];
  }
}
