/** A drill with the app: faults on virtual time, until routing is at rest. */
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { join } from "node:path";
import { now, runUntil } from "../virtual-time/clock.ts";
import { heldRequest, timedServer } from "../virtual-time/in-flight.ts";
import { readAppLog } from "./app-log.ts";
import { appMode } from "./job.ts";
import { departures } from "./measures-routing.ts";
import { startNotificationSink } from "./notifications.ts";
import { startPlatform, type Platform, type PlatformSetting } from "./platform.ts";
import { scheduleFaults } from "./schedule.ts";
import { compare } from "./series.ts";
import { LAST_ANSWER_MILLISECONDS, MAX_OVERTIME_SECONDS, type DrillSetting, type PlatformLog } from "./setting.ts";
import { watchVerdicts, type VerdictWatch } from "./verdict-watch.ts";

const FUNCTION_KEY = "rehearsal";

/** The slowest step of a run between two writes. */
const PEOPLE_SECONDS = 600;

/** What a test may do to a drill besides its faults: called once everything runs and before time passes. */
export type OnPlatform = (platform: Platform) => void;

export async function runPlatform(setting: DrillSetting, onPlatform: OnPlatform): Promise<PlatformLog> {
  const { job } = setting;
  const tables = countTableOperations(job.storageConnection);
  const sink = await startNotificationSink(timedServer);
  const platform = await startPlatform(platformSetting(setting, sink.url));
  const { azure, app, writes } = platform;
  const happened = scheduleFaults(setting, platform, FUNCTION_KEY);
  const watch = startWatch(setting, platform);
  onPlatform(platform);
  await runUntil(setting.scheduledEnd);
  const counted = { tableOperations: tables.count, probeRounds: app.invocations("probe") };
  await runUntil(setting.scheduledEnd + LAST_ANSWER_MILLISECONDS);
  await untilAtRest(setting, platform);
  const endsAt = now();
  watch?.stop();
  await app.start();
  const appLog = await readAppLog((path) => getJson(app.url, path));
  await whileTimePasses(platform.stop());
  await sink.stop();
  return {
    endsAt,
    writes,
    starts: app.starts,
    ...happened,
    heard: { notifications: sink.texts, verdicts: watch?.verdicts ?? {} },
    controlPlaneCalls: callsByRoute(azure),
    ...counted,
    app: appLog,
    hostErrors: app.errors,
  };
}

function platformSetting(setting: DrillSetting, notifyUrl: string): PlatformSetting {
  const { job } = setting;
  return {
    ...setting,
    estateText: job.estateText,
    mode: appMode(job.mode.automation, job.scenario.mode),
    notifyUrl,
    certificateFolder: job.certificateFolder,
    storageConnection: job.storageConnection,
    stateTable: job.key,
    historyDirectory: join(job.workFolder, job.key),
    functionKey: FUNCTION_KEY,
    port: 0,
    time: { held: heldRequest, onServer: timedServer },
  };
}

/** Only on demand: whoever asks costs the app table reads, which are counted. */
function startWatch({ job, estate }: DrillSetting, { app }: Platform): VerdictWatch | undefined {
  if (Object.keys(job.scenario.expect?.verdicts ?? {}).length === 0) return undefined;
  return watchVerdicts(() => getJson(app.url, "/api/status"), estate.detection.intervalSeconds);
}

/** By name, because which of two calls of one instant came first is chance. */
function callsByRoute({ calls }: Platform["azure"]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { method, route } of calls) counts.set(`${method} ${route}`, (counts.get(`${method} ${route}`) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => compare(a, b)));
}

/** Or until the longest overtime has passed: then the invariants say what is wrong. */
async function untilAtRest(setting: DrillSetting, platform: Platform): Promise<void> {
  const limit = MAX_OVERTIME_SECONDS * 1000;
  const latest = now() + limit;
  await runUntil(() => isAtRest(setting, platform) || awaitsPeople(setting, platform), limit).catch((error: unknown) => {
    if (now() < latest) throw error;
  });
}

/** What is under way when the host stops (a probe round that waits for its answers) ends in its own time. */
async function whileTimePasses(work: Promise<void>): Promise<void> {
  let isDone = false;
  const end = (): void => void (isDone = true);
  work.then(end, end);
  await runUntil(() => isDone);
  await work;
}

/** Everything written is back to normal and no run is open. */
function isAtRest({ normal }: DrillSetting, { writes, app }: Platform): boolean {
  if (!app.isUp || app.instances().some((instance) => instance.runtimeStatus === "Running" || instance.runtimeStatus === "Pending"))
    return false;
  return (["pool", "origin"] as const).every((kind) => departures({ normal, writes }, kind).at(-1)?.to !== Infinity);
}

/**
 * Nothing was written for so long that only a person can get it to go on: one who must approve, or one whose change to a pool stopped
 * the app, as it is meant to.
 */
function awaitsPeople({ estate, job, scheduledEnd }: DrillSetting, { writes }: Platform): boolean {
  if (job.scenario.mode !== "approve" && !writes.some(({ foreign }) => foreign)) return false;
  const patience = estate.safety.approval.timeoutSeconds + estate.restore.soakSeconds + PEOPLE_SECONDS;
  return now() - Math.max(scheduledEnd, ...writes.map(({ at }) => at)) > patience * 1000;
}

async function getJson(url: string, path: string): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, { headers: { "x-functions-key": FUNCTION_KEY } });
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  return answer.json();
}

/** Requests of this process to the table service, as it would bill them. */
function countTableOperations(connection: string): { count: number } {
  const port = /TableEndpoint=[^;]*:(\d+)\//.exec(connection)?.[1] ?? "";
  const counter = { count: 0 };
  subscribe("http.client.request.start", (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.host === "127.0.0.1" && String(request.getHeader("host") ?? "").endsWith(`:${port}`)) counter.count += 1;
  });
  return counter;
}
