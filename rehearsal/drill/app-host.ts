/** The app on the local Functions host, which can be killed and started again on the same directory, as often as one likes. */
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { z } from "zod";
import { collectRegistrations, type Registrations } from "../functions-host/core-module.ts";
import { startHost, type Host, type HostOptions } from "../functions-host/host.ts";
import type { LogLine } from "../functions-host/worker.ts";
import type { HostEvent } from "../functions-host/durable/hub-options.ts";
import { beginLifetime } from "./lifetime.ts";
import type { RunStarted } from "./drill-log.ts";

export interface AppHostOptions {
  readonly historyDirectory: string;
  readonly functionKey: string;
  /** 0 takes a free one at every start. */
  readonly port: number;
  readonly onServer?: (server: Server) => void;
}

export interface AppHost {
  /** Where the running host serves; the last one's while none runs. */
  readonly url: string;
  readonly isUp: boolean;
  readonly starts: readonly RunStarted[];
  /** What the hosts logged as errors: handlers that threw, runs that failed. */
  readonly errors: readonly HostError[];
  /** Orchestrations on disk, in the order of their start. */
  instances(): ReturnType<Host["instances"]>;
  /** How often a function was invoked, over all hosts. */
  invocations(functionName: string): number;
  /** Hears of every host, those to come included. */
  onEvent(listener: (event: HostEvent) => void): void;
  /** As if the process had died. */
  kill(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface HostError {
  readonly at: number;
  /** One line. */
  readonly text: string;
}

export async function startAppHost(options: AppHostOptions): Promise<AppHost> {
  const registrations = await collectRegistrations(() => import("../../src/index.ts"));
  const hostJson = JSON.parse(await readFile(new URL("../../host.json", import.meta.url), "utf8")) as unknown;
  const errors: HostError[] = [];
  const starts: RunStarted[] = [];
  const listeners = [(event: HostEvent): void => noteStart(last().host, event, starts)];
  const ears: Ears = { onEvent: (event) => listeners.forEach((listener) => listener(event)), onError: (error) => void errors.push(error) };
  const begin = (): Promise<Running> => begun({ ...options, hostJson }, registrations, ears);
  const hosts = [await begin()];
  const last = (): Running => hosts.at(-1)!;
  let isUp = true;
  return {
    get url() {
      return last().host.url;
    },
    get isUp() {
      return isUp;
    },
    starts,
    errors,
    instances: () => last().host.instances(),
    invocations: (name) => hosts.reduce((sum, { host }) => sum + (host.counts.invocations[name] ?? 0), 0),
    onEvent: (listener) => void listeners.push(listener),
    kill() {
      if (isUp) last().kill();
      isUp = false;
    },
    async start() {
      if (isUp) return;
      isUp = true;
      hosts.push(await begin());
    },
    async stop() {
      if (isUp) await last().host.stop();
      isUp = false;
    },
  };
}

interface Running {
  readonly host: Host;
  kill(): void;
}

interface Ears {
  onEvent(event: HostEvent): void;
  onError(error: HostError): void;
}

async function begun(
  options: AppHostOptions & Pick<HostOptions, "hostJson">,
  app: Registrations,
  { onEvent, onError }: Ears,
): Promise<Running> {
  const { registrations, end } = beginLifetime(app);
  const onLog = ({ at, level, functionName, message }: LogLine): void => {
    if (level !== "error" && level !== "critical") return;
    const text = functionName === undefined ? firstLine(message) : `${functionName}: ${firstLine(message)}`;
    onError({ at, text });
    console.info(JSON.stringify({ event: "host", at: new Date(at).toISOString(), kind: "host", text }));
    console.error(message);
  };
  const host = await startHost({ ...options, registrations, onEvent, onLog });
  const kill = (): void => {
    host.kill();
    end();
  };
  return { host, kill };
}

/** Without what differs from one drill to the next: ports and the ids of calls. */
function firstLine(message: string): string {
  const line = message.split(/\r?\n|\\n/, 1)[0] ?? "";
  return line.replaceAll(/(127\.0\.0\.1|localhost):\d+/g, "$1").replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, "…");
}

const StartedRun = z.object({
  run: z.object({
    id: z.string(),
    region: z.string(),
    runbook: z.string(),
    scope: z.array(z.string()).nullable(),
    initiator: z.string(),
  }),
});

/** Run ids are never used twice, so a second start of one (a continued history, a hold without its run) is none. */
function noteStart(host: Host, event: HostEvent, starts: RunStarted[]): void {
  if (event.kind !== "instanceStarted") return;
  const started = StartedRun.safeParse(host.instances().find(({ instanceId }) => instanceId === event.instanceId)?.input);
  if (!started.success) return;
  const { id, region, runbook, scope, initiator } = started.data.run;
  if (starts.some((start) => start.id === id)) return;
  starts.push({ id, at: Date.now(), region, runbook, scope, automatic: initiator === "automatic" });
}
