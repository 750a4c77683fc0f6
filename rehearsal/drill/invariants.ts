/** What must hold in every drill, whatever happens. Each invariant has a test that violates it and is caught. */
import {
  admissionWithinReserve,
  approvalBeforeWrite,
  concurrencyWithinLimit,
  holdBeforeWrite,
  intentBeforeWrite,
  noWriteAgainstOperator,
} from "./invariants-control.ts";
import {
  membersStayDeclared,
  originLeftEnabled,
  oneEdgeWriteAtATime,
  poolNeverEmpty,
  routingRestored,
  weightsInRange,
} from "./invariants-routing.ts";
import type { Breach, DrillLog } from "./drill-log.ts";

export interface Violation extends Breach {
  readonly invariant: InvariantName;
}

export const INVARIANTS = {
  poolNeverEmpty,
  weightsInRange,
  membersStayDeclared,
  originLeftEnabled,
  oneEdgeWriteAtATime,
  routingRestored,
  intentBeforeWrite,
  noWriteAgainstOperator,
  approvalBeforeWrite,
  holdBeforeWrite,
  concurrencyWithinLimit,
  admissionWithinReserve,
} as const satisfies Record<string, (log: DrillLog) => readonly Breach[]>;

export type InvariantName = keyof typeof INVARIANTS;

export const INVARIANT_NAMES = Object.keys(INVARIANTS).filter((name): name is InvariantName => name in INVARIANTS);

/** In order of time. */
export function invariantViolations(log: DrillLog): readonly Violation[] {
  const all = INVARIANT_NAMES.flatMap((invariant) => INVARIANTS[invariant](log).map((breach) => ({ invariant, ...breach })));
  return all.sort((a, b) => a.at - b.at);
}
