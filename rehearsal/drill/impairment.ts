/** What was truly wrong and where, at every instant of a drill: from the faults themselves. */
import type { Estate } from "../../src/domain/estate.ts";
import { isServerFailure } from "../traffic/faults.ts";
import type { DataPlaneFault } from "../world.ts";
import type { DrillFault, DrillLog } from "./drill-log.ts";

const TRUTH_MILLISECONDS = 60_000;

/** What an evacuation moves: deployments of a region, or (null) all of it, its gateways included. */
export interface Moved {
  readonly region: string;
  readonly scope: readonly string[] | null;
}

/** Failing part of the calls of what is moved, the worst minute that could have been evidence at this instant. */
export function evidenceShare(log: DrillLog, moved: Moved, at: number): number {
  const evidence = evidenceMilliseconds(log.estate);
  // The minute's mean is piecewise linear in its end: its greatest value is at a bend or at an edge of the window.
  const bends = log.faults.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt].flatMap((bend) => [bend, bend + TRUTH_MILLISECONDS]));
  const ends = [at - evidence, at, ...bends.filter((end) => end > at - evidence && end < at)];
  return Math.max(shareAt(log, moved, at), ...ends.map((end) => meanShare(log, moved, end - TRUTH_MILLISECONDS, end)));
}

/** Evidence may be as old as one confirm burst and a deadline, so a fault that ended that long ago still counts. */
export function evidenceMilliseconds({ detection }: Estate): number {
  const { burstProbes, burstSpacingSeconds, probeDeadlineSeconds } = detection;
  return ((burstProbes - 1) * burstSpacingSeconds + probeDeadlineSeconds) * 1000;
}

function meanShare(log: DrillLog, moved: Moved, from: number, to: number): number {
  const inside = log.faults.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).filter((bend) => bend > from && bend < to);
  const bends = [from, ...inside.sort((a, b) => a - b), to];
  const parts = bends.slice(1).map((bend, index) => (bend - bends[index]!) * shareAt(log, moved, bends[index]!));
  return parts.reduce((sum, part) => sum + part, 0) / (to - from);
}

/** All of a region's calls with its gateway down; else the mean of the deployments. */
function shareAt({ estate, faults }: Pick<DrillLog, "estate" | "faults">, { region, scope }: Moved, at: number): number {
  const active = faults.filter((fault) => fault.startsAt <= at && at < fault.endsAt).flatMap((fault) => fault.effects);
  const gateways = estate.gateways.filter((gateway) => gateway.region === region);
  const isGatewayDown = active.some((effect) => effect.kind === "gateway" && gateways.some(({ id }) => id === effect.gateway));
  if (scope === null && isGatewayDown) return 1;
  const deployments = estate.deployments.filter(({ id }) => (scope === null ? regionOf(estate, id) === region : scope.includes(id)));
  const shares = deployments.map(({ id }) => 1 - active.reduce((healthy, effect) => healthy * (1 - failingShare(estate, effect, id)), 1));
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function regionOf(estate: Estate, deployment: string): string | undefined {
  return estate.deployments.find(({ id }) => id === deployment)?.region;
}

/** What a client's own requests meet goes with them wherever they are served: no deployment is impaired by it. */
function failingShare(estate: Estate, effect: DataPlaneFault, deployment: string): number {
  if (effect.kind !== "deployment" && effect.kind !== "latency") return 0;
  return effect.deployment === deployment && impairs(estate, effect) ? effect.share : 0;
}

/** 429 is capacity and 401, 403 and 404 are mistakes of the caller's or of people: moving is no remedy for health. */
function impairs({ detection }: Estate, effect: DataPlaneFault): boolean {
  switch (effect.kind) {
    case "gateway":
      return true;
    case "deployment":
      return isServerFailure(effect.answer);
    case "latency":
      return effect.addMilliseconds >= detection.slowMilliseconds;
    default:
      return false;
  }
}

/** A fault that its region, or a part of it, should be evacuated from: it impairs enough of what it strikes. */
export function callsForEvacuation(fault: Pick<DrillFault, "effects">, estate: Estate, impairedAt: number): boolean {
  return fault.effects.some((effect) => impairs(estate, effect) && (!("share" in effect) || effect.share >= impairedAt));
}
