/** The normal routing: captured once per episode, pool by pool and edge by edge, each before its own first write. */
import type { Edge, Gateway } from "../domain/estate.ts";
import type { Routing } from "../domain/routing.ts";
import type { Deps, Failure } from "../ports.ts";
import { normalPartition, type NormalEdge, type NormalPool } from "./memory.ts";

export interface Normal {
  readonly pools: readonly NormalPool[];
  readonly edges: readonly NormalEdge[];
}

const poolKey = (gateway: string, pool: string): string => `pool:${gateway}:${pool}`;
const edgeKey = (edge: string): string => `edge:${edge}`;

export async function readNormal(deps: Deps, episode: string | null): Promise<Normal> {
  if (episode === null) return { pools: [], edges: [] };
  const rows = await deps.state.list<NormalPool | NormalEdge>(normalPartition(deps, episode));
  return {
    pools: rows.flatMap(({ value }) => ("pool" in value ? [value] : [])),
    edges: rows.flatMap(({ value }) => ("edge" in value ? [value] : [])),
  };
}

/** Null while nothing has been captured. */
export function asRouting(normal: Normal): Routing | null {
  if (normal.pools.length === 0) return null;
  return {
    pools: normal.pools.map(({ gateway, pool, normal: members }) => ({ gateway, pool, members })),
    origins: normal.edges.flatMap((edge) => edge.origins),
  };
}

/** Insert-only: whoever captures first wins, and a second capture of the same episode changes nothing. */
export async function capturePool(deps: Deps, episode: string, gateway: Gateway, pool: string): Promise<NormalPool | Failure> {
  const read = await deps.pools.read(gateway, pool);
  if (!read.ok) return read;
  const row: NormalPool = { gateway: gateway.id, pool, normal: read.members, written: read.members };
  if ((await deps.state.put(normalPartition(deps, episode), poolKey(gateway.id, pool), row, undefined)) === "written") return row;
  return (await readPool(deps, episode, row)) ?? row;
}

export async function readPool(
  deps: Deps,
  episode: string,
  { gateway, pool }: Pick<NormalPool, "gateway" | "pool">,
): Promise<NormalPool | undefined> {
  return (await deps.state.get<NormalPool>(normalPartition(deps, episode), poolKey(gateway, pool)))?.value;
}

export async function captureEdge(deps: Deps, episode: string, edge: Edge): Promise<NormalEdge | Failure> {
  const read = await deps.edges.read(edge);
  if (!read.ok) return read;
  const row: NormalEdge = { edge: edge.id, origins: read.origins };
  if ((await deps.state.put(normalPartition(deps, episode), edgeKey(edge.id), row, undefined)) === "written") return row;
  return (await deps.state.get<NormalEdge>(normalPartition(deps, episode), edgeKey(edge.id)))?.value ?? row;
}

export async function savePool(
  deps: Deps,
  episode: string,
  row: NormalPool,
  change: Partial<Pick<NormalPool, "normal" | "written" | "writing" | "resets">>,
): Promise<void> {
  await deps.state.set(normalPartition(deps, episode), poolKey(row.gateway, row.pool), { ...row, ...change });
}

export async function forgetNormal(deps: Deps, episode: string): Promise<void> {
  const rows = await deps.state.list(normalPartition(deps, episode));
  for (const { key } of rows) await deps.state.remove(normalPartition(deps, episode), key);
}
