import type { TokenCredential } from "@azure/identity";
import { MetricsQueryClient, type Metric, type MetricsQueryResult } from "@azure/monitor-query";
import type { Deployment, Estate } from "../../domain/estate.ts";
import type { MetricsReader, TrafficMinute } from "../../ports.ts";
import { attempt, refuse } from "../arm/failure.ts";
import { armOptions, bounded } from "../arm/options.ts";
import { parentId, parseResourceId } from "../arm/resource-id.ts";

const REQUESTS = "AzureOpenAIRequests";
const TOKENS = "TokenTransaction";
const MINUTE_MILLISECONDS = 60_000;
/** Status codes of one deployment; the default of 10 series would cut them off silently. */
const MOST_SERIES = 100;

/** Platform metrics over ARM. Two calls per deployment: one metric has the status dimension, the other has not (azure-facts 4.1). */
export function createMetricsReader(estate: Estate, credential: TokenCredential): MetricsReader {
  const { endpoint, retryOptions } = armOptions(estate.cloud);
  const client = new MetricsQueryClient(credential, { endpoint, audience: estate.cloud.resourceManagerAudience, retryOptions });

  function query(deployment: Deployment, metric: string, from: Date, to: Date): Promise<MetricsQueryResult> {
    const name = parseResourceId(deployment.resourceId).nameOf("deployments").replaceAll("'", "''");
    const byStatus = metric === REQUESTS ? " and StatusCode eq '*'" : "";
    // A leading slash would double the one after the host (azure-facts 3.1).
    return client.queryResource(parentId(deployment.resourceId).replace(/^\/+/, ""), [metric], {
      timespan: { startTime: from, endTime: to },
      granularity: "PT1M",
      aggregations: ["Total"],
      filter: `ModelDeploymentName eq '${name}'${byStatus}`,
      metricNamespace: "Microsoft.CognitiveServices/accounts",
      top: MOST_SERIES,
      ...bounded(),
    });
  }

  return {
    traffic: (deployment, from, to) =>
      attempt(async () => {
        const metrics: Metric[] = [];
        // One after the other: when the first is refused, the second would be too.
        for (const name of [REQUESTS, TOKENS]) metrics.push(...(await query(deployment, name, from, to)).metrics);
        const broken = metrics.find(({ errorCode }) => errorCode !== undefined && errorCode !== "Success");
        // A bad metric comes as HTTP 200 with an empty series (azure-facts 13.12), which would read as "no data".
        if (broken) return refuse("invalid", `metric ${broken.name}: ${broken.errorCode} ${broken.errorMessage ?? ""}`);
        return { ok: true, minutes: minutesOf(metrics, from, to) };
      }),
  };
}

function minutesOf(metrics: readonly Metric[], from: Date, to: Date): TrafficMinute[] {
  const statuses = bins(metrics, REQUESTS, (status) => status);
  const tokens = bins(metrics, TOKENS, () => "all");
  const minutes: TrafficMinute[] = [];
  for (let at = floorToMinute(from.getTime()); at < to.getTime(); at += MINUTE_MILLISECONDS) {
    const counts = statuses.get(at);
    minutes.push({
      at: new Date(at).toISOString(),
      tokens: tokens.get(at)?.get("all") ?? null,
      answered: countOf(counts, (status) => status >= 200 && status < 300),
      serverErrors: countOf(counts, (status) => status >= 500),
      throttled: countOf(counts, (status) => status === 429),
    });
  }
  return minutes;
}

/** Totals by minute and series. A point without a total is no data and makes no bin (azure-facts 3.1). */
function bins(metrics: readonly Metric[], name: string, keyOf: (status: string) => string): Map<number, Map<string, number>> {
  const byMinute = new Map<number, Map<string, number>>();
  for (const { metadataValues, data } of metrics.filter((metric) => metric.name === name).flatMap((metric) => metric.timeseries)) {
    // Dimension names come back in lower case.
    const status = metadataValues?.find((dimension) => dimension.name?.toLowerCase() === "statuscode")?.value ?? "";
    for (const { timeStamp, total } of data ?? []) {
      if (total === undefined || total === null) continue;
      const minute = floorToMinute(timeStamp.getTime());
      const series = byMinute.get(minute) ?? new Map<string, number>();
      byMinute.set(minute, series.set(keyOf(status), (series.get(keyOf(status)) ?? 0) + total));
    }
  }
  return byMinute;
}

/** A status without a point in a minute in which others have one was not seen: that is zero, not unknown. */
function countOf(counts: ReadonlyMap<string, number> | undefined, wanted: (status: number) => boolean): number | null {
  if (counts === undefined) return null;
  return [...counts].reduce((sum, [status, count]) => (wanted(Number(status)) ? sum + count : sum), 0);
}

function floorToMinute(milliseconds: number): number {
  return Math.floor(milliseconds / MINUTE_MILLISECONDS) * MINUTE_MILLISECONDS;
}
