/**
 * Converge: the one writer. It computes desired routing from the hold rows, compares it with ARM and writes what differs, all
 * gateways in parallel. Level-based and idempotent: two callers compute the same from the same rows; a 412 means read again.
 */
import { isDeepStrictEqual } from "node:util";
import type { EstateState, Initiator } from "../domain/hold.ts";
import type { Converged, Convergence } from "../domain/run.ts";
import type { Deps } from "../ports.ts";
import type { ConvergeContext } from "./converge-context.ts";
import { convergeEdge } from "./converge-edge.ts";
import { convergePool } from "./converge-pool.ts";
import { append, readMemory, setConvergence } from "./memory.ts";
import { readNormal } from "./normal-routing.ts";

export interface ConvergeOptions {
  /** Where the ledger entries go; null = the estate's own. */
  readonly run: string | null;
  /** False reads back only. */
  readonly write: boolean;
  /** Who asks; absent = automatic. */
  readonly initiator?: Initiator;
}

export async function converge(deps: Deps, options: ConvergeOptions): Promise<Convergence> {
  const at = deps.clock.now().toISOString();
  const memory = await readMemory(deps);
  const state = memory.state.value;
  const before = memory.convergence;
  const { episode } = state;
  if (episode === null) return { at, items: [] };
  const normal = await readNormal(deps, episode);
  const context: ConvergeContext = {
    deps,
    state,
    episode,
    normal,
    run: options.run,
    write: options.write && mayWrite(state, options.initiator),
    before,
    at,
  };
  const pools = deps.estate.gateways.flatMap((gateway) => gateway.pools.map((pool) => convergePool(context, gateway, pool.name)));
  const touched = state.holds.some((hold) => hold.origin === "disabled") || normal.edges.length > 0;
  // Edges are written by runs alone: Front Door knows no ETag, and a second writer would queue behind the first (azure-facts 2.3).
  const atEdges = { ...context, write: context.write && options.run !== null };
  const edges = touched ? deps.estate.edges.map((edge) => convergeEdge(atEdges, edge)) : [];
  const items = (await Promise.all([...pools, ...edges])).flat();
  const convergence = { at, items: items.map((item) => keepSince(item, before)) };
  // The reconciler comes every minute and mostly finds what is on record. A run's own is always put: the run goes by it.
  if (options.run !== null || !isDeepStrictEqual(convergence.items, before?.items)) await setConvergence(deps, convergence, memory);
  await tellNews(context, items);
  return convergence;
}

/** What could not be written goes on record once, when it begins, not at every attempt. */
async function tellNews({ deps, run, before }: ConvergeContext, items: readonly Converged[]): Promise<void> {
  for (const { kind, target, state, reason } of items) {
    if (state !== "owed" && state !== "drift" && state !== "unserved") continue;
    const old = before?.items.find((other) => other.kind === kind && other.target === target);
    if (old?.state !== state) await append(deps, run, "note", `${target} ${state}: ${reason}`);
  }
}

/**
 * The kill switch stops every automatic write; what a person starts goes on. Nothing automatic slips through with it: automatic runs
 * do not change their holds while the switch is on.
 */
function mayWrite(state: EstateState, initiator: Initiator = "automatic"): boolean {
  return state.killSwitch?.on !== true || initiator === "manual" || state.holds.every((hold) => hold.initiator === "manual");
}

function keepSince(item: Converged, before: Convergence | null): Converged {
  const old = before?.items.find((other) => other.kind === item.kind && other.target === item.target);
  return old?.state === item.state ? { ...item, since: old.since } : item;
}
