import type { TokenCredential } from "@azure/identity";
import { MetricsQueryClient } from "@azure/monitor-query";
import type { Deployment, Estate } from "../../domain/estate.ts";
import type { MetricsReader, Result } from "../../ports.ts";
import { refuse } from "../arm/failure.ts";
import { armOptions } from "../arm/options.ts";
import { inParallel } from "../collections.ts";
import { accountOf, countAccounts, deploymentName, groupAccounts, type AccountGroup } from "./accounts.ts";
import { createNameFinder, MOST_AT_ONCE, type MetricNames } from "./metric-names.ts";
import { armSource, batchSource, type MetricAnswer, type MetricQuery, type MetricSource } from "./metric-source.ts";
import { floorTo, HOUR_MILLISECONDS, hoursOf, MINUTE_MILLISECONDS, minutesOf, type Readings } from "./minutes.ts";

/** Beyond this, a call for each account and metric becomes "a common cause of subscription throttling" (azure-facts 3.1). */
const BATCH_FROM_ACCOUNTS = 10;
const MOST_ACCOUNTS_IN_BATCH = 50;

/** Platform metrics of all deployments of an account at once: one query for each account and metric, or for each batch of accounts. */
export function createMetricsReader(estate: Estate, credential: TokenCredential): MetricsReader {
  const { endpoint, retryOptions } = armOptions(estate.cloud);
  const client = new MetricsQueryClient(credential, { endpoint, audience: estate.cloud.resourceManagerAudience, retryOptions });
  const { names, api } = estate.signals.metrics;
  const findNames = createNameFinder(names, client);
  const batch = api === "batch" || (api === "auto" && countAccounts(estate.deployments) >= BATCH_FROM_ACCOUNTS);
  const source = batch ? batchSource(estate.cloud, credential) : armSource(client);

  type Answers<T> = ReadonlyMap<string, T>;
  async function ask<T>(deployments: readonly Deployment[], read: (group: AccountGroup) => Promise<Answers<T>>): Promise<Answers<T>> {
    const groups = await groupAccounts(deployments, findNames, batch ? MOST_ACCOUNTS_IN_BATCH : 1);
    const answers = await inParallel(groups, MOST_AT_ONCE, read);
    return new Map(answers.flatMap((answer) => [...answer]));
  }

  return {
    async traffic(deployments, from, to) {
      // The service counts intervals from the start it is given.
      const start = new Date(floorTo(from.getTime(), MINUTE_MILLISECONDS));
      const readings = await ask(deployments, (group) => readMinutes(source, group, start, to));
      return deployments.map((deployment) => {
        const read = readings.get(accountOf(deployment)) ?? refuse("invalid", `no metrics of ${deployment.id}`);
        return read.ok ? { ok: true, minutes: minutesOf(read.readings, deploymentName(deployment), start, to) } : read;
      });
    },

    async hours(deployments, from, to) {
      const start = new Date(floorTo(from.getTime(), HOUR_MILLISECONDS));
      const answers = await ask(deployments, (group) =>
        source(group, { metric: group.names.tokens, aggregation: "Total", byStatus: false, from: start, to, interval: "PT1H" }),
      );
      return deployments.map((deployment) => {
        const answer = answers.get(accountOf(deployment));
        return answer?.ok ? hoursOf(answer.series, deploymentName(deployment), start, to) : [];
      });
    },
  };
}

const QUERIES = {
  requests: { aggregation: "Total", byStatus: true },
  tokens: { aggregation: "Total", byStatus: false },
  latency: { aggregation: "Average", byStatus: false },
  utilisation: { aggregation: "Maximum", byStatus: false },
} as const satisfies Record<keyof MetricNames, Pick<MetricQuery, "aggregation" | "byStatus">>;

/** One after the other: when the requests are refused, the rest would be too. */
async function readMinutes(
  source: MetricSource,
  group: AccountGroup,
  from: Date,
  to: Date,
): Promise<ReadonlyMap<string, Result<{ readings: Readings }>>> {
  async function read(key: keyof MetricNames, accounts: readonly string[]): Promise<ReadonlyMap<string, MetricAnswer>> {
    if (accounts.length === 0) return new Map();
    return await source({ accounts, region: group.region }, { metric: group.names[key], ...QUERIES[key], from, to, interval: "PT1M" });
  }
  const requests = await read("requests", group.accounts);
  const readable = group.accounts.filter((account) => requests.get(account)?.ok);
  const tokens = await read("tokens", readable);
  // Latency may be missing on Standard deployments (azure-facts 4.1), and neither is worth the rest of what was read.
  const latency = await read("latency", readable);
  const utilisation = group.provisioned ? await read("utilisation", readable) : new Map<string, MetricAnswer>();
  const readingsOf = (account: string): Result<{ readings: Readings }> => {
    const failure = [requests.get(account), tokens.get(account)].find((answer) => answer?.ok === false);
    if (failure?.ok === false) return failure;
    const series = (answer: MetricAnswer | undefined): Readings[keyof Readings] => (answer?.ok ? answer.series : []);
    const [counts, spent] = [series(requests.get(account)), series(tokens.get(account))];
    return {
      ok: true,
      readings: { requests: counts, tokens: spent, latency: series(latency.get(account)), utilisation: series(utilisation.get(account)) },
    };
  };
  return new Map(group.accounts.map((account) => [account, readingsOf(account)]));
}
