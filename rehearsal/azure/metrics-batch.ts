/** The metrics batch API: `/metrics-batch/{region}/…` stands for the region's own endpoint (azure-facts 3.2). */
import { z } from "zod";
import { armError, notImplemented } from "./arm/arm-errors.ts";
import type { ArmCall } from "./arm/arm.ts";
import { metricsOf } from "./arm/metric-catalog.ts";
import { parseQuery } from "./arm/metric-query.ts";
import { ACCOUNT_NAMESPACE, metricsAnswer, type MetricsOptions } from "./arm/metric-series.ts";
import { bearerRefusal } from "./bearer.ts";
import type { Call, Reply, Service } from "./http.ts";
import type { TokenBook } from "./identity.ts";
import type { FoundryAccount } from "./platform.ts";
import { match, template } from "./routing.ts";

export interface MetricsBatchOptions extends MetricsOptions {
  readonly audience: string;
  readonly tokens: TokenBook;
  readonly log: (call: ArmCall) => void;
}

export const METRICS_BATCH_PATH = "/metrics-batch/";
const BATCH = template("/metrics-batch/{region}/subscriptions/{subscription}/metrics:getBatch");
const MOST_RESOURCES = 50;
const Body = z.object({ resourceids: z.array(z.string()).min(1) });

export function metricsBatch(options: MetricsBatchOptions): Service {
  return async (call, wait) => {
    const params = call.method === "POST" ? match(call.path, BATCH) : undefined;
    if (params === undefined) return notImplemented(call.method, call.path);
    await wait(options.constants.armReadMilliseconds);
    const reply =
      bearerRefusal(call, options.audience, options.tokens) ?? answer(options, call, params["region"] ?? "", params["subscription"] ?? "");
    options.log({ at: Date.now(), method: call.method, route: BATCH.template, resource: call.path, status: reply.status });
    return reply;
  };
}

/** Errors are wrapped here, unlike ARM's. */
function refused(message: string): Reply {
  return armError(400, "BadRequest", message);
}

function answer(options: MetricsBatchOptions, { query, body }: Call, region: string, subscription: string): Reply {
  if (!query.get("api-version")) return refused("The api-version query parameter is required.");
  if (query.has("$filter")) return refused("Unknown query parameter: $filter. Use filter.");
  const namespace = query.get("metricnamespace") ?? "";
  if (namespace.toLowerCase() !== ACCOUNT_NAMESPACE.toLowerCase()) return refused(`Metric namespace ${namespace} is not supported.`);
  const accounts = accountsOf(options, Body.safeParse(body).data?.resourceids ?? [], region, subscription);
  if (typeof accounts === "string") return refused(accounts);
  const now = Date.now();
  const asked = parseQuery(asArm(query), metricsOf(options.metricNames), now + options.faults.clockSkewSeconds * 1000);
  if (typeof asked === "string") return refused(asked);
  const span = { starttime: new Date(asked.from).toISOString(), endtime: new Date(asked.to).toISOString() };
  const values = accounts.map((account) => ({ ...span, resourceid: account.resourceId, ...metricsAnswer(options, account, asked, now) }));
  return { status: 200, body: { values } };
}

/** The accounts asked for, or what is wrong: all of one call are of one subscription and region. */
function accountsOf(
  { accounts }: MetricsBatchOptions,
  ids: readonly string[],
  region: string,
  subscription: string,
): FoundryAccount[] | string {
  if (ids.length === 0) return "The body must name resourceids.";
  if (ids.length > MOST_RESOURCES) return `A batch has at most ${MOST_RESOURCES} resource ids, not ${ids.length}.`;
  const found: FoundryAccount[] = [];
  for (const id of ids) {
    const account = accounts.find(({ resourceId }) => resourceId.toLowerCase() === `/${id.replace(/^\/+/, "")}`.toLowerCase());
    if (account === undefined) return `The resource ${id} was not found.`;
    if (account.subscription.toLowerCase() !== subscription.toLowerCase())
      return `The resource ${id} is not of subscription ${subscription}.`;
    if (account.region !== region.toLowerCase()) return `The resource ${id} is not in region ${region}.`;
    found.push(account);
  }
  return found;
}

/** The same question in the words of ARM. */
function asArm(query: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams(query);
  const [start, end, filter] = [query.get("starttime"), query.get("endtime"), query.get("filter")];
  if (start !== null) asked.set("timespan", `${start}/${end ?? new Date().toISOString()}`);
  if (filter !== null) asked.set("$filter", filter);
  return asked;
}
