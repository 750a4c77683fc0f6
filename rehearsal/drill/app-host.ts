/** The app on the local Functions host, which can be killed and started again on the same directory, as often as one likes. */
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { z } from "zod";
import { collectRegistrations, type Registrations } from "../functions-host/core-module.ts";
import { startHost, type Host } from "../functions-host/host.ts";
import type { HostEvent } from "../functions-host/durable/hub-options.ts";
import { beginLifetime } from "./lifetime.ts";
import type { RunStarted } from "./measures-log.ts";

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

export async function startAppHost(options: AppHostOptions): Promise<AppHost> {
  const registrations = await collectRegistrations(() => import("../../src/index.ts"));
  const hostJson = JSON.parse(await readFile(new URL("../../host.json", import.meta.url), "utf8")) as unknown;
  const listeners: ((event: HostEvent) => void)[] = [];
  const begin = (): Promise<Running> =>
    begun(options, registrations, hostJson, (event) => listeners.forEach((listener) => listener(event)));
  const hosts = [await begin()];
  const starts: RunStarted[] = [];
  let isUp = true;
  const last = (): Running => hosts.at(-1)!;
  listeners.push((event) => {
    if (event.kind === "instanceStarted") noteStart(last().host, event.instanceId, starts);
  });
  return {
    get url() {
      return last().host.url;
    },
    get isUp() {
      return isUp;
    },
    starts,
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

async function begun(
  options: AppHostOptions,
  app: Registrations,
  hostJson: unknown,
  onEvent: (event: HostEvent) => void,
): Promise<Running> {
  const { registrations, end } = beginLifetime(app);
  const host = await startHost({
    ...options,
    registrations,
    hostJson,
    onEvent,
    onLog: ({ level, message }) => {
      if (level === "error" || level === "critical")
        console.error(JSON.stringify({ event: "host", at: new Date().toISOString(), message }));
    },
  });
  const kill = (): void => {
    host.kill();
    end();
  };
  return { host, kill };
}

const StartedRun = z.object({ run: z.object({ id: z.string(), region: z.string(), runbook: z.string(), initiator: z.string() }) });

/** Run ids are never used twice, so a second start of one (a continued history, a hold without its run) is none. */
function noteStart(host: Host, instanceId: string, starts: RunStarted[]): void {
  const started = StartedRun.safeParse(host.instances().find((instance) => instance.instanceId === instanceId)?.input);
  if (!started.success) return;
  const { id, region, runbook, initiator } = started.data.run;
  if (!starts.some((start) => start.id === id)) starts.push({ id, at: Date.now(), region, runbook, automatic: initiator === "automatic" });
}
