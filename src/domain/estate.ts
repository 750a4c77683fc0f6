/**
 * The estate: the declared topology and policy, fully populated (no optional setting is left undefined).
 * It is parsed and cross-checked by `config/`; everything downstream trusts it.
 */

/** A region as the estate names it: the Azure location name, for example `eastus2`. */
export interface Region {
  readonly name: string;
}

export const DEPLOYMENT_TYPES = [
  "Standard",
  "GlobalStandard",
  "DataZoneStandard",
  "ProvisionedManaged",
  "GlobalProvisionedManaged",
  "DataZoneProvisionedManaged",
] as const;
/** `sku.name` of a Foundry deployment (azure-facts 4.2). */
export type DeploymentType = (typeof DEPLOYMENT_TYPES)[number];

/** A model deployment of a Foundry (Azure OpenAI) account. */
export interface Deployment {
  readonly id: string;
  readonly region: string;
  /** Full ARM id: `/subscriptions/…/accounts/{account}/deployments/{deployment}`. */
  readonly resourceId: string;
  /** Base URL of the account's data plane, without a trailing slash. */
  readonly endpoint: string;
  readonly model: { readonly name: string; readonly version: string };
  readonly deploymentType: DeploymentType;
  /** Rate limit to assume when ARM does not tell; null = ask ARM, and unknown when that fails. */
  readonly tokensPerMinute: number | null;
}

/** A member of a backend pool: a single APIM backend that leads to one deployment. */
export interface PoolMemberRef {
  readonly backend: string;
  readonly deployment: string;
}

/** An APIM backend pool. `name` is the pool's backend id within the gateway. */
export interface PoolRef {
  readonly name: string;
  readonly members: readonly PoolMemberRef[];
}

/** An API Management instance. */
export interface Gateway {
  readonly id: string;
  /** Where it stands; its management plane stands there too (azure-facts 1.6). */
  readonly region: string;
  /** Full ARM id: `/subscriptions/…/Microsoft.ApiManagement/service/{name}`. */
  readonly resourceId: string;
  /** Base URL of the gateway, without a trailing slash. */
  readonly url: string;
  /** Path that answers 200 while the gateway itself works. */
  readonly statusPath: string;
  readonly pools: readonly PoolRef[];
}

/**
 * An origin of Front Door. For `standard`, group and name are the origin group's and the origin's names;
 * for `classic`, the backend pool's name and the backend's address.
 */
export interface OriginRef {
  readonly group: string;
  readonly name: string;
  readonly gateway: string;
}

/** A Front Door profile (Standard/Premium) or a Front Door (classic). */
export interface Edge {
  readonly id: string;
  readonly kind: "standard" | "classic";
  /** Full ARM id of the profile or of the classic Front Door. */
  readonly resourceId: string;
  readonly origins: readonly OriginRef[];
}

/** Endpoints and token audiences of an Azure cloud; audiences are without `/.default`. */
export interface CloudEndpoints {
  readonly resourceManager: string;
  readonly resourceManagerAudience: string;
  readonly authority: string;
  readonly logAnalytics: string;
  readonly logAnalyticsAudience: string;
  /** With `{region}` in place of the region's name. */
  readonly metricsBatch: string;
  readonly metricsBatchAudience: string;
  /** Audience of the Foundry data plane. */
  readonly cognitiveServicesAudience: string;
}

export interface DetectionPolicy {
  /** Seconds between probe rounds, 10–60; the timer's schedule must say the same. */
  readonly intervalSeconds: number;
  /** Deadline of one probe, 1–30 s. */
  readonly probeDeadlineSeconds: number;
  /** Confirm burst: probes per suspect target (2–10), the first one included. */
  readonly burstProbes: number;
  /** Seconds between the starts of two probes of a burst (1–10). */
  readonly burstSpacingSeconds: number;
  /** Failing: at least `failuresToFail` of the last `window` probes failed. */
  readonly window: number;
  readonly failuresToFail: number;
  /** Healthy again: the last `successesToRecover` probes were all answered, 429 included. */
  readonly successesToRecover: number;
  /** Observations older than this are stale and count as missing. */
  readonly stalenessSeconds: number;
  /** A region is failing when targets carrying at least this share (0–1] of its traffic are. */
  readonly regionFailingShare: number;
  /** `max_tokens` of the completion probe, 1–64. */
  readonly probeMaxTokens: number;
}

export const MODES = ["off", "recommend", "auto"] as const;
export type Mode = (typeof MODES)[number];

export interface SafetyPolicy {
  readonly mode: Mode;
  /** Regions that must stay healthy and unheld for an evacuation to start. */
  readonly minHealthyRegions: number;
  /** Regions that may be held at the same time. */
  readonly maxConcurrentShifts: number;
  /** Seconds after the end of a region's last hold before it may be evacuated automatically again. */
  readonly cooldownSeconds: number;
  /** Share [0–1) of each survivor's rate limit that an evacuation must leave unused. */
  readonly reserveShare: number;
}

export interface EvacuatePolicy {
  /** Shares of its normal traffic that a graceful evacuation steps through; the last is 0. */
  readonly gracefulShares: readonly number[];
  /** Seconds between the steps of a graceful evacuation. */
  readonly bakeSeconds: number;
  /** Propagation budget of a Front Door origin write (azure-facts 2.3: up to 20 minutes). */
  readonly originBudgetSeconds: number;
  /** Propagation budget of a pool write (azure-facts 1.6: normally under 10 s). One owed for twice as long closes its region's gate. */
  readonly poolBudgetSeconds: number;
  /** Seconds between two looks at a held region. */
  readonly holdCheckSeconds: number;
}

export interface RestorePolicy {
  /** Shares of its normal traffic that a restore steps through; the last is 1. */
  readonly gracefulShares: readonly number[];
  /** Seconds a region must have been healthy before its restore starts. */
  readonly soakSeconds: number;
  /** Seconds its gateway must have been healthy before the Front Door origin is enabled again. */
  readonly originSoakSeconds: number;
  /** Least seconds on a step; a step also needs `bakeAnswers` real answers or, failing these, `bakeProbeSeconds`. */
  readonly bakeSeconds: number;
  readonly bakeAnswers: number;
  /** Without enough measured answers, healthy probes for this long let the step pass. */
  readonly bakeProbeSeconds: number;
  /** Multiplies the soak after each relapse of the same hold. */
  readonly relapseBackoff: number;
}

export interface Estate {
  /** Key of the estate's state: 3–40 lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly cloud: CloudEndpoints;
  readonly regions: readonly Region[];
  readonly deployments: readonly Deployment[];
  readonly gateways: readonly Gateway[];
  readonly edges: readonly Edge[];
  readonly detection: DetectionPolicy;
  readonly safety: SafetyPolicy;
  readonly evacuate: EvacuatePolicy;
  readonly restore: RestorePolicy;
}
