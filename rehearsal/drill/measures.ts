/** The measures of design section 5, from the drill's own log. Seconds since a fault's onset unless the name says otherwise. */
import type { Constants } from "../constants.ts";
import type { DataPlaneFault } from "../world.ts";
import type { DrillFault, DrillLog } from "./drill-log.ts";
import { type Outcome, isLost, outcomesOf, timeToReliefSeconds } from "./measures-relief.ts";
import { type Interval, departures } from "./measures-routing.ts";
import { callsForEvacuation } from "./impairment.ts";
import { type FalseEvacuation, falseEvacuations } from "./measures-truth.ts";

/** null = it did not happen, or (for faults that call for no evacuation) there is nothing to measure. */
export interface Times {
  /** The first run that was started for the region while the fault was on. */
  readonly timeToDetectSeconds: number | null;
  /** No gateway's configuration routes to the failed deployments; for a failed gateway: no edge site sends requests to it. */
  readonly timeToEvacuationEffectiveSeconds: number | null;
  readonly timeToReliefSeconds: number | null;
  /** What physics allows; the phase of the probe timer adds up to one interval. A partial fault may need longer. */
  readonly floorSeconds: number | null;
  /** From the fault's end until ARM's pools are as before, to the field; null also when they were never changed. */
  readonly timeToRestoreSeconds: number | null;
  /** The same for Front Door's origins. */
  readonly timeToRestoreEdgeSeconds: number | null;
}

export interface FaultMeasures extends Times {
  readonly fault: string;
  readonly kind: DrillFault["kind"];
  readonly region: string | null;
  /** Client requests that arrived while the fault was on and ended in anything but 2xx. */
  readonly lost: number;
}

export interface Measures {
  readonly faults: readonly FaultMeasures[];
  readonly worst: Times;
  readonly requests: number;
  readonly lost: number;
  readonly lostByResult: Readonly<Record<string, number>>;
  /** Refused by declared policy; nothing is shed yet. */
  readonly shed: number;
  readonly falseEvacuations: readonly FalseEvacuation[];
}

export interface MeasureSettings {
  readonly constants: Constants;
  readonly impairedAt: number;
}

/** Faults of the control plane have no row: clients do not meet them. */
export function measure(log: DrillLog, settings: MeasureSettings): Measures {
  const outcomes = outcomesOf(log.requests);
  const routing = { pools: departures(log, "pool"), origins: departures(log, "origin") };
  const experienced = log.faults.filter((fault) => fault.effects.length > 0);
  const faults = experienced.map((fault) => faultMeasures(log, fault, outcomes, routing, settings));
  const lost = log.requests.filter(isLost);
  const lostByResult: Record<string, number> = {};
  for (const { result } of lost) lostByResult[result] = (lostByResult[result] ?? 0) + 1;
  return {
    faults,
    worst: worstOf(
      faults.filter((_, index) => isEvacuable(log, experienced[index], settings)),
      faults,
    ),
    requests: log.requests.length,
    lost: lost.length,
    lostByResult,
    shed: 0,
    falseEvacuations: falseEvacuations(log, settings.impairedAt),
  };
}

function isEvacuable({ estate }: DrillLog, fault: DrillFault | undefined, { impairedAt }: MeasureSettings): boolean {
  return fault !== undefined && callsForEvacuation(fault, estate, impairedAt);
}

function faultMeasures(
  log: DrillLog,
  fault: DrillFault,
  outcomes: readonly Outcome[],
  routing: { readonly pools: readonly Interval[]; readonly origins: readonly Interval[] },
  settings: MeasureSettings,
): FaultMeasures {
  const { id, kind, region, startsAt, endsAt } = fault;
  const evacuable = isEvacuable(log, fault, settings);
  return {
    fault: id,
    kind,
    region,
    timeToDetectSeconds: evacuable ? timeToDetect(log, fault) : null,
    timeToEvacuationEffectiveSeconds: evacuable ? timeToEffective(log, fault) : null,
    timeToReliefSeconds: timeToReliefSeconds(outcomes, startsAt, log.endsAt),
    floorSeconds: evacuable ? floorSeconds(log, fault, settings.constants) : null,
    timeToRestoreSeconds: timeToRestore(log, fault, routing.pools),
    timeToRestoreEdgeSeconds: timeToRestore(log, fault, routing.origins),
    lost: outcomes.filter(({ at, lost }) => lost && at >= startsAt && at < endsAt).length,
  };
}

