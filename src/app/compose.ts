/** The composition root: the only place that reads the environment and picks implementations. */
import { createPoolRouter } from "../azure/apim/pool-router.ts";
import { createCapacityReader } from "../azure/foundry/capacity-reader.ts";
import { createWorkloadProbe } from "../azure/foundry/probe.ts";
import { createEdgeRouter } from "../azure/front-door/edge-router.ts";
import { credential } from "../azure/identity/credential.ts";
import { createGatewayLogReader } from "../azure/monitor/gateway-log-reader.ts";
import { createMetricsReader } from "../azure/monitor/metrics-reader.ts";
import { createStateStore } from "../azure/tables/state-store.ts";
import { createNotifier } from "../azure/webhook/notifier.ts";
import { formatIssues, type Issue } from "../config/issues.ts";
import { loadEstateFile, parseEstate } from "../config/load.ts";
import type { Clock, Deps } from "../ports.ts";
import { createApp, type App } from "./app.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The estate could not be used: every problem of it is in the message. */
export class EstateError extends Error {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[], source: string) {
    super(formatIssues(issues, source));
    this.issues = issues;
  }
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

async function compose(env: Env): Promise<App> {
  const source = env["ESTATE_JSON"] === undefined ? (env["ESTATE_FILE"] ?? "estate.json") : "ESTATE_JSON";
  const loaded = env["ESTATE_JSON"] === undefined ? await loadEstateFile(source) : parseEstate(env["ESTATE_JSON"]);
  if (!loaded.ok) throw new EstateError(loaded.issues, source);
  const { estate } = loaded;
  const identity = credential(env);
  const deps: Deps = {
    estate,
    clock: systemClock,
    probe: createWorkloadProbe(estate, identity, systemClock),
    pools: createPoolRouter(estate, identity),
    edges: createEdgeRouter(estate, identity),
    capacity: createCapacityReader(estate, identity),
    metrics: createMetricsReader(estate, identity),
    logs: createGatewayLogReader(estate, identity),
    state: createStateStore({ env, tableName: env["STATE_TABLE"] ?? "FoundryFailover", credential: identity }),
    notifier: createNotifier({ webhookUrl: env["NOTIFY_WEBHOOK_URL"] }),
    log: logLine,
    newId: sortableIds(),
  };
  return createApp(deps);
}

/** One JSON line; the host carries the worker's standard output to Application Insights. */
function logLine(event: string, data: Readonly<Record<string, unknown>>): void {
  // eslint-disable-next-line no-console -- entries belong to runs, not to invocations, of which the core knows nothing
  console.info(JSON.stringify({ event, ...data }));
}

/** Ids of one process sort in the order in which they were made; the random part tells processes apart. */
function sortableIds(): () => string {
  let count = 0;
  return () => `${String((count += 1)).padStart(8, "0")}-${crypto.randomUUID().slice(0, 8)}`;
}

let composed: Promise<App> | undefined;

/** One app per process. A composition that failed is tried again at the next call. */
export function getApp(): Promise<App> {
  composed ??= compose(process.env).catch((error: unknown) => {
    composed = undefined;
    throw error;
  });
  return composed;
}
