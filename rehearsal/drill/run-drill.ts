/** One drill, in a process that runs on virtual time: world, embedded Azure, the app on the local host, faults, and the measuring. */
import { performance } from "node:perf_hooks";
import { parseEstate } from "../../src/config/load.ts";
import { formatIssues } from "../../src/config/issues.ts";
import { scaled } from "../constants.ts";
import { createWorld } from "../traffic/world.ts";
import { EPOCH } from "../virtual-time/clock.ts";
import { lasts, plannedFaults } from "./faults.ts";
import type { Job } from "./job.ts";
import { judge } from "./judge.ts";
import { normalRouting } from "./normal-routing.ts";
import { runPlatform, type OnPlatform } from "./run-platform.ts";
import { LAST_ANSWER_MILLISECONDS, MAX_OVERTIME_SECONDS, NOTHING_HEARD, type DrillSetting, type PlatformLog } from "./setting.ts";
import type { DrillResult } from "./result.ts";
import { drillRequests, historyOf } from "./traffic-source.ts";

export async function runDrill(job: Job, onPlatform: OnPlatform = () => undefined): Promise<DrillResult> {
  const begun = performance.now();
  const setting = prepare(job);
  const log = job.mode.automation === "off" ? withoutApp(setting) : await runPlatform(setting, onPlatform);
  return judge(setting, log, () => Math.round((performance.now() - begun) / 10) / 100);
}

function prepare(job: Job): DrillSetting {
  const { scenario, mode, onsetShiftSeconds } = job;
  const loaded = parseEstate(job.estateText);
  if (!loaded.ok) throw new Error(formatIssues(loaded.issues, "estate"));
  const { estate } = loaded;
  const constants = scaled(mode);
  const normal = normalRouting(estate);
  const seconds = scenario.durationMinutes * 60;
  const breakers: DrillSetting["breakers"] = {};
  const world = createWorld({
    estate,
    initialPools: normal.pools,
    initialOrigins: normal.origins,
    requests: drillRequests(job, estate, EPOCH, seconds + MAX_OVERTIME_SECONDS),
    maxTokens: scenario.traffic.maxTokens,
    policy: mode.gateway,
    edgeProbe: mode.edge,
    constants,
    seed: scenario.seed,
    startAt: EPOCH,
    defaultTokensPerMinute: constants.assumedTokensPerMinute,
    ...historyOf(job, estate),
    breakerChanged: (...change) => breakers.listener?.(...change),
  });
  const faults = plannedFaults(scenario, estate, EPOCH, onsetShiftSeconds);
  return { job, estate, constants, world, normal, breakers, faults, startsAt: EPOCH, scheduledEnd: EPOCH + seconds * 1000 };
}

/** What Azure does without us: the same requests and faults, and nobody who acts. */
function withoutApp({ world, faults, scheduledEnd }: DrillSetting): PlatformLog {
  const events = faults.filter(lasts).flatMap((fault) => [
    { at: fault.startsAt, apply: () => fault.effects.forEach((effect, i) => world.startFault(fault.startsAt, `${fault.id}/${i}`, effect)) },
    { at: fault.endsAt, apply: () => fault.effects.forEach((_, i) => world.endFault(fault.endsAt, `${fault.id}/${i}`)) },
  ]);
  for (const event of events.sort((a, b) => a.at - b.at)) event.apply();
  world.advanceTo(scheduledEnd + LAST_ANSWER_MILLISECONDS);
  return {
    endsAt: scheduledEnd,
    writes: [],
    starts: [],
    safety: [],
    approvals: [],
    acts: [],
    heard: NOTHING_HEARD,
    controlPlaneCalls: {},
    tableOperations: 0,
    probeRounds: 0,
    app: null,
    hostErrors: [],
  };
}
