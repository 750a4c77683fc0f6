/**
 * The estate: the declared topology and policy, fully populated (no optional setting is left undefined).
 * It is parsed and cross-checked by `config/`; everything downstream trusts it.
 */
import type { ErrorClass } from "./observation.ts";

/** A region as the estate names it: the Azure location name, for example `eastus2`. */
export interface Region {
  readonly name: string;
  /** Data of this region's clients stays within the regions of the same boundary, for example `eu`; null = it may go anywhere. */
  readonly dataBoundary: string | null;
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

/**
 * How a deployment is probed: `completion`, a real tiny completion; `models`, the account's list of models, which costs no tokens and
 * says nothing of the deployment itself (azure-facts 4.4); `url`, a GET of a page of the operator's own, where only 200 is healthy.
 */
export type DeploymentProbe =
  { readonly kind: "completion" } | { readonly kind: "models" } | { readonly kind: "url"; readonly url: string };

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
  readonly probe: DeploymentProbe;
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
  /**
   * Path, with `{backend}` in it, at which the gateway itself asks that backend for a tiny completion and answers 200 with
   * `{"status": 503}`: what it got, 0 for no answer. A second witness beside the prober's own view. null = there is none.
   */
  readonly witnessPath: string | null;
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
  /** Tokens that the probes of one deployment may spend in a day (UTC); beyond its pace, healthy traffic stands in for probes. null = no limit. */
  readonly probeTokensPerDay: number | null;
  /** Failures of a class within the window that count as blips (0–10). */
  readonly tolerated: Readonly<Record<ErrorClass, number>>;
  /** Independent sources that must call a target failing (1–3): probes, witnesses, metrics, gateway logs. */
  readonly quorum: number;
  /** Probes through other regions' gateways during a confirm burst (0–5). */
  readonly witnessProbes: number;
  /** An answer that takes at least this long is slow; below the probe's deadline. */
  readonly slowMilliseconds: number;
  /** Gray failures are looked for over this many seconds (120–600). */
  readonly graySeconds: number;
  /** Share (0–1] of the probes, and of real requests, that must fail for a gray failure; at least `grayFailures` probes of them. */
  readonly grayShare: number;
  readonly grayFailures: number;
  /** Real requests that a minute must have had to count as evidence. */
  readonly passiveRequests: number;
  /** An alert that arrives later than this after it fired starts no probe round. */
  readonly alertStalenessSeconds: number;
}

export const METRIC_NAMES = ["auto", "azureOpenAI", "models"] as const;
export const METRICS_APIS = ["auto", "arm", "batch"] as const;

/** Signals beside the probes. */
export interface SignalsPolicy {
  readonly metrics: {
    /** `azureOpenAI`: the classic names; `models`: those of the newer category; `auto`: what each account's metric definitions list. */
    readonly names: (typeof METRIC_NAMES)[number];
    /** `batch`: the metrics batch API, which needs Monitoring Reader on the subscription; `auto`: from ten accounts on. */
    readonly api: (typeof METRICS_APIS)[number];
  };
  /** A Log Analytics workspace with API Management's gateway logs; null = none is asked. */
  readonly logs: { readonly workspaceId: string } | null;
}

export const MODES = ["off", "recommend", "approve", "auto"] as const;
/**
 * - `off`: only people start runbooks
 * - `recommend`: plan and notify
 * - `approve`: the run waits for a person, for a bounded time
 * - `auto`: act
 */
export type Mode = (typeof MODES)[number];

export const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** A time in which automation changes nothing, in UTC. */
export interface Blackout {
  /** In the order of `Date.getUTCDay`; empty = every day. A window past midnight belongs to the day on which it begins. */
  readonly days: readonly (typeof WEEKDAYS)[number][];
  /** `HH:MM`, inclusive. */
  readonly from: string;
  /** `HH:MM`, exclusive; at or before `from` = on the next day. */
  readonly to: string;
  readonly reason: string;
}

export interface ModelName {
  readonly name: string;
  readonly version: string;
}

export interface SafetyPolicy {
  readonly mode: Mode;
  /** A runbook's own mode; null = the estate's. */
  readonly modes: { readonly evacuate: Mode | null; readonly restore: Mode | null };
  /** In mode `approve`: how long a run waits for a person (60–86,400 s), and what happens then. */
  readonly approval: { readonly timeoutSeconds: number; readonly default: "proceed" | "decline" };
  /** Models that may take over from each other though name or version differ. */
  readonly substitutes: readonly { readonly model: ModelName; readonly servedBy: ModelName }[];
  readonly blackouts: readonly Blackout[];
  /** After an evacuation, for this long, trouble of those who took over counts as having followed the traffic. */
  readonly followSeconds: number;
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
  readonly signals: SignalsPolicy;
  readonly safety: SafetyPolicy;
  readonly evacuate: EvacuatePolicy;
  readonly restore: RestorePolicy;
}
