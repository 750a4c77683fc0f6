/** The parts of a rehearsal that run the app: the embedded Azure, the app on the local host, and the gateways that ask its gate. */
import type { Server } from "node:http";
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { Held } from "../azure/http.ts";
import { platformFromEstate } from "../azure/platform.ts";
import { installNames } from "../azure/names.ts";
import { startEmbeddedAzure, type EmbeddedAzure } from "../azure/server.ts";
import { readCertificate } from "../azure/tls.ts";
import type { Constants } from "../constants.ts";
import type { World } from "../world.ts";
import { startAppHost, type AppHost } from "./app-host.ts";
import type { RehearsedMode } from "./job.ts";
import type { ArmWrite } from "./drill-log.ts";
import { rehearsedEstate } from "./rehearsed-estate.ts";

export interface PlatformSetting {
  readonly estate: Estate;
  readonly estateText: string;
  readonly mode: RehearsedMode;
  readonly constants: Constants;
  readonly world: World;
  readonly certificateFolder: string;
  readonly storageConnection: string;
  readonly stateTable: string;
  /** Where the app's notifications go; absent = nowhere. */
  readonly notifyUrl?: string;
  readonly historyDirectory: string;
  readonly functionKey: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What virtual time must know; nothing in real time. */
  readonly time: { readonly held?: Held; readonly onServer?: (server: Server) => void };
}

export interface Platform {
  readonly azure: EmbeddedAzure;
  readonly app: AppHost;
  readonly writes: readonly ArmWrite[];
  stop(): Promise<void>;
}

export async function startPlatform(setting: PlatformSetting): Promise<Platform> {
  const { azure, writes, settings } = await startSurroundings({ ...setting, names: true });
  const forgetNames = installNames(azure.nameAnswer);
  Object.assign(process.env, settings);
  const { historyDirectory, functionKey, port, time } = setting;
  const app = await startAppHost({
    historyDirectory,
    functionKey,
    port,
    ...(time.onServer === undefined ? {} : { onServer: time.onServer }),
  });
  const stopGates = askGates(setting, () => app.url);
  const stop = async (): Promise<void> => {
    stopGates();
    await app.stop();
    await azure.stop();
    forgetNames();
  };
  return { azure, app, writes, stop };
}

/** What the app runs in: the embedded Azure, and the settings that the platform would give to the app's process. */
export interface Surroundings {
  readonly azure: EmbeddedAzure;
  readonly writes: readonly ArmWrite[];
  readonly settings: Readonly<Record<string, string>>;
}

export type SurroundingsSetting = Omit<PlatformSetting, "historyDirectory" | "functionKey" | "port"> & {
  /** Hosts under names of their own, which only this process resolves. Default: all on the loopback's address. */
  readonly names?: boolean;
};

export async function startSurroundings(setting: SurroundingsSetting): Promise<Surroundings> {
  const { certificateFolder, estate, constants, world, time, names = false } = setting;
  const writes: ArmWrite[] = [];
  const azure = await startEmbeddedAzure({
    certificate: await readCertificate(certificateFolder),
    platform: platformFromEstate(estate, constants),
    world,
    constants,
    names,
    hooks: {
      ...(time.held === undefined ? {} : { held: time.held }),
      onPoolWritten: (at, gateway, pool, members, writer) =>
        writes.push({ kind: "pool", at, gateway, pool, members, ...(writer === "other" ? { foreign: true } : {}) }),
      onOriginWritten: (at, edge, group, origin, enabled) =>
        writes.push({ kind: "origin", at, endedAt: at + constants.originOperationSeconds * 1000, edge, group, origin, enabled }),
    },
  });
  return { azure, writes, settings: appSettings(setting, azure) };
}

function appSettings(setting: SurroundingsSetting, azure: EmbeddedAzure): Record<string, string> {
  const { estate, estateText, mode, storageConnection, stateTable, notifyUrl } = setting;
  return {
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    AzureWebJobsStorage: storageConnection,
    STATE_TABLE: stateTable,
    ESTATE_JSON: rehearsedEstate(estateText, estate, azure, mode),
    PROBE_SCHEDULE: `*/${estate.detection.intervalSeconds} * * * * *`,
    ...(notifyUrl === undefined ? {} : { NOTIFY_WEBHOOK_URL: notifyUrl }),
  };
}

const GateAnswer = z.object({ state: z.enum(["open", "closed"]) });

/** Every gateway asks its region's gate at the pace of its cache; what does not answer in time leaves things as they are. */
export function askGates({ estate, constants, world }: SurroundingsSetting, appUrl: () => string): () => void {
  const timers = estate.gateways.map((gateway) =>
    setInterval(() => {
      fetch(`${appUrl()}/api/gates/${gateway.region}`, { signal: AbortSignal.timeout(constants.gateTimeoutSeconds * 1000) })
        .then(async (answer) => {
          // A Function App that is down answers 503 too: only the gate's own word counts.
          const gate = GateAnswer.safeParse(await answer.json());
          if (gate.success) world.gateAnswered(Date.now(), gateway.id, gate.data.state === "open");
        })
        .catch(() => undefined);
    }, constants.gateCacheSeconds * 1000),
  );
  return () => timers.forEach((timer) => clearInterval(timer));
}
