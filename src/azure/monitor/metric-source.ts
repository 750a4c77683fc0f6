/** One metric of several accounts, over ARM or over the batch API: the same question and the same answer. */
import type { TokenCredential } from "@azure/identity";
import { MetricsClient, type Metric, type MetricsQueryClient, type TimeSeriesElement } from "@azure/monitor-query";
import type { CloudEndpoints } from "../../domain/estate.ts";
import type { Result } from "../../ports.ts";
import { attempt, refuse } from "../arm/failure.ts";
import { bounded } from "../arm/options.ts";
import { accountKey, type AccountGroup } from "./accounts.ts";
import { ACCOUNT_METRICS } from "./metric-names.ts";

/** Statuses of all deployments of an account; the default of 10 series would cut them off silently. */
const MOST_SERIES = 1000;

export interface MetricQuery {
  readonly metric: string;
  readonly aggregation: "Total" | "Average";
  readonly byStatus: boolean;
  readonly from: Date;
  readonly to: Date;
  readonly interval: "PT1M" | "PT1H";
}

export interface Series {
  /** In lower case. */
  readonly deployment: string;
  /** Empty when the query does not split by it. */
  readonly status: string;
  /** A point without a value is no data and is left out (azure-facts 3.1). */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

export type MetricAnswer = Result<{ series: readonly Series[] }>;
/** By account. */
export type MetricSource = (
  group: Pick<AccountGroup, "accounts" | "region">,
  query: MetricQuery,
) => Promise<ReadonlyMap<string, MetricAnswer>>;

/** A call for each account. A leading slash of the id would double the one after the host (azure-facts 3.1). */
export function armSource(client: MetricsQueryClient): MetricSource {
  return async ({ accounts }, query) => {
    const answers = accounts.map(async (account): Promise<[string, MetricAnswer]> => [
      account,
      await attempt(async () => {
        const { metrics } = await client.queryResource(account, [query.metric], {
          timespan: { startTime: query.from, endTime: query.to },
          granularity: query.interval,
          aggregations: [query.aggregation],
          filter: filterOf(query),
          metricNamespace: ACCOUNT_METRICS,
          top: MOST_SERIES,
          ...bounded(),
        });
        return seriesOf(metrics, query);
      }),
    ]);
    return new Map(await Promise.all(answers));
  };
}

/** One call for up to 50 accounts of one subscription and region (azure-facts 3.2). */
export function batchSource(cloud: CloudEndpoints, credential: TokenCredential): MetricSource {
  const clients = new Map<string, MetricsClient>();
  function clientOf(region: string): MetricsClient {
    const options = { audience: cloud.metricsBatchAudience, retryOptions: { maxRetries: 0 } };
    const client = clients.get(region) ?? new MetricsClient(cloud.metricsBatch.replaceAll("{region}", region), credential, options);
    clients.set(region, client);
    return client;
  }

  return async ({ accounts, region }, query) => {
    const read = await attempt(async () => {
      const results = await clientOf(region).queryResources(
        accounts.map((account) => `/${account}`),
        [query.metric],
        ACCOUNT_METRICS,
        {
          startTime: query.from,
          endTime: query.to,
          interval: query.interval,
          aggregation: query.aggregation,
          filter: filterOf(query),
          top: MOST_SERIES,
          ...bounded(),
        },
      );
      return { ok: true, metrics: new Map(results.map(({ resourceId, metrics }) => [accountKey(resourceId ?? ""), metrics])) };
    });
    const answerOf = (account: string): MetricAnswer => {
      if (!read.ok) return read;
      const metrics = read.metrics.get(account);
      return metrics === undefined ? refuse("busy", `the batch of metrics left out ${account}`) : seriesOf(metrics, query);
    };
    return new Map(accounts.map((account) => [account, answerOf(account)]));
  };
}

function filterOf({ byStatus }: MetricQuery): string {
  return `ModelDeploymentName eq '*'${byStatus ? " and StatusCode eq '*'" : ""}`;
}

/** A bad metric comes as HTTP 200 with an empty series (azure-facts 13.12), which would read as "no data". */
function seriesOf(metrics: readonly Metric[], { metric, aggregation }: MetricQuery): MetricAnswer {
  const found = metrics.filter(({ name }) => name.toLowerCase() === metric.toLowerCase());
  const broken = found.find(({ errorCode }) => errorCode !== undefined && errorCode !== "Success");
  if (broken) return refuse("invalid", `metric ${broken.name}: ${broken.errorCode} ${broken.errorMessage ?? ""}`);
  const pick = ({ total, average }: Point): number | null | undefined => (aggregation === "Total" ? total : average);
  const series = found
    .flatMap(({ timeseries }) => timeseries)
    .map((element): Series => {
      const dimensions = dimensionsOf(element);
      const points = (element.data ?? []).flatMap((point) => {
        const value = pick(point);
        return typeof value === "number" ? [{ at: point.timeStamp.getTime(), value }] : [];
      });
      return {
        deployment: (dimensions.get("modeldeploymentname") ?? "").toLowerCase(),
        status: dimensions.get("statuscode") ?? "",
        points,
      };
    });
  return { ok: true, series };
}

type Point = NonNullable<TimeSeriesElement["data"]>[number];

/**
 * The batch client leaves the dimensions as the service sends them, as `metadatavalues` with objects for names (azure-facts 3.2); the other
 * one converts them. Names come in lower case from ARM; nobody promises that.
 */
function dimensionsOf(
  element: TimeSeriesElement & {
    readonly metadatavalues?: readonly { readonly name?: { readonly value?: string }; readonly value?: string }[];
  },
): ReadonlyMap<string, string> {
  const converted = element.metadataValues?.map(({ name, value }) => [name, value] as const) ?? [];
  const raw = element.metadatavalues?.map(({ name, value }) => [name?.value, value] as const) ?? [];
  return new Map([...converted, ...raw].map(([name, value]) => [name?.toLowerCase() ?? "", value ?? ""]));
}
