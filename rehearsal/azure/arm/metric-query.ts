/** Reads the query of a metrics call: timespan, interval, `$filter` (azure-facts 3.1). */
import { parseTimespan } from "../timespan.ts";
import type { Metric } from "./metric-catalog.ts";

const MINUTE = 60_000;
const INTERVALS: Readonly<Record<string, number>> = {
  PT1M: MINUTE,
  PT5M: 5 * MINUTE,
  PT15M: 15 * MINUTE,
  PT30M: 30 * MINUTE,
  PT1H: 60 * MINUTE,
  PT6H: 360 * MINUTE,
  PT12H: 720 * MINUTE,
  P1D: 1440 * MINUTE,
};

export interface Condition {
  /** As asked for. */
  readonly dimension: string;
  /** `*` = any. */
  readonly values: readonly string[];
}

export interface MetricQuery {
  readonly metrics: readonly Metric[];
  readonly aggregations: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly interval: string;
  readonly intervalMilliseconds: number;
  readonly conditions: readonly Condition[];
  readonly top: number;
}

/** Of the metrics that the account has; a string is what is wrong with it. */
export function parseQuery(query: URLSearchParams, known: readonly Metric[], now: number): MetricQuery | string {
  const interval = query.get("interval") ?? "PT1M";
  const intervalMilliseconds = INTERVALS[interval];
  if (intervalMilliseconds === undefined)
    return `Invalid time grain duration: ${interval}, supported ones are: ${Object.keys(INTERVALS).join(",")}`;
  const span = parseTimespan(query.get("timespan") ?? "PT1H", now);
  if (!span) return `Invalid timespan: ${query.get("timespan") ?? ""}`;
  const metrics = parseNames(query.get("metricnames") ?? known[0]?.name ?? "", known);
  if (typeof metrics === "string") return metrics;
  const conditions = parseFilter(query.get("$filter") ?? "");
  if (typeof conditions === "string") return conditions;
  const aggregations = (query.get("aggregation") ?? "").toLowerCase().split(",").filter(Boolean);
  const top = Number(query.get("top") ?? 10);
  const parsed = { metrics, aggregations, ...span, interval, intervalMilliseconds, conditions, top };
  return metrics.map((metric) => metricProblem(metric, parsed)).find((problem) => problem !== undefined) ?? parsed;
}

function parseNames(names: string, known: readonly Metric[]): readonly Metric[] | string {
  const found: Metric[] = [];
  for (const name of names.split(",")) {
    const metric = known.find((each) => each.name.toLowerCase() === name.trim().toLowerCase());
    if (!metric)
      return `Failed to find metric configuration for provider: Microsoft.CognitiveServices, resource Type: accounts, metric: ${name}, Valid metrics: ${known.map((each) => each.name).join(",")}`;
    found.push(metric);
  }
  return found;
}

function metricProblem(metric: Metric, { aggregations, conditions }: MetricQuery): string | undefined {
  const wrong = aggregations.find((aggregation) => !metric.aggregations.includes(aggregation));
  if (wrong)
    return `Metric: ${metric.name} does not support requested aggregation: ${wrong}, supported ones are: ${metric.aggregations.join(",")}`;
  const known = metric.dimensions.map((dimension) => dimension.toLowerCase());
  const asked = conditions.map(({ dimension }) => dimension).filter((dimension) => !known.includes(dimension.toLowerCase()));
  if (asked.length === 0) return undefined;
  return `Metric: ${metric.name} does not support requested dimension combination: ${asked.join(",").toLowerCase()}, supported ones are: ${metric.dimensions.join(",")}`;
}

/** `A eq 'x' and (B eq 'y' or B eq 'z')`: what is not this is refused, never ignored. */
function parseFilter(filter: string): readonly Condition[] | string {
  if (filter.trim() === "") return [];
  const conditions: Condition[] = [];
  for (const clause of filter.split(/\s+and\s+/i)) {
    const terms = clause
      .trim()
      .replace(/^\((.*)\)$/, "$1")
      .split(/\s+or\s+/i)
      .map((term) => /^(\w+)\s+eq\s+'([^']*)'$/i.exec(term.trim()));
    const dimension = terms[0]?.[1];
    if (dimension === undefined || terms.some((term) => term?.[1]?.toLowerCase() !== dimension.toLowerCase()))
      return `Invalid $filter: ${filter}`;
    conditions.push({ dimension, values: terms.map((term) => term?.[2] ?? "") });
  }
  return conditions;
}
