/**
 * A local Functions host: runs an app, unmodified, as the real host and Node worker do. Start, kill and start again on the same
 * directory: orchestrations go on from disk. Works on virtual and on real time; it asks only the global Date and timers.
 */
import { EventEmitter } from "node:events";
import type { Server } from "node:http";
import { join } from "node:path";
import { type DurableLatency, MEASURED_LATENCY } from "./constants.ts";
import type { Registrations } from "./core-module.ts";
import { Agenda } from "./durable/agenda.ts";
import { clientBinding, type Webhooks } from "./durable/client-binding.ts";
import { type DurableCounts, type HostEvent, TaskHub } from "./durable/hub.ts";
import type { InstanceStatus } from "./durable/instances.ts";
import { manage } from "./durable/management.ts";
import { openStore } from "./durable/store.ts";
import { parseHostJson } from "./host-json.ts";
import { createHttpTriggers, type HttpAnswer, type HttpCall } from "./http-triggers.ts";
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
  /** In the order of their creation. */
  instances(): readonly InstanceStatus[];
  /** After the result is on disk and before anything follows from it. */
  onActivityCompleted(listener: (instanceId: string, activity: string) => void): void;
  readonly counts: Counts;
}

export async function startHost(options: HostOptions): Promise<Host> {
  const settings = parseHostJson(options.hostJson);
  checkBindings(options.registrations.functions);
  const { log, onError } = logging(options);
  const main = await listen(options.port);
  const rpc = await listen(0);
  const webhooks = {
    taskHubName: settings.hubName,
    baseUrl: `${main.url}${WEBHOOK_BASE}`.replace(/\/$/, ""),
    rpcBaseUrl: `${rpc.url}${RPC_BASE}`,
    key: options.functionKey,
  };
  const worker = createWorker({ registrations: options.registrations, durableClient: () => clientBinding(webhooks), log });
  const events = new EventEmitter<{ event: [HostEvent] }>();
  events.on("event", (event) => options.onEvent?.(event));
  const hub = new TaskHub({
    store: openStore(join(options.historyDirectory, "instances")),
    worker,
    settings,
    latency: options.latency ?? MEASURED_LATENCY,
    logError: (message) => log({ at: Date.now(), level: "error", message }),
    emit: (event) => void events.emit("event", event),
  });
  const agenda = new Agenda();
  [main.server, rpc.server].forEach((server) => options.onServer?.(server));
  try {
    serve(rpc.server, (call) => Promise.resolve().then(() => durableAnswer(hub, webhooks, call, RPC_BASE)));
    serve(main.server, respondOnMain(options, { worker, hub, webhooks, routePrefix: settings.routePrefix, onError }));
    startTimerTriggers({ worker, agenda, directory: join(options.historyDirectory, "timers"), settings: options.settings ?? process.env, onError });
  } catch (error) {
    [main.server, rpc.server].forEach(close);
    throw error;
  }
  hub.resume();
  return hostOf({ main, rpc, rpcUrl: webhooks.rpcBaseUrl, hub, agenda, worker, events });
}

interface Parts {
  readonly main: { readonly server: Server; readonly url: string };
  readonly rpc: { readonly server: Server };
  readonly rpcUrl: string;
  readonly hub: TaskHub;
  readonly agenda: Agenda;
  readonly worker: Worker;
  readonly events: EventEmitter<{ event: [HostEvent] }>;
}

function hostOf({ main, rpc, rpcUrl, hub, agenda, worker, events }: Parts): Host {
  const closeAll = (): void => [main.server, rpc.server].forEach(close);
  return {
    url: main.url,
    rpcUrl,
    kill() {
      hub.kill();
      agenda.kill();
      closeAll();
    },
    async stop() {
      await Promise.all([hub.stop(), agenda.drain()]);
      closeAll();
    },
    instances: () => hub.instances.list(),
    onActivityCompleted(listener) {
      events.on("event", (event) => {
        if (event.kind === "activityCompleted") {
          listener(event.instanceId, event.name);
        }
      });
    },
    counts: { invocations: worker.invocations, durable: hub.counts },
  };
}

interface MainParts {
  readonly worker: Worker;
  readonly hub: TaskHub;
  readonly webhooks: Webhooks;
  readonly routePrefix: string;
  readonly onError: (called: { name: string }, error: unknown) => void;
}

function respondOnMain({ functionKey }: HostOptions, { worker, hub, webhooks, routePrefix, onError }: MainParts): Respond {
  const keyed = (call: HttpCall): boolean => hasKey(call, functionKey);
  const functions = createHttpTriggers({ worker, routePrefix, hasKey: keyed, onError });
  return async (call) => {
    if (!call.url.pathname.startsWith(WEBHOOK_BASE)) {
      return await functions(call);
    }
    return keyed(call) ? durableAnswer(hub, webhooks, call, WEBHOOK_BASE) : { status: 401, headers: { "www-authenticate": "Bearer" } };
  };
}

const RPC_BASE = "/durabletask/";
const WEBHOOK_BASE = "/runtime/webhooks/durabletask/";

function logging({ onLog }: HostOptions): { log: (line: LogLine) => void; onError: (called: { name: string }, error: unknown) => void } {
  const log = (line: LogLine): void => {
    if (LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf("information")) {
      onLog?.(line);
    }
  };
  const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { log, onError: ({ name }, error) => log({ at: Date.now(), level: "error", functionName: name, message: describe(error) }) };
}

function hasKey({ headers, url }: HttpCall, key: string): boolean {
  return headers["x-functions-key"] === key || url.searchParams.get("code") === key;
}

function durableAnswer(hub: TaskHub, webhooks: Webhooks, call: HttpCall, base: string): HttpAnswer {
  const answer = manage(hub, webhooks, {
    method: call.method,
    path: call.url.pathname.slice(base.length).split("/").filter((part) => part !== "").map(decodeURIComponent),
    query: call.url.searchParams,
    contentType: call.headers["content-type"] ?? "",
    body: Buffer.from(call.body).toString("utf8"),
    url: call.url.href,
  });
  if (answer.body === undefined) {
    return { status: answer.status, ...(answer.headers && { headers: answer.headers }) };
  }
  const headers = { "content-type": "application/json; charset=utf-8", ...answer.headers };
  return { status: answer.status, headers, body: JSON.stringify(answer.body) };
}
