/** The watch: what the rounds have seen lately. It has one row, which every round swaps. */
import type { LimiterReading } from "../domain/capacity.ts";
import type { Observation, Sample } from "../domain/observation.ts";
import type { Verdict } from "../domain/verdict.ts";

/** What the probes of one target have cost in a day (UTC). */
export interface Spend {
  readonly requests: number;
  readonly tokens: number;
}

/** The timer's next round, claimed ahead. */
export interface Reservation {
  readonly by: string;
  /** From then on the targets are left to it. */
  readonly from: string;
  readonly until: string;
}

type ByTarget<T> = Readonly<Record<string, T>>;

export interface Watch {
  /** The prober's own, oldest first. */
  readonly observations: ByTarget<readonly Observation[]>;
  /** Of the same targets through other regions' gateways. */
  readonly witnesses: ByTarget<readonly Observation[]>;
  /** The prober's own probes by minute. */
  readonly samples: ByTarget<readonly Sample[]>;
  readonly verdicts: ByTarget<Verdict>;
  readonly limiter: ByTarget<LimiterReading>;
  /** The day that `spent` is of: `2026-01-05`. */
  readonly spentOn: string | null;
  readonly spent: ByTarget<Spend>;
  /** Why a target was not probed in the last round that could have. */
  readonly skipped: ByTarget<string>;
  /** When a suspicion's target was last put to a confirm burst. */
  readonly confirmed: ByTarget<string>;
  /** Rounds that ended lately: their claims are void. */
  readonly ended: readonly string[];
  readonly reserved: Reservation | null;
  readonly roundAt: string | null;
}

export const EMPTY_WATCH: Watch = {
  observations: {},
  witnesses: {},
  samples: {},
  verdicts: {},
  limiter: {},
  spentOn: null,
  spent: {},
  skipped: {},
  confirmed: {},
  ended: [],
  reserved: null,
  roundAt: null,
};