/** A restore is no detection. A run that was open before the fault is not a start. */
function timeToDetect(log: DrillLog, { region, startsAt, endsAt }: DrillFault): number | null {
  const starts = log.runs.filter((run) => run.region === region && run.runbook !== "restore" && run.at >= startsAt && run.at < endsAt);
  return starts.length === 0 ? null : secondsSince(startsAt, Math.min(...starts.map((run) => run.at)));
}

interface Change {
  readonly at: number;
  readonly open: boolean;
}

/** The first instant of the fault at which all its targets are closed to new requests. */
function timeToEffective(log: DrillLog, { effects, startsAt, endsAt }: DrillFault): number | null {
  const targets = effects.map((effect) => changesOf(log, effect));
  const instants = [startsAt, ...targets.flat().map((change) => change.at)].filter((at) => at >= startsAt && at < endsAt);
  const closed = instants.sort((a, b) => a - b).find((at) => targets.every((changes) => !isOpenAt(changes, at)));
  return closed === undefined ? null : secondsSince(startsAt, closed);
}

function changesOf(log: DrillLog, effect: DataPlaneFault): readonly Change[] {
  if (effect.kind === "clients") return [];
  return effect.kind === "gateway"
    ? log.reachability.filter((change) => change.gateway === effect.gateway).map(({ at, reachable }) => ({ at, open: reachable }))
    : log.routability.filter((change) => change.deployment === effect.deployment).map(({ at, routable }) => ({ at, open: routable }));
}

function isOpenAt(changes: readonly Change[], at: number): boolean {
  return changes.findLast((change) => change.at <= at)?.open ?? true;
}

/**
 * A deployment: the probes that make it failing at the burst's spacing, the last one's answer, the pools' propagation.
 * A gateway: the samples that every edge site must see fail, and the last one's answer.
 */
function floorSeconds(log: DrillLog, { effects }: DrillFault, constants: Constants): number {
  const { failuresToFail, burstSpacingSeconds, probeDeadlineSeconds } = log.estate.detection;
  const floors = effects.map((effect) => {
    if (effect.kind === "gateway") {
      const samples = constants.edgeSampleSize - constants.edgeSuccessfulSamplesRequired;
      const answer = effect.answer === "timeout" ? constants.edgeProbeTimeoutSeconds : constants.gatewayStatusMilliseconds / 1000;
      return samples * constants.edgeProbeIntervalSeconds + answer;
    }
    const answer = Math.min(probeDeadlineSeconds, responseSeconds(effect, constants));
    return (failuresToFail - 1) * burstSpacingSeconds + answer + constants.poolPropagationSeconds;
  });
  return Math.max(...floors);
}

function responseSeconds(effect: Exclude<DataPlaneFault, { kind: "gateway" }>, constants: Constants): number {
  if (effect.kind === "latency") return (effect.addMilliseconds + constants.firstTokenMilliseconds) / 1000;
  return effect.kind === "deployment" && effect.answer === "timeout" ? Infinity : constants.errorMilliseconds / 1000;
}

/** Departures after the next fault began belong to that one. 0 when routing was normal again before the fault ended. */
function timeToRestore(log: DrillLog, { startsAt, endsAt }: DrillFault, away: readonly Interval[]): number | null {
  const later = log.faults.filter((fault) => fault.effects.length > 0 && fault.startsAt >= endsAt).map((fault) => fault.startsAt);
  const horizon = Math.min(Infinity, ...later);
  const last = away.findLast(({ from, to }) => to > startsAt && from < horizon);
  return last === undefined || last.to === Infinity ? null : Math.max(0, secondsSince(endsAt, last.to));
}

/** Where one never happened, that is the worst; restores are judged by an invariant, so the longest counts. */
function worstOf(evacuable: readonly FaultMeasures[], all: readonly FaultMeasures[]): Times {
  return {
    timeToDetectSeconds: longest(evacuable.map((fault) => fault.timeToDetectSeconds)),
    timeToEvacuationEffectiveSeconds: longest(evacuable.map((fault) => fault.timeToEvacuationEffectiveSeconds)),
    timeToReliefSeconds: longest(all.map((fault) => fault.timeToReliefSeconds)),
    floorSeconds: longest(evacuable.map((fault) => fault.floorSeconds)),
    timeToRestoreSeconds: longest(all.map((fault) => fault.timeToRestoreSeconds).filter((value) => value !== null)),
    timeToRestoreEdgeSeconds: longest(all.map((fault) => fault.timeToRestoreEdgeSeconds).filter((value) => value !== null)),
  };
}

function longest(values: readonly (number | null)[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)));
}

function secondsSince(from: number, at: number): number {
  return (at - from) / 1000;
}
