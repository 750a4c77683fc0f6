/**
 * What a drill knows of itself, as plain data: the only input of the measures and invariants. Instants are virtual milliseconds since
 * the Unix epoch. Everything but ledger, holds, admissions and safety is what the rehearsal saw, not what the app says of itself.
 */
import type { Estate } from "../../src/domain/estate.ts";
import type { PoolMember, Routing } from "../../src/domain/routing.ts";
import type { ReachabilityChange, RoutabilityChange } from "../traffic/change-log.ts";
import type { DataPlaneFault, RequestRecord } from "../world.ts";
import type { Fault } from "./scenario.ts";

/** A fault of the scenario with its effects on the world (none for a fault of the control plane). `endsAt` is exclusive. */
export interface DrillFault {
  readonly id: string;
  readonly kind: Fault["kind"];
  readonly region: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly effects: readonly DataPlaneFault[];
}

/** A write that ARM accepted. `foreign`: a person's or another program's, not the app's. */
export type ArmWrite = PoolWrite | OriginWrite;

export interface PoolWrite {
  readonly kind: "pool";
  readonly at: number;
  readonly gateway: string;
  readonly pool: string;
  readonly members: readonly PoolMember[];
  readonly foreign?: true;
}

export interface OriginWrite {
  readonly kind: "origin";
  readonly at: number;
  /** When its long-running operation ended. */
  readonly endedAt: number;
  readonly edge: string;
  readonly group: string;
  readonly origin: string;
  readonly enabled: boolean;
  readonly foreign?: true;
}

/** The host saw an orchestration start. */
export interface RunStarted {
  readonly id: string;
  readonly at: number;
  readonly region: string;
  readonly runbook: string;
  /** Deployments that it moves; null = the region. */
  readonly scope: readonly string[] | null;
  readonly automatic: boolean;
}

/** A ledger row of intent: what a write was about to touch. An edge is written as a whole. */
export type LedgerIntent = { readonly at: number; readonly run: string | null; readonly automatic: boolean } & (
  { readonly kind: "pool"; readonly gateway: string; readonly pool: string } | { readonly kind: "origin"; readonly edge: string }
);

/** The estate's mode and kill switch from this instant on. */
export interface SafetyChange {
  readonly at: number;
  readonly mode: Estate["safety"]["mode"];
  readonly killSwitch: boolean;
}

/** A region's hold from this instant on; a share of null means there is none any more. */
export interface HoldLevel {
  readonly at: number;
  readonly region: string;
  /** Deployments that it limits; null = all of the region's. */
  readonly scope: readonly string[] | null;
  readonly share: number | null;
  readonly automatic: boolean;
}

/** A person's word on a run that waits, as the app took it. */
export interface ApprovalGiven {
  readonly at: number;
  readonly run: string;
  readonly approved: boolean;
}

/** What one decision to move traffic let a survivor's quota pool carry, in tokens per minute. */
export interface SurvivorLoad {
  readonly at: number;
  readonly quotaPool: string;
  readonly limit: number;
  readonly load: number;
  /** A person overrode the guard. */
  readonly overridden: boolean;
}

/** Lists need not be in order of time, except `routability` and `reachability` (the world's own). */
export interface DrillLog {
  readonly estate: Estate;
  /** Routing in ARM at the start, and the one to which everything must return. */
  readonly normal: Routing;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly faults: readonly DrillFault[];
  readonly requests: readonly RequestRecord[];
  readonly routability: readonly RoutabilityChange[];
  readonly reachability: readonly ReachabilityChange[];
  readonly writes: readonly ArmWrite[];
  readonly runs: readonly RunStarted[];
  readonly intents: readonly LedgerIntent[];
  readonly safety: readonly SafetyChange[];
  readonly approvals: readonly ApprovalGiven[];
  readonly holds: readonly HoldLevel[];
  /** `gateway/pool` of the pools that the app told to have been changed by somebody else. */
  readonly drift: readonly string[];
  readonly admissions: readonly SurvivorLoad[];
}

/** One breach of an invariant; the text carries its numbers. */
export interface Breach {
  readonly at: number;
  readonly detail: string;
}
