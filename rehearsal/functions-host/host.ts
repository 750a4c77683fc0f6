/**
 * A local Functions host: runs an app, unmodified, as the real host and Node worker do. Start, kill and start again on the same
 * directory: orchestrations go on from disk. Works on virtual and on real time; it asks only the global Date and timers.
 */
import type { Server } from "node:http";
import { join } from "node:path";
import { type DurableLatency, MEASURED_LATENCY } from "./constants.ts";
import type { Registrations } from "./core-module.ts";
import { Agenda } from "./durable/agenda.ts";
import { clientBinding, type Webhooks } from "./durable/client-binding.ts";
import type { DurableCounts, HostEvent } from "./durable/hub-options.ts";
import { TaskHub } from "./durable/hub.ts";
import type { InstanceStatus } from "./durable/instances.ts";
import { durableAnswer } from "./durable/management.ts";
import { openStore } from "./durable/store.ts";
import { createEventGridTriggers, EVENT_GRID_PATH } from "./event-grid-triggers.ts";
import { type HostSettings, parseHostJson } from "./host-json.ts";
import { createHttpTriggers, hasKey, type HttpCall } from "./http-triggers.ts";
import { close, listen, type Respond, serve } from "./server.ts";
import { startTimerTriggers } from "./timer-triggers.ts";
import { checkBindings, createWorker, LOG_LEVELS, type LogLine, type Worker } from "./worker.ts";

export interface HostOptions {
  readonly registrations: Registrations;
  /** The parsed content of host.json. */
  readonly hostJson: unknown;
  /** 0 takes a free port. */
  readonly port: number;
  /** Where orchestrations and timers are kept; a host on the directory of a killed one goes on where that was. */
  readonly historyDirectory: string;
  /** The one key: of functions, of the admin level and of the durable webhooks. */
  readonly functionKey: string;
  readonly latency?: DurableLatency;
  /** App settings for `%NAME%`; process.env unless given. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  readonly onLog?: (line: LogLine) => void;
  readonly onEvent?: (event: HostEvent) => void;
  /** Called with each server before it serves: virtual time must know them. */
  readonly onServer?: (server: Server) => void;
}

export interface Counts {
  readonly invocations: Readonly<Record<string, number>>;
  readonly durable: Readonly<DurableCounts>;
}

export interface Host {
  /** Functions and webhooks: `http://127.0.0.1:{port}`. */
  readonly url: string;
  /** The durable client's: `http://127.0.0.1:{port}/durabletask/`. */
  readonly rpcUrl: string;
  /** As if the process had died: nothing under way has any further effect in the host. */
  kill(): void;
  /** Lets running invocations finish, then ends. */
  stop(): Promise<void>;
  /** In the order of their start. */
  instances(): readonly InstanceStatus[];
  /** After the result is on disk and before anything follows from it. */
  onActivityCompleted(listener: (instanceId: string, activity: string) => void): void;
  readonly counts: Counts;
}

export async function startHost(options: HostOptions): Promise<Host> {
  const settings = parseHostJson(options.hostJson);
  checkBindings(options.registrations.functions);
  const agenda = new Agenda();
  const main = await listen(options.port);
  const rpc = await listen(0);
  const webhooks = {
    taskHubName: settings.hubName,
    baseUrl: `${main.url}${WEBHOOK_BASE}`.replace(/\/$/, ""),
    rpcBaseUrl: `${rpc.url}${RPC_BASE}`,
    key: options.functionKey,
  };
  const parts: Parts = { options, settings, agenda, servers: [main.server, rpc.server], webhooks, ...logging(options, agenda) };
  try {
    return begin(parts, main.url);
  } catch (error) {
    agenda.kill();
    parts.servers.forEach(close);
    throw error;
  }
}

interface Parts extends Logging {
  readonly options: HostOptions;
  readonly settings: HostSettings;
  readonly agenda: Agenda;
  /** Functions and webhooks; the durable client's. */
  readonly servers: readonly [Server, Server];
  readonly webhooks: Webhooks;
}

function begin(parts: Parts, url: string): Host {
  const { options, agenda, servers, webhooks, log, onError } = parts;
  const [mainServer, rpcServer] = servers;
  const worker = createWorker({ registrations: options.registrations, durableClient: () => clientBinding(webhooks), log });
  const activityListeners: ActivityListener[] = [];
  const hub = createHub(parts, worker, activityListeners);
  servers.forEach((server) => options.onServer?.(server));
  serve(rpcServer, agenda, async (call) => durableAnswer(hub, webhooks, call, RPC_BASE));
  serve(mainServer, agenda, respondOnMain(parts, worker, hub));
  const timers = join(options.historyDirectory, "timers");
  startTimerTriggers({ worker, agenda, directory: timers, settings: options.settings ?? process.env, onError });
  hub.resume();
  return {
    url,
    rpcUrl: webhooks.rpcBaseUrl,
    kill() {
      agenda.kill();
      servers.forEach(close);
    },
    async stop() {
      mainServer.close();
      await agenda.drain();
      servers.forEach(close);
    },
    instances: () => hub.instances.list(),
    onActivityCompleted: (listener) => void activityListeners.push(listener),
    counts: { invocations: worker.invocations, durable: hub.counts },
  };
}

type ActivityListener = (instanceId: string, activity: string) => void;

function createHub({ options, settings, agenda, log }: Parts, worker: Worker, activityListeners: readonly ActivityListener[]): TaskHub {
  return new TaskHub({
    agenda,
    store: openStore(join(options.historyDirectory, "instances")),
    worker,
    settings,
    latency: options.latency ?? MEASURED_LATENCY,
    logError: (message) => log({ at: Date.now(), level: "error", message }),
    emit: (event) =>
      outside(() => {
        options.onEvent?.(event);
        if (event.kind === "activityCompleted") {
          activityListeners.forEach((listener) => listener(event.instanceId, event.name));
        }
      }),
  });
}

/** A listener's own error is not the run's: it stops the process instead. */
function outside(work: () => void): void {
  try {
    work();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function respondOnMain({ options, settings, webhooks, onError }: Parts, worker: Worker, hub: TaskHub): Respond {
  const keyed = (call: HttpCall): boolean => hasKey(call, options.functionKey);
  const functions = createHttpTriggers({ worker, routePrefix: settings.routePrefix, hasKey: keyed, onError });
  const events = createEventGridTriggers({ worker, hasKey: keyed, onError });
  return async (call) => {
    if (call.url.pathname.toLowerCase() === EVENT_GRID_PATH) {
      return await events(call);
    }
    if (!call.url.pathname.startsWith(WEBHOOK_BASE)) {
      return await functions(call);
    }
    return keyed(call) ? durableAnswer(hub, webhooks, call, WEBHOOK_BASE) : { status: 401, headers: { "www-authenticate": "Bearer" } };
  };
}

const RPC_BASE = "/durabletask/";
const WEBHOOK_BASE = "/runtime/webhooks/durabletask/";

interface Logging {
  readonly log: (line: LogLine) => void;
  readonly onError: (called: { name: string }, error: unknown) => void;
}

/** Information and above; what still runs after a kill is not heard. */
function logging({ onLog }: HostOptions, agenda: Agenda): Logging {
  const log = (line: LogLine): void => {
    if (!agenda.isDead && LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf("information")) {
      onLog?.(line);
    }
  };
  const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { log, onError: ({ name }, error) => log({ at: Date.now(), level: "error", functionName: name, message: describe(error) }) };
}
