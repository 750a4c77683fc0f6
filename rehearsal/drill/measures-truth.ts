/** What was truly wrong, from the faults themselves: the judge of automatic evacuations. */
import type { DataPlaneFault } from "../world.ts";
import { isServerFailure } from "../traffic/faults.ts";
import type { DrillFault, DrillLog, RunStarted } from "./drill-log.ts";

const TRUTH_MILLISECONDS = 60_000;

export interface FalseEvacuation {
  readonly at: number;
  readonly region: string;
  /** True failure share of the region's calls, the worst minute that could have been evidence. */
  readonly failureShare: number;
  readonly reason: "healthy" | "survivors fail alike";
}

/**
 * Automatic evacuations of a region that was not impaired: its true failure share, now and over every minute that ends within the
 * evidence window before the start, is below `impairedAt`; or every other region's is not.
 */
export function falseEvacuations(log: DrillLog, impairedAt: number): readonly FalseEvacuation[] {
  return log.runs.filter((run) => run.automatic && run.runbook === "evacuate").flatMap((run) => judge(log, impairedAt, run));
}

function judge(log: DrillLog, impairedAt: number, { at, region }: RunStarted): readonly FalseEvacuation[] {
  const failureShare = evidenceShare(log, region, at);
  const survivors = new Set(log.estate.deployments.map((deployment) => deployment.region).filter((name) => name !== region));
  if (failureShare < impairedAt) return [{ at, region, failureShare, reason: "healthy" }];
  if (survivors.size > 0 && [...survivors].every((name) => evidenceShare(log, name, at) >= impairedAt)) {
    return [{ at, region, failureShare, reason: "survivors fail alike" }];
  }
  return [];
}

/** Evidence may be as old as one confirm burst and a deadline, so a fault that ended that long ago still counts. */
function evidenceShare(log: DrillLog, region: string, at: number): number {
  const { burstProbes, burstSpacingSeconds, probeDeadlineSeconds } = log.estate.detection;
  const evidence = ((burstProbes - 1) * burstSpacingSeconds + probeDeadlineSeconds) * 1000;
  // The minute's mean is piecewise linear in its end: its greatest value is at a bend or at an edge of the window.
  const bends = log.faults.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt].flatMap((bend) => [bend, bend + TRUTH_MILLISECONDS]));
  const ends = [at - evidence, at, ...bends.filter((end) => end > at - evidence && end < at)];
  return Math.max(shareAt(log, region, at), ...ends.map((end) => meanShare(log, region, end - TRUTH_MILLISECONDS, end)));
}

function meanShare(log: DrillLog, region: string, from: number, to: number): number {
  const inside = log.faults.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).filter((bend) => bend > from && bend < to);
  const bends = [from, ...inside.sort((a, b) => a - b), to];
  const parts = bends.slice(1).map((bend, index) => (bend - bends[index]!) * shareAt(log, region, bends[index]!));
  return parts.reduce((sum, part) => sum + part, 0) / (to - from);
}

/** Failing part of the region's calls at an instant: all of them with its gateway down, else the mean of its deployments. */
function shareAt(log: DrillLog, region: string, at: number): number {
  const active = log.faults.filter((fault) => fault.startsAt <= at && at < fault.endsAt).flatMap((fault) => fault.effects);
  const gateways = log.estate.gateways.filter((gateway) => gateway.region === region);
  if (active.some((effect) => effect.kind === "gateway" && gateways.some(({ id }) => id === effect.gateway))) return 1;
  const deployments = log.estate.deployments.filter((deployment) => deployment.region === region);
  const shares = deployments.map(({ id }) => 1 - active.reduce((healthy, effect) => healthy * (1 - failingShare(log, effect, id)), 1));
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** 429 is capacity, not health; an answer slower than the probe's deadline is no answer. */
function failingShare(log: DrillLog, effect: DataPlaneFault, deployment: string): number {
  if (effect.kind === "gateway" || effect.kind === "tokensPerMinute" || effect.deployment !== deployment) return 0;
  if (effect.kind === "deployment") return isServerFailure(effect.answer) ? effect.share : 0;
  return effect.addMilliseconds >= log.estate.detection.probeDeadlineSeconds * 1000 ? effect.share : 0;
}

/** Faults that a region can be evacuated from. */
export function callsForEvacuation(fault: Pick<DrillFault, "kind">): boolean {
  return fault.kind === "foundryDown" || fault.kind === "foundrySlow" || fault.kind === "gatewayDown";
}
