/** Both runbooks: look, ask the pure core for the next move, carry it out, until there is nothing left to do. */
import { nextMove } from "../domain/moves.ts";
import type { Move, Run } from "../domain/run.ts";
import { activities, WAKE_EVENT, type RunInput } from "./contracts.ts";
import { call, continueAs, report, sleepUnless, type Durable, type DurableContext } from "./durable.ts";

/** Turns per history: the cost of a turn does not grow with the length of the incident. */
const TURNS_PER_HISTORY = 10;

export function* runbook(context: DurableContext, input: RunInput): Durable<string | undefined> {
  for (let turn = 0; turn < TURNS_PER_HISTORY; turn += 1) {
    const seen = yield* call(context, activities.observe, input.run);
    const move = nextMove(input.policy, input.run, seen);
    report(context, { phase: move.kind, reason: move.reason });
    const outcome = yield* carryOut(context, input.run, move);
    if (outcome !== undefined) return outcome;
  }
  continueAs(context, input);
  return undefined;
}

/** Returns the run's outcome once it has ended. */
function* carryOut(context: DurableContext, run: Run, move: Move): Durable<string | undefined> {
  switch (move.kind) {
    case "change":
      yield* changeHold(context, run, move);
      return undefined;
    case "converge":
      yield* convergeAgain(context, run);
      yield* sleepUnless(context, move.seconds, WAKE_EVENT);
      return undefined;
    case "wait":
      yield* sleepUnless(context, move.seconds, WAKE_EVENT);
      return undefined;
    case "finish":
      yield* call(context, activities.finish, { run, outcome: move.outcome, reason: move.reason });
      return move.outcome;
  }
}

/** Only what was written needs to be read back. */
function* convergeAgain(context: DurableContext, run: Run): Durable<void> {
  const converged = yield* call(context, activities.converge, run);
  if (converged.items.some((item) => item.state === "written")) yield* call(context, activities.verify, run);
}

/** intend → act → verify → record */
function* changeHold(context: DurableContext, run: Run, move: Extract<Move, { kind: "change" }>): Durable<void> {
  const step = { run, change: move.change, reason: move.reason };
  const intended = yield* call(context, activities.intend, step);
  if (intended === "lost") return;
  yield* call(context, activities.converge, run);
  const convergence = yield* call(context, activities.verify, run);
  yield* call(context, activities.record, { ...step, convergence });
}
