/**
 * The real app on the local Functions host, in real time: in front of the embedded Azure over TLS and a hand-made world, with its state
 * in Azurite. Timers never fire unless a test says when; an alert causes a round.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { TableClient } from "@azure/data-tables";
import { afterAll, beforeAll, vi } from "vitest";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { startEmbeddedAzure, type EmbeddedAzure } from "../../rehearsal/azure/server.ts";
import { makeCertificate } from "../../rehearsal/azure/tls.ts";
import { startTableService, type TableService } from "../../rehearsal/cli/table-service.ts";
import { scaled } from "../../rehearsal/constants.ts";
import type { RehearsedMode } from "../../rehearsal/drill/job.ts";
import { rehearsedEstate } from "../../rehearsal/drill/rehearsed-estate.ts";
import { NO_LATENCY } from "../../rehearsal/functions-host/constants.ts";
import { collectRegistrations, type Registrations } from "../../rehearsal/functions-host/core-module.ts";
import { startHost, type Host } from "../../rehearsal/functions-host/host.ts";
import type { LogLine } from "../../rehearsal/functions-host/worker.ts";
import { parseEstate } from "../../src/config/load.ts";
import { failingWorld, webhook, type Fail, type Notified } from "./app-surroundings.ts";
import type { FakeWorld } from "./fake-world.ts";

/** Looks like the real thing, so that a leak of it can be searched for. */
export const FUNCTION_KEY = "fk-0Zq7vX3mT9sLw2Rb";

/** Twelve hours away. The local host's timers reach no further than 24 days. */
const never = (): string => `0 0 ${(new Date().getUTCHours() + 12) % 24} * * *`;
const NO_WAITING = { armReadMilliseconds: 0, armWriteMilliseconds: 0, identityMilliseconds: 0, errorMilliseconds: 0 };

/** As quick as the schema allows: a failure is confirmed after one second. Nobody is restored but by hand. */
const QUICK = {
  detection: {
    burstProbes: 2,
    burstSpacingSeconds: 1,
    window: 2,
    failuresToFail: 2,
    successesToRecover: 1,
    probeDeadlineSeconds: 2,
    slowMilliseconds: 1500,
  },
  restore: { soakSeconds: 86_400, originSoakSeconds: 0 },
};

export interface Setting {
  readonly automation?: RehearsedMode;
  readonly probeSchedule?: string;
  readonly safety?: object;
  /** Between two looks of a run at its region. */
  readonly holdCheckSeconds?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the body is not JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test looks into is what it tests
  readonly body: any;
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Null = anonymous. */
  readonly key?: string | null;
}

export interface AppUnderTest {
  readonly azure: EmbeddedAzure;
  readonly world: FakeWorld;
  readonly host: Host;
  readonly tables: TableService;
  /** What the notification webhook was sent. */
  readonly notified: Notified[];
  /** Everything the host and the app have said. */
  readonly said: string[];
  /** A body that is a string is sent as it is. */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  /** An alert that is no other's, and the end of the round it causes. */
  round(): Promise<void>;
  /** How one region's deployments or gateway answer from now on; undefined = well. */
  readonly fail: Fail;
  /** The ETag of every row of the state table, by `partition/key`. */
  rows(): Promise<Readonly<Record<string, string>>>;
  /** All that the state table holds. */
  values(): Promise<readonly object[]>;
  /** The process dies and a new one goes on from disk. */
  restart(): Promise<void>;
}

export function appUnderTest(setting: Setting = {}): () => AppUnderTest {
  let running: { app: AppUnderTest; stop: () => Promise<void> } | undefined;
  beforeAll(async () => void (running = await start(setting)));
  afterAll(async () => running?.stop());
  return () => {
    if (running === undefined) throw new Error("not started");
    return running.app;
  };
}

async function start(setting: Setting): Promise<{ app: AppUnderTest; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "app-under-test-"));
  const [certificate, tables] = await Promise.all([makeCertificate(folder), startTableService()]);
  setDefaultCACertificates([...getCACertificates("default"), certificate.certificate]);
  const said = listen();
  const { notified, url: webhookUrl, close } = await webhook();
  const text = JSON.stringify({
    ...(JSON.parse(await readFile("examples/hub-to-hub.estate.json", "utf8")) as object),
    ...QUICK,
    evacuate: { holdCheckSeconds: setting.holdCheckSeconds ?? 5 },
    safety: setting.safety ?? {},
  });
  const loaded = parseEstate(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const constants = { ...scaled(), ...NO_WAITING };
  const { world, fail } = failingWorld();
  const azure = await startEmbeddedAzure({ certificate, platform: platformFromEstate(loaded.estate, constants), world, constants });
  Object.assign(process.env, {
    IDENTITY_ENDPOINT: azure.identityEndpoint,
    IDENTITY_HEADER: azure.identityHeader,
    AzureWebJobsStorage: tables.connection,
    STATE_TABLE: "AppUnderTest",
    ESTATE_JSON: rehearsedEstate(text, loaded.estate, azure, setting.automation ?? "auto"),
    PROBE_SCHEDULE: setting.probeSchedule ?? never(),
    NOTIFY_WEBHOOK_URL: webhookUrl,
  });
  const hosts = await hostOn(join(folder, "history"), said);
  const stop = async (): Promise<void> => {
    await hosts.current().stop();
    await azure.stop();
    tables.stop();
    close();
    await rm(folder, { recursive: true, force: true });
  };
  return { app: face({ azure, world, tables, notified, said, fail, hosts }), stop };
}

