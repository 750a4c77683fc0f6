/** The embedded Azure and the app on the local host, on virtual time, until routing is at rest. */
import { readFile } from "node:fs/promises";
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { samePoolMembers } from "../../src/domain/plan.ts";
import { readCertificate } from "../azure/tls.ts";
import { platformFromEstate } from "../azure/platform.ts";
import { startEmbeddedAzure, type EmbeddedAzure } from "../azure/server.ts";
import { collectRegistrations } from "../functions-host/core-module.ts";
import { startHost, type Host } from "../functions-host/host.ts";
import { now, runUntil } from "../virtual-time/clock.ts";
import { heldRequest, timedServer } from "../virtual-time/in-flight.ts";
import { readAppLog, type AppLog } from "./app-log.ts";
import { switchControlPlane } from "./faults.ts";
import type { ArmWrite, RunStarted, SafetyChange } from "./measures-log.ts";
import { rehearsedEstate } from "./rehearsed-estate.ts";
import { MAX_OVERTIME_SECONDS, type DrillSetting } from "./run-drill.ts";

export interface PlatformLog {
  readonly endsAt: number;
  readonly writes: readonly ArmWrite[];
  readonly starts: readonly RunStarted[];
  readonly safety: readonly SafetyChange[];
  readonly controlPlaneCalls: Readonly<Record<string, number>>;
  readonly tableOperations: number;
  readonly probeRounds: number;
  readonly app: AppLog | null;
}

const FUNCTION_KEY = "rehearsal";

export async function runPlatform(setting: DrillSetting): Promise<PlatformLog> {
  const writes: ArmWrite[] = [];
  const starts: RunStarted[] = [];
  const tables = countTableOperations(setting.job.storageConnection);
  const azure = await startAzure(setting, writes);
  configure(setting, azure);
  const host = await startApp(setting, starts);
  const stopGates = askGates(setting, host);
  scheduleFaults(setting, azure);
  await runUntil(setting.scheduledEnd);
  const tableOperations = tables.count;
  await runUntil(() => isAtRest(setting, writes, host), MAX_OVERTIME_SECONDS * 1000).catch(() => undefined);
  const endsAt = now();
  stopGates();
  const app = await readAppLog((path) => getJson(host, path));
  await host.stop();
  await azure.stop();
  const controlPlaneCalls: Record<string, number> = {};
  for (const { method, route } of azure.calls) controlPlaneCalls[`${method} ${route}`] = (controlPlaneCalls[`${method} ${route}`] ?? 0) + 1;
  const mode = setting.job.mode.automation === "on" ? "auto" : "recommend";
  return {
    endsAt,
    writes,
    starts,
    safety: [{ at: setting.startsAt, mode, killSwitch: false }],
    controlPlaneCalls,
    tableOperations,
    probeRounds: host.counts.invocations["probe"] ?? 0,
    app,
  };
}

async function startAzure({ job, estate, constants, world }: DrillSetting, writes: ArmWrite[]): Promise<EmbeddedAzure> {
  return startEmbeddedAzure({
    certificate: await readCertificate(job.certificateFolder),
    platform: platformFromEstate(estate, constants),
    world,
    constants,
    hooks: {
      held: heldRequest,
      onPoolWritten: (at, gateway, pool, members) => writes.push({ kind: "pool", at, gateway, pool, members }),
      onOriginWritten: (at, edge, group, origin, enabled) =>
        writes.push({ kind: "origin", at, endedAt: at + constants.originOperationSeconds * 1000, edge, group, origin, enabled }),
    },
  });
}

/** The app's settings, as the platform would give them to its process. */
function configure({ job, estate }: DrillSetting, azure: EmbeddedAzure): void {
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    AzureWebJobsStorage: job.storageConnection,
    STATE_TABLE: job.key,
    ESTATE_JSON: rehearsedEstate(job.estateText, estate, azure, job.mode.automation),
    PROBE_SCHEDULE: `*/${estate.detection.intervalSeconds} * * * * *`,
  });
}

