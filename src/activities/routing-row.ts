/** How the normal routing lies in its row: that of thirty gateways whose 33 pools lead to 30 backends each takes half of what fits. */
import type { PoolMember, Routing } from "../domain/routing.ts";
import { packRows, unpackRows } from "./packed.ts";

export interface RoutingRow {
  /** Ids of members. */
  readonly ids: readonly string[];
  /** Members: place of the id, priority, weight. */
  readonly pools: readonly (readonly [gateway: string, pool: string, members: string])[];
}

export function packRouting({ pools }: Pick<Routing, "pools">): RoutingRow {
  const ids = [...new Set(pools.flatMap(({ members }) => members.map(({ id }) => id)))];
  const places = new Map(ids.map((id, place) => [id, place]));
  const pack = ({ id, priority, weight }: PoolMember): [number, number | null, number | null] => [
    places.get(id) ?? 0,
    priority ?? null,
    weight ?? null,
  ];
  return { ids, pools: pools.map(({ gateway, pool, members }) => [gateway, pool, packRows(members.map(pack))]) };
}

/** Pools with the same members share them. */
export function unpackRouting({ ids, pools }: RoutingRow): Routing {
  const known = new Map<string, readonly PoolMember[]>();
  const membersOf = (text: string): readonly PoolMember[] => {
    const members = known.get(text) ?? unpackMembers(ids, text);
    known.set(text, members);
    return members;
  };
  return { pools: pools.map(([gateway, pool, text]) => ({ gateway, pool, members: membersOf(text) })), origins: [] };
}

function unpackMembers(ids: readonly string[], text: string): readonly PoolMember[] {
  return unpackRows(text).map(([place, priority = null, weight = null]) => ({
    id: ids[place ?? 0] ?? "",
    ...(priority === null ? {} : { priority }),
    ...(weight === null ? {} : { weight }),
  }));
}
