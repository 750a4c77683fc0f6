/** What activities talk to. Implemented by `azure/`; no vendor types cross this line. */
import type { Deployment, Edge, Estate, Gateway } from "./domain/estate.ts";
import type { Observation } from "./domain/observation.ts";
import type { OriginRouting, PoolMember } from "./domain/routing.ts";
import type { Run } from "./domain/run.ts";
import type { TrafficMinute } from "./domain/signals.ts";

export type { TrafficMinute } from "./domain/signals.ts";

export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

export interface WorkloadProbe {
  /** Never throws: whatever happens becomes an observation. Bounded by the estate's probe deadline. */
  deployment(target: Deployment): Promise<Observation>;
  gateway(target: Gateway): Promise<Observation>;
  /** Asks a gateway (with a `witnessPath`) to ask a deployment; `unmeasured` when the gateway could not be asked. */
  witness(gateway: Gateway, backend: string, target: Deployment): Promise<Observation>;
}

/**
 * Why a write or read did not happen.
 * - `conflict`: someone wrote in between (412): read again, compute again
 * - `busy`: 409, 429, 5xx, deadline, network: owed, try again later
 * - `forbidden`: 401, 403: a person must act
 * - `missing`: 404
 * - `invalid`: 400 and other refusals: trying again will not help
 */
export type FailureKind = "conflict" | "busy" | "forbidden" | "missing" | "invalid";

export interface Failure {
  readonly ok: false;
  readonly kind: FailureKind;
  readonly statusCode?: number;
  readonly retryAfterSeconds?: number;
  /** One line for a person; never a secret. */
  readonly reason: string;
}

export type Result<T> = ({ readonly ok: true } & T) | Failure;

export interface PoolRouter {
  read(gateway: Gateway, pool: string): Promise<Result<{ members: readonly PoolMember[]; etag: string }>>;
  /** Replaces the members; `etag` must be the one read. */
  write(gateway: Gateway, pool: string, members: readonly PoolMember[], etag: string): Promise<Result<{ etag: string }>>;
}

export interface EdgeRouter {
  read(edge: Edge): Promise<Result<{ origins: readonly OriginRouting[] }>>;
  /** Accepted is not effective: `operation` (opaque, may be absent) is polled with `poll`. Never waits for it. */
  write(edge: Edge, origins: readonly OriginRouting[]): Promise<Result<{ operation?: string }>>;
  /** One look at a running operation. */
  poll(edge: Edge, operation: string): Promise<Result<{ state: "running" | "succeeded" | "failed"; detail: string }>>;
}

export interface CapacityReader {
  /** Tokens per minute of a deployment by its rate limits; null when Azure does not tell. */
  tokensPerMinute(deployment: Deployment): Promise<Result<{ tokensPerMinute: number | null }>>;
  /** Allocated and granted quota per quota name in a deployment's subscription and region, in thousands of tokens per minute. */
  usages(deployment: Deployment): Promise<Result<{ usages: readonly { name: string; allocated: number; limit: number }[] }>>;
}

export interface MetricsReader {
  /** Now: by calls to ARM for every account, whose budget is small, and not in batches. */
  overArm(): boolean;
  /** Per-minute traffic of each deployment, in their order, between two instants; minutes late and possibly partial at the end. */
  traffic(deployments: readonly Deployment[], from: Date, to: Date): Promise<readonly Result<{ minutes: readonly TrafficMinute[] }>[]>;
  /** Tokens per hour of each deployment, in their order; null = no data. Never fails: what cannot be read has no hours. */
  hours(deployments: readonly Deployment[], from: Date, to: Date): Promise<readonly (readonly { at: string; tokens: number | null }[])[]>;
}

/** Optional: API Management's gateway logs and token metrics in a Log Analytics workspace, 3–10 min late (azure-facts 3.4). */
export interface GatewayLogReader {
  /** Per-minute traffic by deployment id as the gateways saw it; deployments without a line are missing. */
  traffic(from: Date, to: Date): Promise<Result<{ byDeployment: ReadonlyMap<string, readonly TrafficMinute[]> }>>;
}

/** A stored row and its ETag; `etag` is undefined for a row that does not exist yet. */
export interface Stored<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/**
 * Rows of JSON by partition and key. `put` with an etag replaces that very version, without one inserts:
 * either returns `conflict` when somebody was faster. Values larger than one property (64 KB) are split by the adapter, up to 900 KB.
 */
export interface StateStore {
  get<T>(partition: string, key: string): Promise<Stored<T> | undefined>;
  list<T>(partition: string, fromKey?: string): Promise<readonly { key: string; value: T; etag: string }[]>;
  put(partition: string, key: string, value: unknown, etag: string | undefined): Promise<"written" | "conflict">;
  /** Inserts or replaces without regard to the version: for rows with one writer. */
  set(partition: string, key: string, value: unknown): Promise<void>;
  /** Writes up to 100 rows of one partition at once, without regard to their versions. */
  setMany(partition: string, rows: readonly { key: string; value: unknown }[]): Promise<void>;
  remove(partition: string, key: string): Promise<void>;
}

export interface Notification {
  readonly event: "evacuate" | "refuse" | "owed" | "restored" | "recommend" | "approve" | "pressure" | "page";
  readonly estate: string;
  readonly region: string;
  readonly title: string;
  readonly reason: string;
  readonly run?: string;
}

export interface Notifier {
  /** Best effort: never throws, bounded in time. */
  send(notification: Notification): Promise<void>;
}

/** Starts a run's orchestration under its own id: a second start joins the one that runs. */
export interface RunStarter {
  start(run: Run): Promise<"started" | "joined">;
  isRunning(runId: string): Promise<boolean>;
  /** A run that waits looks again at once. */
  wake(runId: string): Promise<void>;
}

export interface Deps {
  readonly estate: Estate;
  readonly clock: Clock;
  readonly probe: WorkloadProbe;
  readonly pools: PoolRouter;
  readonly edges: EdgeRouter;
  readonly capacity: CapacityReader;
  readonly metrics: MetricsReader;
  /** null = the estate names no workspace. */
  readonly logs: GatewayLogReader | null;
  readonly state: StateStore;
  readonly notifier: Notifier;
  /** A structured event for Application Insights; the ledger is told here too. */
  log(event: string, data: Readonly<Record<string, unknown>>): void;
  /** A new id; later ids of one process sort after earlier ones. */
  newId(): string;
}
