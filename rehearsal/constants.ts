/**
 * Every latency, propagation, breaker, retry and probe value of the rehearsed Azure, with its evidence. The drill prints them.
 * A number in a source is a section of azure-facts; marks as there: X tried on the wire, S read in the SDK's code, D Microsoft's documentation or specification,
 * I a public report or recording, U unverified: an assumption of ours.
 */
import { readShippedPolicies } from "./shipped-policies.ts";

type Mark = "X" | "S" | "D" | "I" | "U";
type Unit = "s" | "ms" | "count" | "flag";

export interface Constant {
  readonly value: number;
  readonly unit: Unit;
  readonly mark: Mark;
  readonly source: string;
  /** Which of the drill's two sensitivity knobs moves it; absent = neither. */
  readonly scaledBy?: "propagation" | "breaker";
}

/** What infra/ ships is what the drills model; a mark there says where the shipped value is from. */
const shipped = readShippedPolicies();

export const CONSTANTS = {
  // Propagation of configuration
  poolPropagationSeconds: {
    value: 10,
    unit: "s",
    mark: "D",
    source: "1.6: normally less than 10 s; taken whole, per gateway instance",
    scaledBy: "propagation",
  },
  originPropagationMinSeconds: { value: 180, unit: "s", mark: "D", source: "2.3: 3-20 min in the text of 2021", scaledBy: "propagation" },
  originPropagationMaxSeconds: {
    value: 1200,
    unit: "s",
    mark: "D",
    source: "2.3: up to 20 min since the end of 2025",
    scaledBy: "propagation",
  },
  originOperationSeconds: { value: 30, unit: "s", mark: "I", source: "13.2: one recorded origin update", scaledBy: "propagation" },
  originOperationRetryAfterSeconds: { value: 10, unit: "s", mark: "I", source: "2.2: Retry-After of the 202" },

  // Front Door's probes and edges
  edgeProbeIntervalSeconds: { value: 30, unit: "s", mark: "D", source: "2.3: default of documentation and portal" },
  edgeSampleSize: { value: 4, unit: "count", mark: "D", source: "2.3: default" },
  edgeSuccessfulSamplesRequired: { value: 2, unit: "count", mark: "D", source: "2.3: guidance, 2 of 4" },
  edgeProbeTimeoutSeconds: {
    value: 10,
    unit: "s",
    mark: "U",
    source: "Microsoft gives no figure; a probe without an answer fails after this",
  },
  edgeSitesPerRegion: { value: 2, unit: "count", mark: "U", source: "sites modelled near each region; each probes for itself (2.3)" },
  edgeOriginTimeoutSeconds: { value: 60, unit: "s", mark: "I", source: "origin response timeout of a Standard/Premium profile, default" },
  clientEdgeMilliseconds: { value: 20, unit: "ms", mark: "U", source: "client to its nearest edge and back" },
  edgeGatewayLocalMilliseconds: { value: 5, unit: "ms", mark: "U", source: "edge to a gateway of its own region and back" },
  edgeGatewayRemoteMilliseconds: { value: 80, unit: "ms", mark: "U", source: "edge to a gateway of another region and back" },

  // Gateways
  gatewayInstances: {
    value: 2,
    unit: "count",
    mark: "U",
    source: "units per gateway; pool position and breakers are per instance (1.4 D)",
  },
  gatewayOverheadMilliseconds: { value: 3, unit: "ms", mark: "U", source: "policies of one request" },
  gatewayDeploymentLocalMilliseconds: { value: 2, unit: "ms", mark: "U", source: "gateway to a deployment of its own region and back" },
  gatewayDeploymentRemoteMilliseconds: { value: 80, unit: "ms", mark: "U", source: "gateway to a deployment of another region and back" },
  gatewayForwardTimeoutSeconds: {
    value: shipped.forwardTimeoutSeconds,
    unit: "s",
    mark: "U",
    source: "infra/policies/fragments/forward.xml, calls that stream: one retry still fits into Front Door's 60 s",
  },
  witnessTimeoutSeconds: {
    value: shipped.witness.timeoutSeconds,
    unit: "s",
    mark: "U",
    source: "infra/policies/operations/witness.xml: how long it waits for a backend; below the probe's deadline",
  },
  gatewayStatusMilliseconds: { value: 5, unit: "ms", mark: "U", source: "status path of a gateway" },
  breakerFailures: {
    value: shipped.breaker.failures,
    unit: "count",
    mark: "D",
    source: "infra/gateway/breaker.json; 1.3, 1.4: guidance's sample rule, on 429 and 500-599",
    scaledBy: "breaker",
  },
  breakerIntervalSeconds: {
    value: shipped.breaker.intervalSeconds,
    unit: "s",
    mark: "D",
    source: "infra/gateway/breaker.json; 1.3: PT5M",
    scaledBy: "breaker",
  },
  breakerTripSeconds: {
    value: shipped.breaker.tripSeconds,
    unit: "s",
    mark: "D",
    source: "infra/gateway/breaker.json; 1.3: PT1M",
    scaledBy: "breaker",
  },
  breakerAcceptsRetryAfter: {
    value: shipped.breaker.acceptsRetryAfter ? 1 : 0,
    unit: "flag",
    mark: "D",
    source: "infra/gateway/breaker.json; 1.4: the trip lasts as long as the backend's Retry-After",
  },
  retryCount: {
    value: shipped.retry.count,
    unit: "count",
    mark: "D",
    source: "infra/policies/fragments/forward.xml; guidance: retry over the pool, twice",
  },
  retryIntervalSeconds: {
    value: shipped.retry.intervalSeconds,
    unit: "s",
    mark: "D",
    source: "infra/policies/fragments/forward.xml: interval of retry, fixed as it has no delta",
  },
  retryFirstAtOnce: {
    value: shipped.retry.isFirstAtOnce ? 1 : 0,
    unit: "flag",
    mark: "D",
    source: "infra/policies/fragments/forward.xml: first-fast-retry; the next member differs",
  },
  gateCacheSeconds: {
    value: shipped.gate.cacheSeconds,
    unit: "s",
    mark: "U",
    source: "infra/policies/operations/health.xml: cache-store-value",
  },
  gateTimeoutSeconds: {
    value: shipped.gate.timeoutSeconds,
    unit: "s",
    mark: "U",
    source: "infra/policies/operations/health.xml: send-request; then it fails open",
  },

  // Foundry
  firstTokenMilliseconds: { value: 350, unit: "ms", mark: "U", source: "time to the first token of an empty prompt" },
  promptTokenMilliseconds: { value: 0.1, unit: "ms", mark: "U", source: "prefill, per prompt token" },
  generatedTokenMilliseconds: { value: 15, unit: "ms", mark: "U", source: "per generated token" },
  latencySpread: { value: 0.25, unit: "count", mark: "U", source: "relative spread of a completion's latency" },
  errorMilliseconds: { value: 30, unit: "ms", mark: "U", source: "until a refusal (429, 5xx) of a deployment" },
  tokenWindowSeconds: { value: 60, unit: "s", mark: "I", source: "13.6: renewalPeriod of the token limit" },
  requestWindowSeconds: { value: 10, unit: "s", mark: "I", source: "13.6: renewalPeriod of the request limit" },
  assumedTokensPerMinute: { value: 300_000, unit: "count", mark: "U", source: "rate limit of a deployment whose estate leaves it to ARM" },
  promptTokenShare: {
    value: 0.85,
    unit: "count",
    mark: "I",
    source: "prompt's share of the tokens in the public conversation trace; only splits metrics",
  },
  requestsPerWindowPerThousandTokens: { value: 1, unit: "count", mark: "I", source: "13.6: capacity 1 gives 1 request per 10 s" },

  // Control plane
  armReadMilliseconds: { value: 120, unit: "ms", mark: "U", source: "one ARM read" },
  armWriteMilliseconds: { value: 900, unit: "ms", mark: "U", source: "one synchronous ARM write" },
  armReadBucket: { value: 250, unit: "count", mark: "D", source: "9.1: reads per subscription and region" },
  armReadRefillPerSecond: { value: 25, unit: "count", mark: "D", source: "9.1" },
  armWriteBucket: { value: 200, unit: "count", mark: "D", source: "9.1: writes per subscription and region" },
  armWriteRefillPerSecond: { value: 10, unit: "count", mark: "D", source: "9.1" },
  cdnProfileReads: { value: 50, unit: "count", mark: "I", source: "13.4: Microsoft.Cdn/profiles/read" },
  cdnProfileReadWindowSeconds: { value: 300, unit: "s", mark: "I", source: "13.4" },
  cdnProfileRetryAfterSeconds: { value: 372, unit: "s", mark: "I", source: "13.4: what one 429 asked for" },
  metricsDelaySeconds: { value: 120, unit: "s", mark: "D", source: "3.4: within a couple of minutes" },
  logsDelaySeconds: { value: 300, unit: "s", mark: "D", source: "3.4: resource logs 3-10 min end to end" },
  logsQueryMilliseconds: { value: 400, unit: "ms", mark: "U", source: "one Log Analytics query" },
  breakerEventDeliverySeconds: {
    value: 5,
    unit: "s",
    mark: "U",
    source: "trip of a circuit breaker to the call of its Event Grid subscriber; the events are a preview without a stated delay",
  },
  identityMilliseconds: { value: 40, unit: "ms", mark: "U", source: "token of the managed-identity endpoint" },
  tokenLifetimeSeconds: { value: 86_400, unit: "s", mark: "U", source: "life of a managed identity's token" },
} as const satisfies Record<string, Constant>;

export type ConstantName = keyof typeof CONSTANTS;
export type Constants = { readonly [K in ConstantName]: number };

/** Plain numbers, with the two uncertain families multiplied (1 = as they stand). Counts stay whole and at least 1. */
export function scaled(factors: { propagation: number; breaker: number } = { propagation: 1, breaker: 1 }): Constants {
  const value = (constant: Constant): number => {
    if (!constant.scaledBy) return constant.value;
    const product = constant.value * factors[constant.scaledBy];
    return constant.unit === "count" ? Math.max(1, Math.round(product)) : product;
  };
  const names = Object.keys(CONSTANTS) as ConstantName[];
  return Object.fromEntries(names.map((name) => [name, value(CONSTANTS[name])])) as Constants;
}
