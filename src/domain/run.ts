/** A run: one execution of a runbook in an episode. What a run carries from turn to turn is small; everything else is read anew. */
import type { Estate } from "./estate.ts";
import type { GuardCode } from "./guards/codes.ts";
import type { Hold, HoldChange, Initiator } from "./hold.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import type { Runbook, RunMode } from "./runbook.ts";

export interface Run {
  readonly id: string;
  readonly runbook: Runbook;
  readonly region: string;
  readonly mode: RunMode;
  /** Deployments whose traffic it moves; null = all of the region's. */
  readonly scope: readonly string[] | null;
  /** Share [0–1] at which the run ends: what an evacuation leaves the region, 1 for a restore. */
  readonly targetShare: number;
  readonly initiator: Initiator;
  readonly reason: string;
  readonly startedAt: string;
  readonly override?: { readonly guard: GuardCode; readonly reason: string };
}

/** The policy a run is carried out under, frozen in its input: a replay never reads configuration. */
export type RunPolicy = Pick<Estate, "evacuate" | "restore">;

/** How one written thing stands. `owed`: refused for now, to be tried again. `drift`: somebody else changed it. */
export type ConvergedState = "matched" | "written" | "propagating" | "owed" | "drift" | "unserved";

export interface Converged {
  readonly kind: "pool" | "origin";
  /** `gateway/pool` or `edge/group/origin`. */
  readonly target: string;
  /** The gateway's region: where its management plane stands. */
  readonly region: string;
  readonly state: ConvergedState;
  readonly reason: string;
  /** Owed in vain, with nothing of ours in it to be taken back: it is retried, but no restore waits for it. */
  readonly moot?: true;
  /** For a Front Door write that Azure is still carrying out. */
  readonly operation?: string;
  /** Since when it has been in this state. */
  readonly since: string;
}

export interface Convergence {
  readonly at: string;
  readonly items: readonly Converged[];
}

/** What a run sees at the start of a turn. */
export interface Seen {
  readonly at: string;
  readonly hold: Hold | null;
  readonly killSwitchOn: boolean;
  readonly verdict: RegionVerdict;
  /** Whether the latest probes of the region's deployments still fail: younger than the verdict. */
  readonly stillFailing: boolean;
  /** An edge leads to the region's gateways, and no data leaves its boundary when it is told to leave them. */
  readonly mayLeaveEdge: boolean;
  readonly convergence: Convergence | null;
  /** Answers of the region's deployments since the hold's share was last changed; null = not measured (yet). */
  readonly answers: { readonly count: number; readonly failed: number } | null;
}

export type Move =
  | { readonly kind: "change"; readonly change: HoldChange; readonly reason: string }
  /** Nothing new to want, but something is owed or on its way: converge again. */
  | { readonly kind: "converge"; readonly seconds: number; readonly reason: string }
  | { readonly kind: "wait"; readonly seconds: number; readonly reason: string }
  | { readonly kind: "finish"; readonly outcome: RunOutcome; readonly reason: string };

/** `declined`: nobody let it begin; `lapsed`: there was no more reason to before anybody did. */
export type RunOutcome = "restored" | "handedOver" | "declined" | "lapsed";