type Parts = Pick<AppUnderTest, "azure" | "world" | "tables" | "notified" | "said" | "fail"> & { readonly hosts: Hosts };

function face({ hosts, tables, ...parts }: Parts): AppUnderTest {
  const ask = (method: string, path: string, options?: Ask): Promise<Answer> => request(hosts.current().url + path, method, options);
  const table = TableClient.fromConnectionString(tables.connection, "AppUnderTest", { allowInsecureConnection: true });
  let rounds = 0;
  return {
    ...parts,
    tables,
    ask,
    get host() {
      return hosts.current();
    },
    restart: hosts.restart,
    async round() {
      const named = `round ${(rounds += 1)}`;
      const ended = (): boolean =>
        hosts
          .current()
          .instances()
          .every((instance) => instance.name !== "investigate" || isOver(instance.runtimeStatus));
      await vi.waitUntil(ended, WAIT);
      // What the knowledge timer does every minute.
      await (
        await registeredHandler("knowledge")
      )();
      const { body } = await ask("POST", "/api/alerts", { body: alertAbout("eastus2", { alertId: named, alertRule: named }) });
      if (body.outcome !== "started") throw new Error(`the alert was answered ${JSON.stringify(body)}`);
      await vi.waitUntil(ended, WAIT);
    },
    rows: async () => Object.fromEntries((await entities(table)).map((row) => [`${row.partitionKey}/${row.rowKey}`, row.etag])),
    values: () => entities(table),
  };
}

async function entities(table: TableClient): Promise<{ partitionKey?: string; rowKey?: string; etag: string }[]> {
  const rows = [];
  for await (const row of table.listEntities()) rows.push(row);
  return rows;
}

/** For `vi.waitUntil`: a limit for hangs, not for speed. */
export const WAIT = { timeout: 25_000, interval: 20 };

export function isOver(runtimeStatus: string): boolean {
  return !["Pending", "Running"].includes(runtimeStatus);
}

/** An alert that fired just now and names a region. */
export function alertAbout(region: string, essentials: object): object {
  const alert = alertOf({ firedDateTime: new Date().toISOString(), ...essentials });
  return { ...alert, data: { ...(alert as { data: object }).data, customProperties: { region } } };
}

export function alertOf(essentials: object): object {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: { essentials: { monitoringService: "Platform", monitorCondition: "Fired", ...essentials } },
  };
}

async function request(url: string, method: string, { body, headers = {}, key = FUNCTION_KEY }: Ask = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...(key === null ? {} : { "x-functions-key": key }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? (JSON.parse(text) as unknown) : undefined,
  };
}

/** What the app writes to the console goes where the host's lines go. */
function listen(): string[] {
  const said: string[] = [];
  for (const method of ["info", "log", "warn", "error", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...line: unknown[]) => void said.push(line.map(String).join(" ")));
  }
  process.on("warning", (warning) => said.push(`${warning.name}: ${warning.message}`));
  return said;
}

interface Hosts {
  current(): Host;
  restart(): Promise<void>;
}

/** Functions register once per process, so a restart is a new host on the same registrations and history. */
async function hostOn(historyDirectory: string, said: string[]): Promise<Hosts> {
  const registrations = await registrationsOfSource();
  const onLog = ({ level, functionName, message }: LogLine): void => void said.push(`${level} ${functionName ?? "host"} ${message}`);
  const hostJson = quickRestart(await readFile("host.json", "utf8"));
  const begin = (): Promise<Host> =>
    startHost({ registrations, hostJson, port: 0, historyDirectory, functionKey: FUNCTION_KEY, latency: NO_LATENCY, onLog });
  let host = await begin();
  return {
    current: () => host,
    async restart() {
      host.kill();
      host = await begin();
    },
  };
}

/** What a killed host was doing comes back after a second instead of the half minute that Azure's queue would take. */
function quickRestart(hostJson: string): unknown {
  return JSON.parse(hostJson.replace(/("workItemQueueVisibilityTimeout": )"[^"]*"/, '$1"00:00:01"'));
}

let registrations: Promise<Registrations> | undefined;

/** An app registers once per process. */
export function registrationsOfSource(): Promise<Registrations> {
  return (registrations ??= collectRegistrations(() => import("../../src/index.ts")));
}

/** A function's handler itself, for a timer that no test can wait for. */
export async function registeredHandler(name: string): Promise<(...inputs: unknown[]) => unknown> {
  const found = (await registrationsOfSource()).functions.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found.handler;
}
