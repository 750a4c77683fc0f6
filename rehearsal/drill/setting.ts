/** What a drill works with, and what its platform leaves behind for the judge. */
import type { Estate } from "../../src/domain/estate.ts";
import type { Routing } from "../../src/domain/routing.ts";
import type { Constants } from "../constants.ts";
import type { BreakerChanged } from "../traffic/breaker-events.ts";
import type { TrafficWorld } from "../traffic/world.ts";
import type { HostError } from "./app-host.ts";
import type { AppLog } from "./app-log.ts";
import type { PlannedFault } from "./faults.ts";
import type { Job } from "./job.ts";
import type { ApprovalGiven, ArmWrite, RunStarted, SafetyChange } from "./drill-log.ts";

/** Requests that arrived before the end are answered by then. */
export const LAST_ANSWER_MILLISECONDS = 120_000;

/** A drill that is not at rest this long after its scenario's end is stopped, and its invariants say so. */
export const MAX_OVERTIME_SECONDS = 2 * 3600;

export interface DrillSetting {
  readonly job: Job;
  readonly estate: Estate;
  readonly constants: Constants;
  readonly world: TrafficWorld;
  readonly normal: Routing;
  /** Whoever listens to the gateways' breakers. */
  readonly breakers: { listener?: BreakerChanged };
  readonly faults: readonly PlannedFault[];
  readonly startsAt: number;
  /** The scenario's own end; the drill goes on until routing is at rest. */
  readonly scheduledEnd: number;
}

/** Something that a fault did to the app or to Azure, with what was answered. */
export interface Act {
  readonly at: number;
  readonly text: string;
}

/** What the drill heard of the app while it ran. */
export interface Heard {
  /** Texts of its notifications. */
  readonly notifications: readonly string[];
  /** States that each region's Foundry was in, by its status. */
  readonly verdicts: Readonly<Record<string, readonly string[]>>;
}

export const NOTHING_HEARD: Heard = { notifications: [], verdicts: {} };

export interface PlatformLog {
  readonly endsAt: number;
  readonly writes: readonly ArmWrite[];
  readonly starts: readonly RunStarted[];
  readonly safety: readonly SafetyChange[];
  readonly approvals: readonly ApprovalGiven[];
  /** What came of alerts, events and people's actions. */
  readonly acts: readonly Act[];
  readonly heard: Heard;
  readonly controlPlaneCalls: Readonly<Record<string, number>>;
  readonly tableOperations: number;
  readonly probeRounds: number;
  readonly app: AppLog | null;
  readonly hostErrors: readonly HostError[];
}
