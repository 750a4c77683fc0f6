/** ARM's routing over time, replayed from the accepted writes. */
import type { OriginRouting, PoolRouting } from "../../src/domain/routing.ts";
import type { ArmWrite, DrillLog } from "./drill-log.ts";

/** Half-open; Infinity = never again normal. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** When ARM's routing of one kind differed from the normal one in any field, absent ones included. */
export function departures(log: Pick<DrillLog, "normal" | "writes">, kind: ArmWrite["kind"]): readonly Interval[] {
  const normal = new Map(kind === "pool" ? log.normal.pools.map(poolEntry) : log.normal.origins.map(originEntry));
  const differing = new Set<string>();
  const intervals: Interval[] = [];
  let from: number | undefined;
  for (const write of inOrder(log.writes.filter((item) => item.kind === kind))) {
    const [key, state] = write.kind === "pool" ? poolEntry(write) : originEntry(write);
    if (normal.get(key) === state) differing.delete(key);
    else differing.add(key);
    if (differing.size > 0) from ??= write.at;
    else if (from !== undefined) {
      intervals.push({ from, to: write.at });
      from = undefined;
    }
  }
  return from === undefined ? intervals : [...intervals, { from, to: Infinity }];
}

export function inOrder<T extends { readonly at: number }>(items: readonly T[]): readonly T[] {
  return items.toSorted((a, b) => a.at - b.at);
}

export function poolKey({ gateway, pool }: Pick<PoolRouting, "gateway" | "pool">): string {
  return `${gateway}/${pool.toLowerCase()}`;
}

export function originKey({ edge, group, origin }: Pick<OriginRouting, "edge" | "group" | "origin">): string {
  return `${edge}/${group.toLowerCase()}/${origin.toLowerCase()}`;
}

function poolEntry(pool: PoolRouting): readonly [string, string] {
  return [poolKey(pool), JSON.stringify(pool.members.map(({ id, weight, priority }) => ({ id, weight, priority })))];
}

function originEntry(origin: OriginRouting): readonly [string, string] {
  return [originKey(origin), String(origin.enabled)];
}
