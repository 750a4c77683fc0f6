/** Where the estate's memory is kept: partitions, keys and the shape of each row. */
import type { Capacity } from "../domain/capacity.ts";
import { EMPTY_STATE, type EstateState } from "../domain/hold.ts";
import type { OriginRouting, PoolMember, Routing } from "../domain/routing.ts";
import type { Convergence, Run, RunOutcome } from "../domain/run.ts";
import type { Suspicion } from "../domain/signals.ts";
import type { Deps, Stored } from "../ports.ts";
import { packRouting, unpackRouting, type RoutingRow } from "./routing-row.ts";
import { NO_TRAFFIC, packTraffic, unpackTraffic, type Traffic, type TrafficRow } from "./traffic-row.ts";
import { EMPTY_WATCH, type Watch } from "./watch.ts";
import { packWatch, unpackWatch, type WatchRow } from "./watch-row.ts";

/** Slowly changing knowledge: rate limits, demand, and the routing while nothing is held. */
export interface Knowledge {
  /** Without `limiter`: that is of the watch. */
  readonly capacity: Omit<Capacity, "limiter">;
  /** When each deployment's demand was last measured. */
  readonly demandAt: Readonly<Record<string, string>>;
  readonly routing: Routing | null;
  readonly limitsAt: string | null;
  readonly routingAt: string | null;
  readonly usualAt: string | null;
  /** What could not be read, for the status page. */
  readonly gaps: readonly string[];
}

/** The routing has a row of its own: it is large, and changes seldom. */
type KnowledgeRow = Omit<Knowledge, "routing">;

/** Suspicions that are open, and when each was received by this app's clock: it starts a confirm burst of its targets once. */
export interface Suspicions {
  readonly open: readonly Suspicion[];
  readonly receivedAt: Readonly<Record<string, string>>;
}

/** What one prober is probing; void once its round has ended (`Watch.ended`) or its time is up. */
export interface Claim {
  readonly by: string;
  readonly until: string;
  readonly targets: readonly string[];
}

/** A pool's normal members, captured before its first write of an episode, and what was written last. */
export interface NormalPool {
  readonly gateway: string;
  readonly pool: string;
  readonly normal: readonly PoolMember[];
  readonly written: readonly PoolMember[];
  /** What was about to be written: found in ARM, it is ours, though whoever wrote it was cut off before it could say so. */
  readonly writing?: readonly PoolMember[];
  /** How often it was found as normal again, and written once more. */
  readonly resets?: number;
}

export interface NormalEdge {
  readonly edge: string;
  readonly origins: readonly OriginRouting[];
}

export interface RunRecord {
  readonly run: Run;
  readonly outcome: RunOutcome | null;
  readonly endedAt: string | null;
  readonly lastReason: string;
}

export const LEDGER_KINDS = ["detect", "decide", "intend", "act", "propagate", "verify", "record", "note"] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

export interface LedgerEntry {
  readonly at: string;
  readonly kind: LedgerKind;
  readonly text: string;
  readonly data?: unknown;
}

const partition = (deps: Deps): string => `estate-${deps.estate.name}`;
/** Of its own for every episode: clearing away a closed episode can never take the next one's normal routing. */
export const normalPartition = (deps: Deps, episode: string): string => `normal-${deps.estate.name}-${episode}`;
export const runsPartition = (deps: Deps): string => `runs-${deps.estate.name}`;
export const ledgerPartition = (deps: Deps, run: string | null): string => `ledger-${run ?? deps.estate.name}`;

export async function readState(deps: Deps): Promise<Stored<EstateState>> {
  return (await deps.state.get<EstateState>(partition(deps), "state")) ?? { value: EMPTY_STATE, etag: undefined };
}

