/** Time series as Azure Monitor tells them: late, partial at the end, without points where there is no data (azure-facts 3.1, 3.4). */
import type { TrafficMinute } from "../../../src/domain/signals.ts";
import type { World } from "../../world.ts";
import type { Constants } from "../../constants.ts";
import type { ControlPlaneFaults } from "../faults.ts";
import type { FoundryAccount, MetricNames } from "../platform.ts";
import { rowsOf, type AzureMinute, type Metric, type Row } from "./metric-catalog.ts";
import type { MetricQuery } from "./metric-query.ts";

const MINUTE = 60_000;
export const ACCOUNT_NAMESPACE = "Microsoft.CognitiveServices/accounts";

export interface MetricsOptions {
  readonly accounts: readonly FoundryAccount[];
  readonly metricNames: MetricNames;
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly world: Pick<World, "advanceTo" | "trafficMinutes">;
}

/** What the answers of ARM and of the batch API have in common, for one account. `at`: now, by the app's clock. */
export function metricsAnswer(options: MetricsOptions, account: FoundryAccount, query: MetricQuery, at: number): object {
  const delaySeconds = Math.max(options.constants.metricsDelaySeconds, options.faults.metrics.delaySeconds);
  const known = at + options.faults.clockSkewSeconds * 1000 - delaySeconds * 1000;
  options.world.advanceTo(at);
  return {
    interval: query.interval,
    namespace: ACCOUNT_NAMESPACE,
    resourceregion: account.region,
    value: query.metrics.map((metric) =>
      metricBody(account, metric, options.faults.metrics.missing ? [] : series(options, account, metric, query, known)),
    ),
  };
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
  const split = query.conditions.map(({ dimension }) => dimension.toLowerCase());
  const groups = new Map<string, Row[]>();
  for (const deployment of account.deployments) {
    const minutes = knownMinutes(options, deployment.id, { from, to: query.to }, known);
    for (const row of rowsOf(metric, account, deployment, minutes, options.constants)) {
      if (!isAskedFor(row, query)) continue;
      const key = JSON.stringify(split.map((dimension) => row.labels[dimension]));
      const group = groups.get(key);
      if (group) group.push(row);
      else groups.set(key, [row]);
    }
  }
  return [...groups.values()].slice(0, query.top).map((group) => ({
    metadatavalues: split.map((dimension) => ({
      name: { value: dimension, localizedValue: dimension },
      value: group[0]?.labels[dimension] ?? "",
    })),
    data: points(metric, query, from, group),
  }));
}

function isAskedFor({ labels }: Row, { conditions }: MetricQuery): boolean {
  return conditions.every(({ dimension, values }) => values.includes("*") || values.includes(labels[dimension.toLowerCase()] ?? ""));
}

/**
 * By Azure's clock. The newest minute is partial: what arrived of it by then, taken as even over the minute. Under a skewed clock a minute
 * keeps its traffic and moves as a whole.
 */
function knownMinutes(
  { world, faults }: MetricsOptions,
  deployment: string,
  span: { from: number; to: number },
  known: number,
): readonly AzureMinute[] {
  const skew = faults.clockSkewSeconds * 1000;
  const end = Math.ceil(Math.min(span.to, known) / MINUTE) * MINUTE;
  const minutes = world.trafficMinutes(deployment, toMinute(span.from - skew), Math.ceil((end - skew) / MINUTE) * MINUTE);
  return minutes.flatMap((minute) => {
    const at = toMinute(Date.parse(minute.at) + skew);
    return at >= span.from && at < end ? [partOf(minute, at, Math.min(1, (known - at) / MINUTE))] : [];
  });
}

function toMinute(at: number): number {
  return Math.floor(at / MINUTE) * MINUTE;
}

function partOf({ tokens, answered, serverErrors, throttled, ...rates }: TrafficMinute, at: number, share: number): AzureMinute {
  const part = (count: number | null): number | null => (count === null ? null : Math.floor(count * share));
  return { ...rates, at, tokens: part(tokens), answered: part(answered), serverErrors: part(serverErrors), throttled: part(throttled) };
}

function points(metric: Metric, query: MetricQuery, from: number, rows: readonly Row[]): readonly unknown[] {
  const byBin = new Map<number, Row[]>();
  for (const row of rows) {
    const bin = Math.floor((row.minute - from) / query.intervalMilliseconds);
    byBin.set(bin, [...(byBin.get(bin) ?? []), row]);
  }
  const wanted = query.aggregations.length > 0 ? query.aggregations : metric.aggregations.slice(0, 1);
  return Array.from({ length: Math.ceil((query.to - from) / query.intervalMilliseconds) }, (_, bin) => {
    const timeStamp = stamp(from + bin * query.intervalMilliseconds);
    const found = byBin.get(bin);
    return found
      ? { timeStamp, ...Object.fromEntries(wanted.map((aggregation) => [aggregation, aggregate(aggregation, found)])) }
      : { timeStamp };
  });
}

function aggregate(aggregation: string, rows: readonly Row[]): number {
  const sum = rows.reduce((total, { amount }) => total + amount, 0);
  if (aggregation === "total") return sum;
  const rates = rows.map(({ amount, parts = 1 }) => amount / parts);
  if (aggregation === "minimum") return Math.min(...rates);
  if (aggregation === "maximum") return Math.max(...rates);
  return sum / rows.reduce((total, { parts = 1 }) => total + parts, 0);
}

export function stamp(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
