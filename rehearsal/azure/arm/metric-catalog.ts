/** Which metrics a Foundry account has, and how the world's minutes become their rows (azure-facts 4.1). */
import type { TrafficMinute } from "../../../src/ports.ts";
import type { Constants } from "../../constants.ts";
import type { FoundryAccount, FoundryDeployment } from "../platform.ts";

/** One minute of one combination of dimensions. `parts` is the rate's denominator. */
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
  readonly unit: "Count" | "Percent";
  readonly aggregations: readonly string[];
  readonly dimensions: readonly string[];
  readonly rows: (minute: TrafficMinute, constants: Constants) => readonly Figure[];
}

const REQUEST_DIMENSIONS = ["ApiName", "OperationName", "Region", "StreamType", "ModelDeploymentName", "ModelName", "ModelVersion"];
const TOKEN_DIMENSIONS = ["ApiName", "ModelDeploymentName", "FeatureName", "UsageChannel", "Region", "ModelVersion"];

export const METRICS: readonly Metric[] = [
  {
    name: "AzureOpenAIRequests",
    title: "Azure OpenAI Requests",
    unit: "Count",
    aggregations: ["total"],
    dimensions: [...REQUEST_DIMENSIONS, "StatusCode"],
    rows: (minute) => [count(minute.answered, "200"), count(minute.throttled, "429"), count(minute.serverErrors, "503")].flat(),
  },
  {
    name: "AzureOpenAIAvailabilityRate",
    title: "Azure OpenAI Availability Rate",
    unit: "Percent",
    aggregations: ["average", "minimum", "maximum"],
    dimensions: REQUEST_DIMENSIONS,
    rows: availability,
  },
  tokens("TokenTransaction", "Processed Inference Tokens", () => 1),
  tokens("ProcessedPromptTokens", "Processed Prompt Tokens", ({ promptTokenShare }) => promptTokenShare),
  tokens("GeneratedTokens", "Generated Completion Tokens", ({ promptTokenShare }) => 1 - promptTokenShare),
];

function tokens(name: string, title: string, share: (constants: Constants) => number): Metric {
  return {
    name,
    title,
    unit: "Count",
    aggregations: ["total"],
    dimensions: TOKEN_DIMENSIONS,
    rows: (minute, constants) => (minute.tokens === null ? [] : [{ amount: Math.round(minute.tokens * share(constants)) }]),
  };
}

/** A status that did not occur makes no row; a success of 0 does when the minute was measured. */
function count(requests: number | null, statusCode: string): readonly Figure[] {
  return requests === null || (requests === 0 && statusCode !== "200") ? [] : [{ amount: requests, statusCode }];
}

/** (Total − 5xx) / total: 429 does not lower it. */
function availability({ answered, throttled, serverErrors }: TrafficMinute): readonly Figure[] {
  if (answered === null && throttled === null && serverErrors === null) return [];
  const fine = (answered ?? 0) + (throttled ?? 0);
  const parts = fine + (serverErrors ?? 0);
  return parts === 0 ? [] : [{ amount: fine, parts }];
}

export function rowsOf(
  metric: Metric,
  account: FoundryAccount,
  deployment: FoundryDeployment,
  minutes: readonly TrafficMinute[],
  constants: Constants,
): readonly Row[] {
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
      minute: Date.parse(minute.at),
      labels: statusCode ? { ...labels, statuscode: statusCode } : labels,
    })),
  );
}
