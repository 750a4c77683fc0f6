/** What the metrics of a Foundry account are called: in the classic category or in the newer one, "Models" (azure-facts 4.1). */
import type { MetricsQueryClient } from "@azure/monitor-query";
import type { SignalsPolicy } from "../../domain/estate.ts";
import { classify } from "../arm/failure.ts";
import { bounded } from "../arm/options.ts";
import { inParallel } from "../collections.ts";

export const ACCOUNT_METRICS = "Microsoft.CognitiveServices/accounts";
/** ARM's reads are counted per subscription; the batch endpoint throttles with 529. */
export const MOST_AT_ONCE = 8;

export interface MetricNames {
  /** Has the dimension `StatusCode`. */
  readonly requests: string;
  readonly tokens: string;
  readonly latency: string;
  readonly utilisation: string;
}

const AZURE_OPENAI: MetricNames = {
  requests: "AzureOpenAIRequests",
  tokens: "TokenTransaction",
  latency: "AzureOpenAITimeToResponse",
  utilisation: "AzureOpenAIProvisionedManagedUtilizationV2",
};
const MODELS: MetricNames = {
  requests: "ModelRequests",
  tokens: "TotalTokens",
  latency: "TimeToResponse",
  utilisation: "ProvisionedUtilization",
};

/** The names of each account (ids without a leading slash, in lower case), in their order. */
export type NameFinder = (accounts: readonly string[]) => Promise<readonly MetricNames[]>;

export function createNameFinder(names: SignalsPolicy["metrics"]["names"], client: MetricsQueryClient): NameFinder {
  const known = new Map<string, MetricNames>();

  async function find(account: string): Promise<MetricNames> {
    const found = known.get(account) ?? (await discover(client, account));
    // An ARM that was too busy to tell is asked again.
    if (found !== undefined) known.set(account, found);
    return found ?? AZURE_OPENAI;
  }

  return async (accounts) => {
    if (names === "auto") return await inParallel(accounts, MOST_AT_ONCE, find);
    return accounts.map(() => (names === "models" ? MODELS : AZURE_OPENAI));
  };
}

/** What the account's metric definitions list; the classic names when both, or when they will never be read. */
async function discover(client: MetricsQueryClient, account: string): Promise<MetricNames | undefined> {
  const listed = new Set<string | undefined>();
  try {
    const definitions = client.listMetricDefinitions(account, { metricNamespace: ACCOUNT_METRICS, ...bounded() });
    for await (const { name } of definitions) listed.add(name);
  } catch (error) {
    return classify(error).kind === "busy" ? undefined : AZURE_OPENAI;
  }
  return listed.has(MODELS.requests) && !listed.has(AZURE_OPENAI.requests) ? MODELS : AZURE_OPENAI;
}