/** Compare-and-swap on the estate's row: `change` is asked again with fresh state until nobody was faster. Without a `state` in its answer the row is left alone. `known`, which may be old, saves the first read: a write is refused if it is, and an answer without a write is asked for again. */
export async function updateState<T>(
  deps: Deps,
  change: (state: EstateState) => { state: EstateState; result: T } | { result: T },
  known?: Stored<EstateState>,
): Promise<T> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const trusted = attempt > 0 || known === undefined;
    const { value, etag } = trusted ? await readState(deps) : known;
    const wanted = change(value);
    if (!("state" in wanted)) {
      if (trusted) return wanted.result;
      continue;
    }
    if ((await deps.state.put(partition(deps), "state", wanted.state, etag)) === "written") return wanted.result;
  }
  throw new Error(`The row of estate "${deps.estate.name}" changed under ${MAX_ATTEMPTS} attempts in a row`);
}

const MAX_ATTEMPTS = 10;

export interface Memory {
  readonly state: Stored<EstateState>;
  readonly watch: Stored<Watch>;
  readonly knowledge: Knowledge | null;
  readonly metrics: Traffic;
  readonly gatewayLogs: Traffic;
  readonly suspicions: Suspicions;
  readonly claims: Stored<readonly Claim[]>;
  /** What was last told of each region and of the estate: a decision is told once, not at every round. */
  readonly announced: Readonly<Record<string, string>>;
  readonly convergence: Convergence | null;
  readonly convergenceEtag: string | undefined;
}

const NO_SUSPICIONS: Suspicions = { open: [], receivedAt: {} };

/** All rows of the estate in one operation of the table service. */
export async function readMemory(deps: Deps): Promise<Memory> {
  const rows = await deps.state.list<never>(partition(deps));
  const row = <T>(key: string): Stored<T> | undefined => rows.find((candidate) => candidate.key === key);
  const traffic = (key: string): Traffic => {
    const stored = row<TrafficRow>(key);
    return stored === undefined ? NO_TRAFFIC : unpackTraffic(stored.value);
  };
  return {
    state: row<EstateState>("state") ?? { value: EMPTY_STATE, etag: undefined },
    watch: watchOf(deps, row<WatchRow>("watch")),
    knowledge: knowledgeOf(deps, row<KnowledgeRow>("knowledge"), row<RoutingRow>("routing")),
    metrics: traffic("metrics"),
    gatewayLogs: traffic("gatewayLogs"),
    suspicions: row<Suspicions>("suspicions")?.value ?? NO_SUSPICIONS,
    claims: row<readonly Claim[]>("claims") ?? { value: [], etag: undefined },
    announced: row<Memory["announced"]>("announced")?.value ?? {},
    convergence: row<Convergence>("convergence")?.value ?? null,
    convergenceEtag: row<Convergence>("convergence")?.etag,
  };
}

/** What was unpacked last, by process: whoever keeps an index of the routing finds it again as long as the row is the same. */
const lastRoutings = new WeakMap<Deps, { readonly etag: string | undefined; readonly routing: Routing }>();

function knowledgeOf(deps: Deps, known: Stored<KnowledgeRow> | undefined, stored: Stored<RoutingRow> | undefined): Knowledge | null {
  if (known === undefined) return null;
  if (stored === undefined) return { ...known.value, routing: null };
  const last = lastRoutings.get(deps);
  const routing = last !== undefined && stored.etag !== undefined && last.etag === stored.etag ? last.routing : unpackRouting(stored.value);
  lastRoutings.set(deps, { etag: stored.etag, routing });
  return { ...known.value, routing };
}

/** A row of an older version is no row: two rounds later everything in it has been measured again. */
function watchOf(deps: Deps, stored: Stored<WatchRow> | undefined): Stored<Watch> {
  if (stored === undefined) return { value: EMPTY_WATCH, etag: undefined };
  const known = (stored.value as Partial<WatchRow>).targets !== undefined;
  return { value: known ? unpackWatch(deps.estate, stored.value) : EMPTY_WATCH, etag: stored.etag };
}

export async function readWatch(deps: Deps): Promise<Stored<Watch>> {
  return watchOf(deps, await deps.state.get<WatchRow>(partition(deps), "watch"));
}

export async function putWatch(deps: Deps, watch: Watch, etag: string | undefined): Promise<"written" | "conflict"> {
  return deps.state.put(partition(deps), "watch", packWatch(deps.estate, watch), etag);
}

