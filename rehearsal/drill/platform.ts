/** The parts of a rehearsal that run the app: the embedded Azure, the app on the local host, and the gateways that ask its gate. */
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { Held } from "../azure/http.ts";
import { platformFromEstate } from "../azure/platform.ts";
import { startEmbeddedAzure, type EmbeddedAzure } from "../azure/server.ts";
import { readCertificate } from "../azure/tls.ts";
import type { Constants } from "../constants.ts";
import { collectRegistrations } from "../functions-host/core-module.ts";
import { startHost, type Host } from "../functions-host/host.ts";
import type { World } from "../world.ts";
import type { Automation } from "./job.ts";
import type { ArmWrite, RunStarted } from "./measures-log.ts";
import { rehearsedEstate } from "./rehearsed-estate.ts";

export interface PlatformSetting {
  readonly estate: Estate;
  readonly estateText: string;
  readonly automation: Automation;
  readonly constants: Constants;
  readonly world: World;
  readonly certificateFolder: string;
  readonly storageConnection: string;
  readonly stateTable: string;
  readonly historyDirectory: string;
  readonly functionKey: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What virtual time must know; nothing in real time. */
  readonly time: { readonly held?: Held; readonly onServer?: (server: Server) => void };
}

export interface Platform {
  readonly azure: EmbeddedAzure;
  readonly host: Host;
  readonly writes: readonly ArmWrite[];
  readonly starts: readonly RunStarted[];
  stop(): Promise<void>;
}

export async function startPlatform(setting: PlatformSetting): Promise<Platform> {
  const writes: ArmWrite[] = [];
  const starts: RunStarted[] = [];
  const azure = await startAzure(setting, writes);
  configure(setting, azure);
  const host = await startApp(setting, starts);
  const stopGates = askGates(setting, host);
  const stop = async (): Promise<void> => {
    stopGates();
    await host.stop();
    await azure.stop();
  };
  return { azure, host, writes, starts, stop };
}

async function startAzure({ certificateFolder, estate, constants, world, time }: PlatformSetting, writes: ArmWrite[]): Promise<EmbeddedAzure> {
  return startEmbeddedAzure({
    certificate: await readCertificate(certificateFolder),
    platform: platformFromEstate(estate, constants),
    world,
    constants,
    hooks: {
      ...(time.held === undefined ? {} : { held: time.held }),
      onPoolWritten: (at, gateway, pool, members) => writes.push({ kind: "pool", at, gateway, pool, members }),
      onOriginWritten: (at, edge, group, origin, enabled) =>
        writes.push({ kind: "origin", at, endedAt: at + constants.originOperationSeconds * 1000, edge, group, origin, enabled }),
    },
  });
}

/** The app's settings, as the platform would give them to its process. */
function configure({ estate, estateText, automation, storageConnection, stateTable }: PlatformSetting, azure: EmbeddedAzure): void {
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    AzureWebJobsStorage: storageConnection,
    STATE_TABLE: stateTable,
    ESTATE_JSON: rehearsedEstate(estateText, estate, azure, automation),
    PROBE_SCHEDULE: `*/${estate.detection.intervalSeconds} * * * * *`,
  });
}

const StartedRun = z.object({ run: z.object({ id: z.string(), region: z.string(), runbook: z.string(), initiator: z.string() }) });

async function startApp({ port, historyDirectory, functionKey, time }: PlatformSetting, starts: RunStarted[]): Promise<Host> {
  const host = await startHost({
    registrations: await collectRegistrations(() => import("../../src/index.ts")),
    hostJson: JSON.parse(await readFile(new URL("../../host.json", import.meta.url), "utf8")) as unknown,
    port,
    historyDirectory,
    functionKey,
    ...(time.onServer === undefined ? {} : { onServer: time.onServer }),
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
  if (!starts.some((start) => start.id === id)) starts.push({ id, at: Date.now(), region, runbook, automatic: initiator === "automatic" });
}

/** Every gateway asks its region's gate at the pace of its cache; what does not answer in time leaves things as they are. */
function askGates({ estate, constants, world }: PlatformSetting, host: Host): () => void {
  const timers = estate.gateways.map((gateway) =>
    setInterval(() => {
      fetch(`${host.url}/api/gates/${gateway.region}`, { signal: AbortSignal.timeout(constants.gateTimeoutSeconds * 1000) })
        .then(async (answer) => {
          await answer.arrayBuffer();
          if (answer.status === 200 || answer.status === 503) world.gateAnswered(Date.now(), gateway.id, answer.status === 200);
        })
        .catch(() => undefined);
    }, constants.gateCacheSeconds * 1000),
  );
  return () => timers.forEach((timer) => clearInterval(timer));
}
