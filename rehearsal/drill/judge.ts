/** From the logs of a drill to its result. */
import { bins, BIN_SECONDS, compare, poolShares } from "./series.ts";
import { holdLevels, ledgerIntents, refusingGuards, survivorLoads, toldDrift } from "./app-log.ts";
import { judgeExpectations } from "./expect.ts";
import { faultText, lasts } from "./faults.ts";
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
  const entries = timeline(setting, log, measures);
  const summary = summarise(setting, log, measures, drill, wallSeconds);
  return {
    scenario: scenario.name,
    title: scenario.title,
    estate: estate.name,
    traffic: job.trace?.file ?? `synthetic, ${scenario.traffic.requestsPerSecond} requests a second`,
    seed: scenario.seed,
    onsetShiftSeconds: job.onsetShiftSeconds,
    mode,
    summary: { ...summary, ...expectations(setting, log, summary, entries) },
    faults: measures.faults.map((fault) => {
      const planned = faults.find((other) => other.id === fault.fault);
      return { ...fault, startsSeconds: seconds(planned?.startsAt ?? startsAt), endsSeconds: seconds(planned?.endsAt ?? startsAt) };
    }),
    timeline: entries,
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
    estate: { ...estate, safety: { ...estate.safety, mode: appMode(job.mode.automation, job.scenario.mode) } },
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
    approvals: log.approvals,
    drift: log.app === null ? [] : toldDrift(log.app),
    intents: log.app === null ? [] : ledgerIntents(log.app),
    holds: log.app === null ? [] : holdLevels(log.app),
    admissions: log.app === null ? [] : survivorLoads(log.app, estate),
  };
}

function expectations(
  { job, estate, faults }: DrillSetting,
  { starts, heard, app }: PlatformLog,
  { runs }: Summary,
  entries: readonly TimelineEntry[],
): Pick<Summary, "expectations"> {
  const { scenario, mode } = job;
  if (scenario.expect === undefined || app === null || mode.automation !== "on" || mode.gateway !== scenario.gateway) return {};
  const told = entries.filter(({ kind }) => !OWN_KINDS.includes(kind));
  const unmet = judgeExpectations(scenario, { estate, faults, starts, runs, refusedBy: refusingGuards(app), timeline: told, heard });
  return { expectations: { met: unmet.length === 0, unmet } };
}

/** The rehearsal's own entries of the timeline. */
const OWN_KINDS = ["fault", "event", "measure", "host"];

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

function timeline(
  { faults, startsAt }: DrillSetting,
  { app, acts, hostErrors }: PlatformLog,
  measures: Measures,
): readonly TimelineEntry[] {
  const seconds = (at: number): number => (at - startsAt) / 1000;
  const own = faults.flatMap((fault) => [
    { at: seconds(fault.startsAt), kind: "fault", text: faultText(fault, true), run: null },
    ...(lasts(fault) ? [{ at: seconds(fault.endsAt), kind: "fault", text: faultText(fault, false), run: null }] : []),
  ]);
  const events = acts.map(({ at, text }) => ({ at: seconds(at), kind: "event", text, run: null }));
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
  return [...own, ...events, ...measured, ...told, ...host].toSorted(inOrder);
}

/** Entries of one instant stand in the order in which such things happen: which of two parallel writes was first is chance. */
const KINDS = ["fault", "event", "measure", "host", "detect", "decide", "intend", "act", "propagate", "verify", "record", "note"];

function inOrder(a: TimelineEntry, b: TimelineEntry): number {
  return a.at - b.at || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compare(a.text, b.text);
}
