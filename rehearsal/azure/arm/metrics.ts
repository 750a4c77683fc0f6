/** Microsoft.Insights in Resource Manager: metrics and metric definitions of Foundry accounts (azure-facts 3.1). */
import type { Reply } from "../http.ts";
import type { FoundryAccount } from "../platform.ts";
import { armRoute, type ArmRequest, type ArmRoute } from "./arm.ts";
import { notFound } from "./arm-errors.ts";
import { findAccount } from "./cognitive-services.ts";
import { metricsOf, type Metric } from "./metric-catalog.ts";
import { parseQuery } from "./metric-query.ts";
import { ACCOUNT_NAMESPACE, metricsAnswer, stamp, type MetricsOptions } from "./metric-series.ts";

const ACCOUNT = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}";

export function metricsRoutes(options: MetricsOptions): readonly ArmRoute[] {
  const find = findAccount(options.accounts);
  const route = (path: string, handle: (account: FoundryAccount, request: ArmRequest) => Reply): ArmRoute =>
    armRoute({ provider: "Microsoft.Insights" }, "GET", `${ACCOUNT}/providers/Microsoft.Insights/${path}`, (request) => {
      const account = find(request.params);
      return account
        ? handle(account, request)
        : notFound(`The Resource 'Microsoft.CognitiveServices/accounts/${request.params["account"] ?? ""}' was not found.`);
    });
  const definitions = metricsOf(options.metricNames);
  return [
    route("metrics", (account, request) => metrics(options, account, request)),
    route("metricDefinitions", (account) => ({ status: 200, body: { value: definitions.map((metric) => definition(account, metric)) } })),
  ];
}

/** ARM metrics errors are not wrapped in `error` (azure-facts 3.1). */
function refused(message: string): Reply {
  return { status: 400, body: { code: "BadRequest", message } };
}

function metrics(options: MetricsOptions, account: FoundryAccount, { at, call }: ArmRequest): Reply {
  const namespace = call.query.get("metricnamespace");
  if (namespace && namespace.toLowerCase() !== ACCOUNT_NAMESPACE.toLowerCase())
    return refused(`Metric namespace ${namespace} is not supported.`);
  const query = parseQuery(call.query, metricsOf(options.metricNames), at + options.faults.clockSkewSeconds * 1000);
  if (typeof query === "string") return refused(query);
  const cost = query.metrics.length * Math.max(0, Math.round((query.to - query.from) / 60_000));
  const timespan = `${stamp(query.from)}/${stamp(query.to)}`;
  return { status: 200, body: { cost, timespan, ...metricsAnswer(options, account, query, at) } };
}

function definition({ resourceId }: FoundryAccount, metric: Metric): unknown {
  return {
    id: `${resourceId}/providers/Microsoft.Insights/metricDefinitions/${metric.name}`,
    resourceId,
    namespace: ACCOUNT_NAMESPACE,
    category: metric.category,
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
