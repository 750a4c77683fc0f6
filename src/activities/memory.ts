/** Where the estate's memory is kept: partitions, keys and the shape of each row. */
import type { Capacity } from "../domain/capacity.ts";
import { EMPTY_STATE, type EstateState } from "../domain/hold.ts";
import type { Observation } from "../domain/observation.ts";
import type { OriginRouting, PoolMember, Routing } from "../domain/routing.ts";
import type { Convergence, Run, RunOutcome } from "../domain/run.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Deps, Stored } from "../ports.ts";

/** Recent observations and the verdict of every target, and what was last announced of every region. */
export interface Watch {
  readonly observations: Readonly<Record<string, readonly Observation[]>>;
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Region → action and refusing guard: a decision is told once, not at every round. */
  readonly announced: Readonly<Record<string, string>>;
  readonly roundAt: string | null;
}

const EMPTY_WATCH: Watch = { observations: {}, verdicts: {}, announced: {}, roundAt: null };

/** Slowly changing knowledge: rate limits, demand, and the routing while nothing is held. */
export interface Knowledge {
  readonly capacity: Capacity;
  readonly routing: Routing | null;
  readonly limitsAt: string | null;
  readonly routingAt: string | null;
  /** What could not be read, for the status page. */
  readonly gaps: readonly string[];
}

/** A pool's normal members, captured before its first write of an episode, and what was written last. */
export interface NormalPool {
  readonly gateway: string;
  readonly pool: string;
  readonly normal: readonly PoolMember[];
  readonly written: readonly PoolMember[];
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

/** Compare-and-swap on the estate's row: `change` is asked again with fresh state until nobody was faster. Without a `state` in its answer the row is left alone. */
export async function updateState<T>(
  deps: Deps,
  change: (state: EstateState) => { state: EstateState; result: T } | { result: T },
): Promise<T> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { value, etag } = await readState(deps);
    const wanted = change(value);
    if (!("state" in wanted)) return wanted.result;
    if ((await deps.state.put(partition(deps), "state", wanted.state, etag)) === "written") return wanted.result;
  }
  throw new Error(`The row of estate "${deps.estate.name}" changed under ${MAX_ATTEMPTS} attempts in a row`);
}

const MAX_ATTEMPTS = 10;

export interface Memory {
  readonly state: EstateState;
  readonly watch: Stored<Watch>;
  readonly knowledge: Knowledge | null;
  readonly convergence: Convergence | null;
}

/** All rows of the estate in one operation of the table service. */
export async function readMemory(deps: Deps): Promise<Memory> {
  const rows = await deps.state.list<never>(partition(deps));
  const row = <T>(key: string): Stored<T> | undefined => rows.find((candidate) => candidate.key === key);
  return {
    state: row<EstateState>("state")?.value ?? EMPTY_STATE,
    watch: row<Watch>("watch") ?? { value: EMPTY_WATCH, etag: undefined },
    knowledge: row<Knowledge>("knowledge")?.value ?? null,
    convergence: row<Convergence>("convergence")?.value ?? null,
  };
}

export async function readWatch(deps: Deps): Promise<Stored<Watch>> {
  return (await deps.state.get<Watch>(partition(deps), "watch")) ?? { value: EMPTY_WATCH, etag: undefined };
}

export async function putWatch(deps: Deps, watch: Watch, etag: string | undefined): Promise<"written" | "conflict"> {
  return deps.state.put(partition(deps), "watch", watch, etag);
}

export async function setKnowledge(deps: Deps, knowledge: Knowledge): Promise<void> {
  await deps.state.set(partition(deps), "knowledge", knowledge);
}

async function readConvergence(deps: Deps): Promise<Convergence | null> {
  return (await deps.state.get<Convergence>(partition(deps), "convergence"))?.value ?? null;
}

/** A convergence that began before the one on record saw older holds: it says nothing of what holds now. */
export async function setConvergence(deps: Deps, convergence: Convergence): Promise<void> {
  const known = await readConvergence(deps);
  if (known !== null && known.at > convergence.at) return;
  await deps.state.set(partition(deps), "convergence", convergence);
}

export async function append(deps: Deps, run: string | null, kind: LedgerKind, text: string, data?: unknown): Promise<void> {
  const at = deps.clock.now().toISOString();
  const entry: LedgerEntry = data === undefined ? { at, kind, text } : { at, kind, text, data };
  deps.log("ledger", { run, ...entry });
  await deps.state.set(ledgerPartition(deps, run), `${at}-${deps.newId()}`, entry);
}

export async function readRun(deps: Deps, id: string): Promise<RunRecord | null> {
  return (await deps.state.get<RunRecord>(runsPartition(deps), id))?.value ?? null;
}

export async function setRun(deps: Deps, record: RunRecord): Promise<void> {
  await deps.state.set(runsPartition(deps), record.run.id, record);
}
