/** What one quiet hour of the rehearsed app is made of, counted from outside: its host, its requests on the wire, the embedded Azure. */
import { subscribe } from "node:diagnostics_channel";
import { z } from "zod";
import type { Platform } from "../../rehearsal/drill/platform.ts";

/** Functions that run in a quiet hour. */
const FUNCTIONS = ["probe", "knowledge", "reconcile", "readGate"] as const;
export type QuietFunction = (typeof FUNCTIONS)[number];

export interface Counts {
  readonly executions: Readonly<Record<QuietFunction, number>>;
  /** As billed: not less than a second each. */
  readonly billedSeconds: { readonly probe: number; readonly knowledge: number };
  /** Requests to the table service; a batch is one. */
  readonly tableOperations: number;
  /** By method and route template. */
  readonly controlPlaneCalls: Readonly<Record<string, number>>;
  readonly probesOfGateways: number;
  /** By deployment. */
  readonly probes: Readonly<Record<string, { readonly requests: number; readonly tokens: number }>>;
}

/** Between two ticks of the probe timer, after ten minutes in which the app has got to know its estate. */
const BEGINS_MILLISECONDS = 607_500;
const HOUR_MILLISECONDS = 3_600_000;
const STATUS_MILLISECONDS = 2500;
export const MINUTES_NEEDED = 72;
/** The rehearsed host's. */
const FUNCTION_KEY = "rehearsal";
/** Flex Consumption bills an execution as a second at least (docs/cost.md). */
const LEAST_SECONDS = 1;

/** To be called when everything runs and before time passes; ends an hour and ten minutes later. */
export async function countQuietHour(platform: Platform, intervalSeconds: number): Promise<Counts> {
  const wire = watchWire(intervalSeconds);
  const orchestrations: string[] = [];
  platform.app.onEvent((event) => void (event.kind === "instanceStarted" && orchestrations.push(event.name)));
  await pass(BEGINS_MILLISECONDS - STATUS_MILLISECONDS);
  const spentBefore = await spent(platform);
  await pass(STATUS_MILLISECONDS);
  const before = { executions: executions(platform), calls: platform.azure.calls.length, wire: { ...wire } };
  await pass(HOUR_MILLISECONDS);
  const after = { executions: executions(platform), calls: platform.azure.calls.length, wire: { ...wire } };
  await pass(STATUS_MILLISECONDS);
  if (orchestrations.length > 0) throw new Error(`not a quiet hour: ${orchestrations.join(", ")} ran`);
  return {
    executions: difference(after.executions, before.executions),
    billedSeconds: {
      probe: after.wire.probeSeconds - before.wire.probeSeconds,
      knowledge: after.wire.knowledgeSeconds - before.wire.knowledgeSeconds,
    },
    tableOperations: after.wire.tableOperations - before.wire.tableOperations,
    probesOfGateways: after.wire.probesOfGateways - before.wire.probesOfGateways,
    controlPlaneCalls: byRoute(platform.azure.calls.slice(before.calls, after.calls)),
    probes: spentBetween(spentBefore, await spent(platform)),
  };
}

function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function executions({ app }: Platform): Record<QuietFunction, number> {
  const { probe, knowledge, reconcile, readGate } = Object.fromEntries(FUNCTIONS.map((name) => [name, app.invocations(name)]));
  return { probe: probe ?? 0, knowledge: knowledge ?? 0, reconcile: reconcile ?? 0, readGate: readGate ?? 0 };
}

function difference(after: Counts["executions"], before: Counts["executions"]): Counts["executions"] {
  const of = (name: QuietFunction): number => after[name] - before[name];
  return { probe: of("probe"), knowledge: of("knowledge"), reconcile: of("reconcile"), readGate: of("readGate") };
}

interface Wire {
  tableOperations: number;
  probesOfGateways: number;
  probeSeconds: number;
  knowledgeSeconds: number;
}

const Request = z.object({ request: z.object({ method: z.string(), path: z.string() }) });

/** A round is over when its watch is written, what was learnt when its rows are, in one batch: so long the function ran. */
function watchWire(intervalSeconds: number): Wire {
  const wire: Wire = { tableOperations: 0, probesOfGateways: 0, probeSeconds: 0, knowledgeSeconds: 0 };
  const on = (channel: string, listener: (method: string, path: string) => void): void =>
    subscribe(channel, (message) => {
      const { request } = Request.parse(message);
      listener(request.method, request.path);
    });
  on("http.client.request.start", (_method, path) => {
    if (path.startsWith("/devstoreaccount1/")) wire.tableOperations += 1;
  });
  on("http.client.response.finish", (method, path) => {
    if (method === "PUT" && path.includes("RowKey='watch'")) wire.probeSeconds += billed(intervalSeconds, 0);
    if (path.endsWith("/$batch")) wire.knowledgeSeconds += billed(60, KNOWLEDGE_AT_SECOND);
  });
  on("undici:request:create", (_method, path) => {
    if (path.includes("/status-")) wire.probesOfGateways += 1;
  });
  return wire;
}

/** Second of the minute at which the timer of that function comes. */
const KNOWLEDGE_AT_SECOND = 45;

function billed(everySeconds: number, atSecond: number): number {
  const since = Date.now() / 1000 - atSecond;
  return Math.max(LEAST_SECONDS, since % everySeconds);
}

const Status = z.object({
  targets: z.array(z.object({ target: z.string(), spent: z.object({ requests: z.number(), tokens: z.number() }) })),
});
type Spent = Counts["probes"];

async function spent({ app }: Platform): Promise<Spent> {
  const answer = await fetch(`${app.url}/api/status`, { headers: { "x-functions-key": FUNCTION_KEY } });
  const { targets } = Status.parse(await answer.json());
  return Object.fromEntries(targets.map(({ target, spent: own }) => [target, own]));
}

function spentBetween(before: Spent, after: Spent): Spent {
  const grown = Object.entries(after).map(([target, { requests, tokens }]) => {
    const { requests: requestsBefore = 0, tokens: tokensBefore = 0 } = before[target] ?? {};
    return [target, { requests: requests - requestsBefore, tokens: tokens - tokensBefore }] as const;
  });
  return Object.fromEntries(grown.filter(([, { tokens }]) => tokens > 0));
}

function byRoute(calls: Platform["azure"]["calls"]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, route } of calls) counts[`${method} ${route}`] = (counts[`${method} ${route}`] ?? 0) + 1;
  return counts;
}
