/** What a drill results in. The same seed gives the same object byte for byte, `wallSeconds` apart. */
import type { Violation } from "./invariants.ts";
import type { Mode } from "./job.ts";
import type { FaultMeasures, Times } from "./measures.ts";
import type { FalseEvacuation } from "./measures-truth.ts";

export interface Summary extends Times {
  readonly requests: number;
  readonly lost: number;
  /** Part [0–1] of the requests that were lost. */
  readonly lostShare: number;
  readonly lostByResult: Readonly<Record<string, number>>;
  /** Refused by declared policy: not lost. */
  readonly shed: number;
  readonly falseEvacuations: readonly FalseEvacuation[];
  readonly invariantViolations: readonly Violation[];
  readonly guardRefusals: readonly string[];
  readonly runs: readonly {
    readonly id: string;
    readonly outcome: string | null;
    readonly startedSeconds: number;
    readonly endedSeconds: number | null;
  }[];
  /** Of the scenario; only with automation on and its own gateway policy. `lostAtMostShareOfOff` is for whoever has both drills. */
  readonly expectations?: { readonly met: boolean; readonly unmet: readonly string[] };
  /** Calls by route template of the control plane. */
  readonly controlPlaneCalls: Readonly<Record<string, number>>;
  readonly tableOperations: number;
  readonly probeRounds: number;
  readonly simulatedSeconds: number;
  readonly wallSeconds: number;
}

export interface TimelineEntry {
  /** Seconds since the drill's start. */
  readonly at: number;
  /** A ledger kind, `fault` and `measure` for the rehearsal's own, or `host` for an error that the host logged. */
  readonly kind: string;
  readonly text: string;
  readonly run: string | null;
}

/** One bin of the plots. */
export interface Bin {
  readonly at: number;
  readonly requests: number;
  readonly lost: number;
  /** Requests answered by each region's deployments. */
  readonly answeredBy: Readonly<Record<string, number>>;
  /** Tokens of those. */
  readonly tokensBy: Readonly<Record<string, number>>;
}

/** Share [0–1] of a gateway pool's first-choice traffic that ARM's configuration gives to each region, from this instant on. */
export interface PoolShare {
  readonly at: number;
  readonly pool: string;
  readonly shares: Readonly<Record<string, number>>;
}

export interface DrillResult {
  readonly scenario: string;
  readonly title: string;
  readonly estate: string;
  readonly traffic: string;
  readonly seed: number;
  readonly onsetShiftSeconds: number;
  readonly mode: Mode;
  readonly summary: Summary;
  readonly faults: readonly (FaultMeasures & { readonly startsSeconds: number; readonly endsSeconds: number })[];
  readonly timeline: readonly TimelineEntry[];
  readonly binSeconds: number;
  readonly bins: readonly Bin[];
  readonly poolShares: readonly PoolShare[];
}