const StartedRun = z.object({ run: z.object({ id: z.string(), region: z.string(), runbook: z.string(), initiator: z.string() }) });

async function startApp({ job }: DrillSetting, starts: RunStarted[]): Promise<Host> {
  const host = await startHost({
    registrations: await collectRegistrations(() => import("../../src/index.ts")),
    hostJson: JSON.parse(await readFile(new URL("../../host.json", import.meta.url), "utf8")) as unknown,
    port: 0,
    historyDirectory: join(job.workFolder, job.key),
    functionKey: FUNCTION_KEY,
    onServer: timedServer,
    onLog: ({ level, message }) => {
      if (level === "error" || level === "critical") console.error(JSON.stringify({ event: "host", at: new Date().toISOString(), message }));
    },
    onEvent: (event) => {
      if (event.kind === "instanceStarted") noteStart(host, event.instanceId, starts);
    },
  });
  return host;
}

/** Run ids are never used twice, so a second start of one (a continued history) is none. */
function noteStart(host: Host, instanceId: string, starts: RunStarted[]): void {
  const started = StartedRun.safeParse(host.instances().find((instance) => instance.instanceId === instanceId)?.input);
  if (!started.success) return;
  const { id, region, runbook, initiator } = started.data.run;
  if (!starts.some((start) => start.id === id)) starts.push({ id, at: now(), region, runbook, automatic: initiator === "automatic" });
}

/** Every gateway asks its region's gate at the pace of its cache; what does not answer in time leaves things as they are. */
function askGates({ estate, constants, world }: DrillSetting, host: Host): () => void {
  const timers = estate.gateways.map((gateway) =>
    setInterval(() => {
      fetch(`${host.url}/api/gates/${gateway.region}`, { signal: AbortSignal.timeout(constants.gateTimeoutSeconds * 1000) })
        .then(async (answer) => {
          await answer.arrayBuffer();
          if (answer.status === 200 || answer.status === 503) world.gateAnswered(now(), gateway.id, answer.status === 200);
        })
        .catch(() => undefined);
    }, constants.gateCacheSeconds * 1000),
  );
  return () => timers.forEach((timer) => clearInterval(timer));
}

function scheduleFaults({ faults, world }: DrillSetting, azure: EmbeddedAzure): void {
  for (const { fault, id, kind, region, effects, startsAt, endsAt } of faults) {
    const tell = (what: string): void => {
      const text = `${kind}${region === null ? "" : ` in ${region}`} ${what}`;
      console.info(JSON.stringify({ event: "fault", at: new Date().toISOString(), kind: "fault", text }));
    };
    setTimeout(() => {
      tell("begins");
      effects.forEach((effect, i) => world.startFault(now(), `${id}/${i}`, effect));
      switchControlPlane(azure.faults, fault, true);
    }, startsAt - now());
    setTimeout(() => {
      tell("ends");
      effects.forEach((_, i) => world.endFault(now(), `${id}/${i}`));
      switchControlPlane(azure.faults, fault, false);
    }, endsAt - now());
  }
}

/** Everything written is back to normal and no run is open. */
function isAtRest({ normal }: DrillSetting, writes: readonly ArmWrite[], host: Host): boolean {
  if (host.instances().some((instance) => instance.runtimeStatus === "Running" || instance.runtimeStatus === "Pending")) return false;
  const pools = normal.pools.every((pool) => {
    const last = writes.findLast((write) => write.kind === "pool" && write.gateway === pool.gateway && write.pool.toLowerCase() === pool.pool.toLowerCase());
    return last?.kind !== "pool" || samePoolMembers(last.members, pool.members);
  });
  const origins = normal.origins.every((origin) => {
    const last = writes.findLast((write) => write.kind === "origin" && write.edge === origin.edge && write.origin.toLowerCase() === origin.origin.toLowerCase());
    return last?.kind !== "origin" || last.enabled === origin.enabled;
  });
  return pools && origins;
}

async function getJson(host: Host, path: string): Promise<unknown> {
  const answer = await fetch(`${host.url}${path}`, { headers: { "x-functions-key": FUNCTION_KEY } });
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
