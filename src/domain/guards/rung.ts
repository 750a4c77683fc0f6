/** What every rung of the guard ladder is asked, and how it answers. */
import type { Admission } from "../admission.ts";
import type { Capacity } from "../capacity.ts";
import type { HoldLimits } from "../desired-routing.ts";
import type { Estate } from "../estate.ts";
import { leave, type Handover } from "../handover.ts";
import type { EstateState, Initiator } from "../hold.ts";
import type { RegionVerdict } from "../region-verdict.ts";
import type { Routing } from "../routing.ts";
import type { Convergence } from "../run.ts";

/** An evacuation that is considered. */
export interface Proposal {
  readonly estate: Estate;
  readonly state: EstateState;
  readonly region: string;
  /** Deployments that are to be left; null = all of the region's. */
  readonly scope: readonly string[] | null;
  readonly verdicts: readonly RegionVerdict[];
  readonly admission: Admission;
  readonly capacity: Capacity;
  /** The normal routing; null when it could never be read. */
  readonly routing: Routing | null;
  /** How the last writes of the open episode stand; null = nothing was written. */
  readonly convergence: Convergence | null;
  readonly initiator: Initiator;
  /** Share the deployments are to keep; 1 when only the region's gateway is to be left. */
  readonly share: number;
  readonly now: string;
}

/** A proposal with what most rungs look at, worked out once. */
export interface Climb extends Proposal {
  readonly verdict: RegionVerdict | undefined;
  /** Who takes over from whom; null when the routing is unknown. Empty when no tokens move. */
  readonly handovers: readonly Handover[] | null;
}

export interface Finding {
  readonly outcome: "passed" | "refused" | "shrunk";
  /** For a person, with numbers. */
  readonly reason: string;
  /** For `shrunk`: the least share that must be kept. */
  readonly share?: number;
}

export type Rung = (climb: Climb) => Finding;

export function passed(reason: string): Finding {
  return { outcome: "passed", reason };
}

export function refused(reason: string): Finding {
  return { outcome: "refused", reason };
}

export const ROUTING_UNKNOWN = "the pools' routing has never been read";

export function toClimb(proposal: Proposal, handovers: Climb["handovers"]): Climb {
  const { verdicts, region } = proposal;
  return { ...proposal, verdict: verdicts.find((verdict) => verdict.region === region), handovers };
}

export function handoversOf({ estate, state, region, scope, routing, share, admission }: Proposal): readonly Handover[] | null {
  if (share >= 1) return [];
  if (routing === null) return null;
  const leaving: HoldLimits = { region, scope, share: 0, origin: "enabled", takers: admission.takers };
  const others = state.holds.filter((hold) => hold.region !== region);
  return leave(estate, routing, others, leaving).handovers;
}

export function hasDeployment(estate: Estate, region: string): boolean {
  return estate.deployments.some((deployment) => deployment.region === region);
}

/** `west, north`; at most five names, then how many more. */
export function names(all: readonly string[]): string {
  const shown = [...new Set(all)];
  return shown.length <= 5 ? shown.join(", ") : `${shown.slice(0, 5).join(", ")} and ${shown.length - 5} more`;
}