export interface Learnt {
  readonly metrics: Traffic;
  /** Null = the estate names no workspace. */
  readonly gatewayLogs: Traffic | null;
  readonly knowledge: Knowledge;
}

/** In one operation: the knowledge timer is the only writer of these rows. */
export async function setLearnt(deps: Deps, { metrics, gatewayLogs, knowledge: { routing, ...knowledge } }: Learnt): Promise<void> {
  const logs = gatewayLogs === null ? [] : [{ key: "gatewayLogs", value: packTraffic(gatewayLogs) }];
  const isNew = routing !== null && routing !== lastRoutings.get(deps)?.routing;
  await deps.state.setMany(partition(deps), [
    { key: "metrics", value: packTraffic(metrics) },
    ...logs,
    { key: "knowledge", value: knowledge satisfies KnowledgeRow },
    ...(isNew ? [{ key: "routing", value: packRouting(routing) }] : []),
  ]);
}

export async function setAnnounced(deps: Deps, announced: Memory["announced"]): Promise<void> {
  await deps.state.set(partition(deps), "announced", announced);
}

export async function readClaims(deps: Deps): Promise<Stored<readonly Claim[]>> {
  return (await deps.state.get<readonly Claim[]>(partition(deps), "claims")) ?? { value: [], etag: undefined };
}

export async function putClaims(deps: Deps, claims: readonly Claim[], etag: string | undefined): Promise<"written" | "conflict"> {
  return deps.state.put(partition(deps), "claims", claims, etag);
}

export async function readSuspicions(deps: Deps): Promise<Stored<Suspicions>> {
  return (await deps.state.get<Suspicions>(partition(deps), "suspicions")) ?? { value: NO_SUSPICIONS, etag: undefined };
}

export async function putSuspicions(deps: Deps, suspicions: Suspicions, etag: string | undefined): Promise<"written" | "conflict"> {
  return deps.state.put(partition(deps), "suspicions", suspicions, etag);
}

async function readConvergence(deps: Deps): Promise<Convergence | null> {
  return (await deps.state.get<Convergence>(partition(deps), "convergence"))?.value ?? null;
}

/**
 * A convergence that began before the one on record saw older holds: it says nothing of what holds now. `known`, which may be old, saves
 * the first read.
 */
export async function setConvergence(
  deps: Deps,
  convergence: Convergence,
  known?: Pick<Memory, "convergence" | "convergenceEtag">,
): Promise<void> {
  if (known !== undefined && isNewer(known.convergence, convergence)) return;
  if (known !== undefined && (await deps.state.put(partition(deps), "convergence", convergence, known.convergenceEtag)) === "written")
    return;
  if (isNewer(await readConvergence(deps), convergence)) return;
  await deps.state.set(partition(deps), "convergence", convergence);
}

function isNewer(known: Convergence | null, than: Convergence): boolean {
  return known !== null && known.at > than.at;
}

export interface NewEntry {
  readonly kind: LedgerKind;
  readonly text: string;
  readonly data?: unknown;
}

export async function append(deps: Deps, run: string | null, kind: LedgerKind, text: string, data?: unknown): Promise<void> {
  const { key, value } = ledgerRow(deps, run, { kind, text, data });
  await deps.state.set(ledgerPartition(deps, run), key, value);
}

/** Several entries in one operation. */
export async function appendAll(deps: Deps, run: string | null, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await deps.state.setMany(
    ledgerPartition(deps, run),
    entries.map((entry) => ledgerRow(deps, run, entry)),
  );
}

function ledgerRow(deps: Deps, run: string | null, { kind, text, data }: NewEntry): { key: string; value: LedgerEntry } {
  const at = deps.clock.now().toISOString();
  const value: LedgerEntry = data === undefined ? { at, kind, text } : { at, kind, text, data };
  deps.log("ledger", { run, ...value });
  return { key: `${at}-${deps.newId()}`, value };
}

export async function readRun(deps: Deps, id: string): Promise<RunRecord | null> {
  return (await deps.state.get<RunRecord>(runsPartition(deps), id))?.value ?? null;
}

export async function setRun(deps: Deps, record: RunRecord): Promise<void> {
  await deps.state.set(runsPartition(deps), record.run.id, record);
}
