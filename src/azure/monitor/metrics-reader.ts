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
  const [arm, batch] = [armSource(client), batchSource(estate.cloud, credential)];
  let batched = api === "batch" || (api === "auto" && countAccounts(estate.deployments) >= BATCH_FROM_ACCOUNTS);

  type Answers<T> = ReadonlyMap<string, T>;
  async function ask<T extends Result<object>>(
    deployments: readonly Deployment[],
    read: (group: AccountGroup, source: MetricSource) => Promise<Answers<T>>,
  ): Promise<Answers<T>> {
    const source = batched ? batch : arm;
    const groups = await groupAccounts(deployments, findNames, batched ? MOST_ACCOUNTS_IN_BATCH : 1);
    const answers = (await inParallel(groups, MOST_AT_ONCE, (group) => read(group, source))).flatMap((answer) => [...answer]);
    // Batches need a role on the whole subscription, and one bad id spoils a call: nobody asked for them, so from the next time on it is ARM.
    if (api === "auto" && answers.some(([, answer]) => isRefused(answer))) batched = false;
    return new Map(answers);
  }

  return {
    overArm: () => !batched,

    async traffic(deployments, from, to) {
      // The service counts intervals from the start it is given.
      const start = new Date(floorTo(from.getTime(), MINUTE_MILLISECONDS));
      const readings = await ask(deployments, (group, source) => readMinutes(source, group, start, to));
      return deployments.map((deployment) => {
        const read = readings.get(accountOf(deployment)) ?? refuse("invalid", `no metrics of ${deployment.id}`);
        return read.ok ? { ok: true, minutes: minutesOf(read.readings, deploymentName(deployment), start, to) } : read;
      });
    },

    async hours(deployments, from, to) {
      const start = new Date(floorTo(from.getTime(), HOUR_MILLISECONDS));
      const answers = await ask(deployments, (group, source) =>
        source(group, { metric: group.names.tokens, aggregation: "Total", byStatus: false, from: start, to, interval: "PT1H" }),
      );
      return deployments.map((deployment) => {
        const answer = answers.get(accountOf(deployment));
        return answer?.ok ? hoursOf(answer.series, deploymentName(deployment), start, to) : [];
      });
    },
  };
}

/** By the service: trying again will not help. */
function isRefused(answer: Result<object>): boolean {
  return !answer.ok && answer.statusCode !== undefined && answer.kind !== "busy";
}

const QUERIES = {
  requests: { aggregation: "Total", byStatus: true },
  tokens: { aggregation: "Total", byStatus: false },
  latency: { aggregation: "Average", byStatus: false },
  // As Microsoft lists it. The greatest of a minute is 100 % in any busy one, and a deployment that merely is well used would pass for full.
  utilisation: { aggregation: "Average", byStatus: false },
} as const satisfies Record<keyof MetricNames, Pick<MetricQuery, "aggregation" | "byStatus">>;

type ReadingsOf = ReadonlyMap<string, Result<{ readings: Readings }>>;

/** One after the other: when the requests are refused, the rest would be too. */
async function readMinutes(source: MetricSource, group: AccountGroup, from: Date, to: Date): Promise<ReadingsOf> {
  async function read(key: keyof MetricNames, accounts: readonly string[]): Promise<ReadonlyMap<string, MetricAnswer>> {
    if (accounts.length === 0) return new Map();
    return await source({ accounts, region: group.region }, { metric: group.names[key], ...QUERIES[key], from, to, interval: "PT1M" });
  }
  const requests = await read("requests", group.accounts);
  const readable = group.accounts.filter((account) => requests.get(account)?.ok);
  const tokens = await read("tokens", readable);
  // Latency may be missing on Standard deployments (azure-facts 4.1); neither of the two is worth the rest of what was read.
  const latency = await read("latency", readable);
  const utilisation = await read("utilisation", group.provisioned ? readable : []);
  const series = (answer: MetricAnswer | undefined): Readings[keyof Readings] => (answer?.ok ? answer.series : []);
  const readingsOf = (account: string): Result<{ readings: Readings }> => {
    const [counts, spent] = [requests.get(account), tokens.get(account)];
    if (counts?.ok === false) return counts;
    if (spent?.ok === false) return spent;
    const extras = { latency: series(latency.get(account)), utilisation: series(utilisation.get(account)) };
    return { ok: true, readings: { requests: series(counts), tokens: series(spent), ...extras } };
  };
  return new Map(group.accounts.map((account) => [account, readingsOf(account)]));
}
