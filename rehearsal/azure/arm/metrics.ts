/** Microsoft.Insights: metrics and metric definitions of Foundry accounts, late and partial as the real ones (azure-facts 3.1, 3.4). */
import type { TrafficMinute } from "../../../src/ports.ts";
import type { World } from "../../world.ts";
import type { Constants } from "../../constants.ts";
import type { ControlPlaneFaults } from "../faults.ts";
import type { Reply } from "../http.ts";
import type { FoundryAccount } from "../platform.ts";
import { armRoute, type ArmRequest, type ArmRoute } from "./arm.ts";
import { notFound } from "./arm-errors.ts";
import { findAccount } from "./cognitive-services.ts";
import { METRICS, rowsOf, type Metric, type Row } from "./metric-catalog.ts";
import { parseQuery, type MetricQuery } from "./metric-query.ts";

const ACCOUNT = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}";
const MINUTE = 60_000;
const NAMESPACE = "Microsoft.CognitiveServices/accounts";

export interface MetricsOptions {
  readonly accounts: readonly FoundryAccount[];
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly world: Pick<World, "advanceTo" | "trafficMinutes">;
}

export function metricsRoutes(options: MetricsOptions): readonly ArmRoute[] {
  const find = findAccount(options.accounts);
  const route = (path: string, handle: (account: FoundryAccount, request: ArmRequest) => Reply): ArmRoute =>
    armRoute({ provider: "Microsoft.Insights" }, "GET", `${ACCOUNT}/providers/Microsoft.Insights/${path}`, (request) => {
      const account = find(request.params);
      return account
        ? handle(account, request)
        : notFound(`The Resource 'Microsoft.CognitiveServices/accounts/${request.params["account"] ?? ""}' was not found.`);
    });
  return [
    route("metrics", (account, request) => metrics(options, account, request)),
    route("metricDefinitions", (account) => ({ status: 200, body: { value: METRICS.map((metric) => definition(account, metric)) } })),
  ];
}

/** ARM metrics errors are not wrapped in `error` (azure-facts 3.1). */
function refused(message: string): Reply {
  return { status: 400, body: { code: "BadRequest", message } };
}

function metrics(options: MetricsOptions, account: FoundryAccount, { at, call }: ArmRequest): Reply {
  const namespace = call.query.get("metricnamespace");
  if (namespace && namespace.toLowerCase() !== NAMESPACE.toLowerCase()) return refused(`Metric namespace ${namespace} is not supported.`);
  const query = parseQuery(call.query, at);
  if (typeof query === "string") return refused(query);
  const delaySeconds = Math.max(options.constants.metricsDelaySeconds, options.faults.metrics.delaySeconds);
  const known = at - delaySeconds * 1000;
  options.world.advanceTo(at);
  const body = {
    cost: query.metrics.length * Math.max(0, Math.round((query.to - query.from) / 60_000)),
    timespan: `${stamp(query.from)}/${stamp(query.to)}`,
    interval: query.interval,
    namespace: NAMESPACE,
    resourceregion: account.region,
    value: query.metrics.map((metric) =>
      metricBody(account, metric, options.faults.metrics.missing ? [] : series(options, account, metric, query, known)),
    ),
  };
  return { status: 200, body };
}

function metricBody({ resourceId }: FoundryAccount, metric: Metric, timeseries: readonly unknown[]): unknown {
  return {
    id: `${resourceId}/providers/Microsoft.Insights/metrics/${metric.name}`,
    type: "Microsoft.Insights/metrics",
    name: { value: metric.name, localizedValue: metric.title },
    displayDescription: metric.title,
    unit: metric.unit,
    timeseries,
    errorCode: "Success",
  };
}

/** One series per combination of the filtered dimensions; a point without a value is no data, not zero. */
function series(options: MetricsOptions, account: FoundryAccount, metric: Metric, query: MetricQuery, known: number): readonly unknown[] {
  const from = Math.floor(query.from / query.intervalMilliseconds) * query.intervalMilliseconds;
  if (known <= from) return [];
  const rows = account.deployments
    .flatMap((deployment) =>
      rowsOf(metric, account, deployment, knownMinutes(options, deployment.id, { from, to: query.to }, known), options.constants),
    )
    .filter((row) =>
      query.conditions.every(({ dimension, values }) => values.includes("*") || values.includes(row.labels[dimension.toLowerCase()] ?? "")),
    );
  const split = query.conditions.map(({ dimension }) => dimension.toLowerCase());
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(split.map((dimension) => row.labels[dimension]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].slice(0, query.top).map((group) => ({
    metadatavalues: split.map((dimension) => ({
      name: { value: dimension, localizedValue: dimension },
      value: group[0]?.labels[dimension] ?? "",
    })),
    data: bins(from, query).map((start) =>
      point(
        metric,
        query,
        start,
        group.filter(({ minute }) => minute >= start && minute < start + query.intervalMilliseconds),
      ),
    ),
  }));
}

/** The newest minute is partial: what arrived of it by then, taken as even over the minute. */
function knownMinutes(
  { world }: MetricsOptions,
  deployment: string,
  span: { from: number; to: number },
  known: number,
): readonly TrafficMinute[] {
  const end = Math.ceil(Math.min(span.to, known) / MINUTE) * MINUTE;
  return world.trafficMinutes(deployment, span.from, end).map((minute) => {
    const share = Math.min(1, (known - Date.parse(minute.at)) / MINUTE);
    const part = (count: number | null): number | null => (count === null ? null : Math.floor(count * share));
    const { tokens, answered, serverErrors, throttled } = minute;
    return { ...minute, tokens: part(tokens), answered: part(answered), serverErrors: part(serverErrors), throttled: part(throttled) };
  });
}

function bins(from: number, { to, intervalMilliseconds }: MetricQuery): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / intervalMilliseconds) }, (_, index) => from + index * intervalMilliseconds);
}

function point(metric: Metric, { aggregations }: MetricQuery, start: number, rows: readonly Row[]): unknown {
  const timeStamp = stamp(start);
  if (rows.length === 0) return { timeStamp };
  const wanted = aggregations.length > 0 ? aggregations : metric.aggregations.slice(0, 1);
  return { timeStamp, ...Object.fromEntries(wanted.map((aggregation) => [aggregation, aggregate(aggregation, rows)])) };
}

function aggregate(aggregation: string, rows: readonly Row[]): number {
  const sum = rows.reduce((total, { amount }) => total + amount, 0);
  if (aggregation === "total") return sum;
  const rates = rows.map(({ amount, parts = 1 }) => (100 * amount) / parts);
  if (aggregation === "minimum") return Math.min(...rates);
  if (aggregation === "maximum") return Math.max(...rates);
  return (100 * sum) / rows.reduce((total, { parts = 1 }) => total + parts, 0);
}

function definition({ resourceId }: FoundryAccount, metric: Metric): unknown {
  return {
    id: `${resourceId}/providers/Microsoft.Insights/metricDefinitions/${metric.name}`,
    resourceId,
    namespace: NAMESPACE,
    category: "Azure OpenAI - HTTP Requests",
    name: { value: metric.name, localizedValue: metric.title },
    displayDescription: metric.title,
    isDimensionRequired: false,
    unit: metric.unit,
    primaryAggregationType: metric.aggregations[0] === "total" ? "Total" : "Average",
    supportedAggregationTypes: metric.aggregations.map((name) => name.charAt(0).toUpperCase() + name.slice(1)),
    metricAvailabilities: [{ timeGrain: "PT1M", retention: "P93D" }],
    dimensions: metric.dimensions.map((value) => ({ value, localizedValue: value })),
  };
}

function stamp(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
