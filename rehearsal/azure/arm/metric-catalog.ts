/** Which metrics a Foundry account has, and how the world's minutes become their rows (azure-facts 4.1). */
import type { TrafficMinute } from "../../../src/domain/signals.ts";
import type { Constants } from "../../constants.ts";
import type { FoundryAccount, FoundryDeployment, MetricNames } from "../platform.ts";
import { isProvisioned } from "./cognitive-services.ts";

/** One minute of one combination of dimensions. Rates: `amount` ÷ `parts` is the value, and parts weigh it. */
export interface Row {
  /** By lower-cased dimension name. */
  readonly labels: Readonly<Record<string, string>>;
  readonly minute: number;
  readonly amount: number;
  readonly parts?: number;
}

interface Figure {
  readonly amount: number;
  readonly parts?: number;
  readonly statusCode?: string;
}

export interface Metric {
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly unit: "Count" | "Percent" | "MilliSeconds";
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
  /** Others have no such series. */
  readonly provisionedOnly?: true;
  readonly rows: (minute: Measured, constants: Constants) => readonly Figure[];
}

type Measured = Omit<TrafficMinute, "at">;

/** A minute by Azure's clock: when it began, in milliseconds since the Unix epoch. */
export interface AzureMinute extends Measured {
  readonly at: number;
}

const MODEL_DIMENSIONS = ["Region", "ModelDeploymentName", "ModelName", "ModelVersion"];
const REQUEST_DIMENSIONS = ["ApiName", "OperationName", "StreamType", ...MODEL_DIMENSIONS];
const CLASSIC_TOKEN_DIMENSIONS = ["ApiName", "ModelDeploymentName", "FeatureName", "UsageChannel", "Region", "ModelVersion"];
const TOKEN_DIMENSIONS = ["ApiName", ...MODEL_DIMENSIONS];
const RATE = ["average", "minimum", "maximum"];

const AZURE_OPENAI: readonly Metric[] = [
  requests("AzureOpenAIRequests", "Azure OpenAI Requests"),
  availability("AzureOpenAIAvailabilityRate", "Azure OpenAI Availability Rate"),
  tokens("TokenTransaction", "Processed Inference Tokens", CLASSIC_TOKEN_DIMENSIONS, () => 1),
  tokens("ProcessedPromptTokens", "Processed Prompt Tokens", CLASSIC_TOKEN_DIMENSIONS, ({ promptTokenShare }) => promptTokenShare),
  tokens("GeneratedTokens", "Generated Completion Tokens", CLASSIC_TOKEN_DIMENSIONS, ({ promptTokenShare }) => 1 - promptTokenShare),
  latency("AzureOpenAITimeToResponse", "Time to Response"),
  utilisation("AzureOpenAIProvisionedManagedUtilizationV2", "Provisioned-managed Utilization V2"),
];

const MODELS: readonly Metric[] = [
  requests("ModelRequests", "Model Requests"),
  availability("ModelAvailabilityRate", "Model Availability Rate"),
  tokens("TotalTokens", "Total Tokens", TOKEN_DIMENSIONS, () => 1),
  tokens("InputTokens", "Input Tokens", TOKEN_DIMENSIONS, ({ promptTokenShare }) => promptTokenShare),
  tokens("OutputTokens", "Output Tokens", TOKEN_DIMENSIONS, ({ promptTokenShare }) => 1 - promptTokenShare),
  latency("TimeToResponse", "Time to Response"),
  utilisation("ProvisionedUtilization", "Provisioned Utilization"),
];

export function metricsOf(names: MetricNames): readonly Metric[] {
  const models = MODELS.map((metric) => ({ ...metric, category: "Models" }));
  if (names === "both") return [...AZURE_OPENAI, ...models];
  return names === "models" ? models : AZURE_OPENAI;
}

function requests(name: string, title: string): Metric {
  return {
    name,
    title,
    category: "Azure OpenAI - HTTP Requests",
    unit: "Count",
    aggregations: ["total"],
    dimensions: [...REQUEST_DIMENSIONS, "StatusCode"],
    rows: (minute) => [count(minute.answered, "200"), count(minute.throttled, "429"), count(minute.serverErrors, "503")].flat(),
  };
}

/** A status that did not occur makes no row; a success of 0 does when the minute was measured. */
function count(times: number | null, statusCode: string): readonly Figure[] {
  return times === null || (times === 0 && statusCode !== "200") ? [] : [{ amount: times, statusCode }];
}

/** (Total − 5xx) / total: 429 does not lower it. */
function availability(name: string, title: string): Metric {
  const rows = ({ answered, throttled, serverErrors }: Measured): readonly Figure[] => {
    const fine = (answered ?? 0) + (throttled ?? 0);
    const parts = fine + (serverErrors ?? 0);
    return parts === 0 ? [] : [{ amount: 100 * fine, parts }];
  };
  return {
    name,
    title,
    category: "Azure OpenAI - HTTP Requests",
    unit: "Percent",
    aggregations: RATE,
    dimensions: REQUEST_DIMENSIONS,
    rows,
  };
}

function tokens(name: string, title: string, dimensions: readonly string[], share: (constants: Constants) => number): Metric {
  return {
    name,
    title,
    category: "Azure OpenAI - Usage",
    unit: "Count",
    aggregations: ["total"],
    dimensions,
    rows: (minute, constants) => (minute.tokens === null ? [] : [{ amount: Math.round(minute.tokens * share(constants)) }]),
  };
}

/** Of answered requests. */
function latency(name: string, title: string): Metric {
  return {
    name,
    title,
    category: "Azure OpenAI - Latency",
    unit: "MilliSeconds",
    aggregations: RATE,
    dimensions: [...REQUEST_DIMENSIONS, "StatusCode"],
    rows: ({ latencyMilliseconds, answered }) =>
      latencyMilliseconds === null || !answered ? [] : [{ amount: latencyMilliseconds * answered, parts: answered, statusCode: "200" }],
  };
}

function utilisation(name: string, title: string): Metric {
  return {
    name,
    title,
    category: "Azure OpenAI - Usage",
    unit: "Percent",
    aggregations: RATE,
    dimensions: ["StreamType", ...MODEL_DIMENSIONS],
    provisionedOnly: true,
    rows: ({ utilisationPercent }) => (utilisationPercent === null ? [] : [{ amount: utilisationPercent, parts: 1 }]),
  };
}

export function rowsOf(
  metric: Metric,
  account: FoundryAccount,
  deployment: FoundryDeployment,
  minutes: readonly AzureMinute[],
  constants: Constants,
): readonly Row[] {
  if (metric.provisionedOnly && !isProvisioned(deployment)) return [];
  const labels = {
    apiname: "Azure OpenAI",
    operationname: "ChatCompletions_Create",
    region: account.region,
    streamtype: "Non-Streaming",
    featurename: "",
    usagechannel: "",
    modeldeploymentname: deployment.name,
    modelname: deployment.model.name,
    modelversion: deployment.model.version,
  };
  return minutes.flatMap((minute) =>
    metric.rows(minute, constants).map(({ statusCode, ...row }) => ({
      ...row,
      minute: minute.at,
      labels: statusCode ? { ...labels, statuscode: statusCode } : labels,
    })),
  );
}
