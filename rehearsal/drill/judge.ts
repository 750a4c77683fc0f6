/** From the logs of a drill to its result. */
import { bins, BIN_SECONDS, compare, poolShares } from "./series.ts";
import { holdLevels, ledgerIntents, survivorLoads } from "./app-log.ts";
import { faultText } from "./faults.ts";
import { invariantViolations } from "./invariants.ts";
import { appMode } from "./job.ts";
import { measure, type Measures } from "./measures.ts";
import type { DrillLog } from "./drill-log.ts";
import type { DrillResult, Summary, TimelineEntry } from "./result.ts";
import type { DrillSetting, PlatformLog } from "./setting.ts";

export function judge(setting: DrillSetting, log: PlatformLog, wallSeconds: () => number): DrillResult {
  const { job, estate, constants, world, normal, faults, startsAt } = setting;
  const { scenario, mode } = job;
  // Requests after the scenario's end arrive only while the drill waits for rest: they count for nobody, so that modes stay comparable.
  const requests = world.requests.filter((request) => request.arrivedAt < setting.scheduledEnd);
  const drill = drillLog(setting, log, requests);
  const measures = measure(drill, { constants, impairedAt: scenario.impairedAt });
  const seconds = (at: number): number => (at - startsAt) / 1000;
  return {
    scenario: scenario.name,
    title: scenario.title,
    estate: estate.name,
    traffic: job.trace?.file ?? `synthetic, ${scenario.traffic.requestsPerSecond} requests a second`,
    seed: scenario.seed,
    onsetShiftSeconds: job.onsetShiftSeconds,
    mode,
    summary: summarise(setting, log, measures, drill, wallSeconds),
    faults: measures.faults.map((fault) => {
      const planned = faults.find((other) => other.id === fault.fault);
      return { ...fault, startsSeconds: seconds(planned?.startsAt ?? startsAt), endsSeconds: seconds(planned?.endsAt ?? startsAt) };
    }),
    timeline: timeline(setting, log, measures),
    binSeconds: BIN_SECONDS,
    bins: bins(requests, estate, startsAt, setting.scheduledEnd),
    poolShares: poolShares(estate, normal.pools, log.writes, startsAt),
  };
}

function drillLog(
  { job, estate, world, normal, faults, startsAt }: DrillSetting,
  log: PlatformLog,
  requests: DrillLog["requests"],
): DrillLog {
  return {
    estate: { ...estate, safety: { ...estate.safety, mode: appMode(job.mode.automation) } },
    normal,
    startsAt,
    endsAt: log.endsAt,
    faults,
    requests,
    routability: world.routability,
    reachability: world.reachability,
    writes: log.writes,
    runs: log.starts,
    safety: log.safety,
    intents: log.app === null ? [] : ledgerIntents(log.app),
    holds: log.app === null ? [] : holdLevels(log.app),
    admissions: log.app === null ? [] : survivorLoads(log.app, estate),
  };
}

function summarise(setting: DrillSetting, log: PlatformLog, measures: Measures, drill: DrillLog, wallSeconds: () => number): Summary {
  const seconds = (at: number): number => (at - setting.startsAt) / 1000;
  const refusals = (log.app?.ledger ?? [])
    .filter(({ kind, text }) => kind === "decide" && text.includes(" is not evacuated: "))
    .map(({ text }) => text);
  return {
    ...measures.worst,
    requests: measures.requests,
    lost: measures.lost,
    lostShare: measures.requests === 0 ? 0 : measures.lost / measures.requests,
    lostByResult: measures.lostByResult,
    shed: measures.shed,
    falseEvacuations: measures.falseEvacuations,
    invariantViolations: invariantViolations(drill),
    guardRefusals: [...new Set(refusals)],
    runs: (log.app?.runs ?? []).map(({ run, outcome, endedAt }) => ({
      id: run.id,
      outcome,
      startedSeconds: seconds(Date.parse(run.startedAt)),
      endedSeconds: endedAt === null ? null : seconds(Date.parse(endedAt)),
    })),
    controlPlaneCalls: log.controlPlaneCalls,
    tableOperations: log.tableOperations,
    probeRounds: log.probeRounds,
    simulatedSeconds: seconds(log.endsAt),
    wallSeconds: wallSeconds(),
  };
}

function timeline({ faults, startsAt }: DrillSetting, { app, hostErrors }: PlatformLog, measures: Measures): readonly TimelineEntry[] {
  const seconds = (at: number): number => (at - startsAt) / 1000;
  const own = faults.flatMap((fault) => [
    { at: seconds(fault.startsAt), kind: "fault", text: faultText(fault, true), run: null },
    { at: seconds(fault.endsAt), kind: "fault", text: faultText(fault, false), run: null },
  ]);
  const measured = measures.faults.flatMap((fault) => {
    const planned = faults.find((other) => other.id === fault.fault);
    const from = seconds(planned?.startsAt ?? startsAt);
    const entry = (value: number | null, text: string): TimelineEntry[] =>
      value === null ? [] : [{ at: from + value, kind: "measure", text, run: null }];
    return [
      ...entry(fault.timeToEvacuationEffectiveSeconds, `${fault.fault}: no new request is routed to the failed target`),
      ...entry(fault.timeToReliefSeconds === 0 ? null : fault.timeToReliefSeconds, `${fault.fault}: clients are served as before`),
    ];
  });
  const told = [
    ...(app?.runs ?? []).flatMap(({ run, timeline: entries }) => entries.map((entry) => ({ entry, run: run.id }))),
    ...(app?.ledger ?? []).map((entry) => ({ entry, run: null })),
  ].map(({ entry, run }) => ({ at: seconds(Date.parse(entry.at)), kind: entry.kind, text: entry.text, run }));
  const host = hostErrors.map(({ at, text }) => ({ at: seconds(at), kind: "host", text, run: null }));
  return [...own, ...measured, ...told, ...host].toSorted(inOrder);
}

/** Entries of one instant stand in the order in which such things happen: which of two parallel writes was first is chance. */
const KINDS = ["fault", "measure", "host", "detect", "decide", "intend", "act", "propagate", "verify", "record", "note"];

function inOrder(a: TimelineEntry, b: TimelineEntry): number {
  return a.at - b.at || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compare(a.text, b.text);
}
