/** What orchestrations and activities agree on: names, inputs and outputs, all plain JSON. Types only; no implementation. */
import type { HoldChange } from "../domain/hold.ts";
import type { Convergence, Run, RunOutcome, RunPolicy, Seen } from "../domain/run.ts";

/** A named activity. The type parameters exist only for the compiler. */
export interface ActivityRef<I, O> {
  readonly name: string;
  readonly types?: (input: I) => O;
}

function activity<I, O>(name: string): ActivityRef<I, O> {
  return { name };
}

/** Raised on a run that waits when its region got worse. */
export const WAKE_EVENT = "wake";

export interface IntendInput {
  readonly run: Run;
  readonly change: HoldChange;
  readonly reason: string;
}

export interface FinishInput {
  readonly run: Run;
  readonly outcome: RunOutcome;
  readonly reason: string;
}

export interface Suspected {
  readonly cause: string;
  /** Absent in investigations that an older version started. */
  readonly targets?: readonly string[];
}

export const activities = {
  /** What the run's region looks like now. */
  observe: activity<Run, Seen>("observe"),
  /** Changes the hold by compare-and-swap and puts the intent on record; `lost` when another run owns the hold. */
  intend: activity<IntendInput, "intended" | "lost">("intend"),
  /** Makes routing follow the holds: the only writer. */
  converge: activity<Run, Convergence>("converge"),
  /** Reads back what was written. */
  verify: activity<Run, Convergence>("verify"),
  /** Puts on record how a step ended, and tells people what they must know. */
  record: activity<IntendInput & { readonly convergence: Convergence }, null>("record"),
  /** Ends the run. A restored region loses its hold, and with the last hold the episode closes. */
  finish: activity<FinishInput, null>("finish"),
  /** An immediate probe round with evaluation, on suspicion: the targets are put to a confirm burst. */
  probeNow: activity<Suspected, null>("probeNow"),
} as const;

export type ActivityName = keyof typeof activities;
export type InputOf<K extends ActivityName> = (typeof activities)[K] extends ActivityRef<infer I, unknown> ? I : never;
export type OutputOf<K extends ActivityName> = (typeof activities)[K] extends ActivityRef<never, infer O> ? O : never;

/** The input of both runbooks' orchestrations. */
export interface RunInput {
  readonly run: Run;
  readonly policy: RunPolicy;
}
