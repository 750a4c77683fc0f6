/** ARM's routing over time, replayed from the accepted writes. */
import { backendName, type OriginRouting, type PoolMember, type PoolRouting, type Routing } from "../../src/domain/routing.ts";
import type { ArmWrite, DrillLog, OriginWrite, PoolWrite } from "./drill-log.ts";

/** Half-open; Infinity = never again normal. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * When ARM's routing of one kind differed from the normal one in any field, absent ones included. What somebody else gave a member is
 * as good as its normal state: the app may keep that.
 */
export function departures(log: Pick<DrillLog, "normal" | "writes">, kind: ArmWrite["kind"]): readonly Interval[] {
  const intervals: Interval[] = [];
  let from: number | undefined;
  for (const { at, differing } of differences(log, kind)) {
    if (differing.size > 0) from ??= at;
    else if (from !== undefined) {
      intervals.push({ from, to: at });
      from = undefined;
    }
  }
  return from === undefined ? intervals : [...intervals, { from, to: Infinity }];
}

/** Keys of what differs from the normal routing after the last write. */
export function unrestored(log: Pick<DrillLog, "normal" | "writes">, kind: ArmWrite["kind"]): readonly string[] {
  return [...([...differences(log, kind)].at(-1)?.differing ?? [])];
}

/** After each write. */
function* differences({ normal, writes }: Pick<DrillLog, "normal" | "writes">, kind: ArmWrite["kind"]): Generator<Difference> {
  const differing = new Set<string>();
  const edits = createEdits(normal.pools);
  for (const write of inOrder(writes.filter((item) => item.kind === kind))) {
    const key = write.kind === "pool" ? poolKey(write) : originKey(write);
    if (write.kind === "pool") edits.note(write);
    if (write.kind === "pool" ? edits.isHome(write) : isNormalOrigin(normal, write)) differing.delete(key);
    else differing.add(key);
    yield { at: write.at, differing };
  }
}

interface Difference {
  readonly at: number;
  /** Of that moment: it changes. */
  readonly differing: ReadonlySet<string>;
}

function isNormalOrigin({ origins }: Pick<Routing, "origins">, write: OriginWrite): boolean {
  return origins.find((origin) => originKey(origin) === originKey(write))?.enabled === write.enabled;
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

export interface Edits {
  /** To be told of every pool write, in order of time. */
  note(write: PoolWrite): void;
  /** Whether each member is in its normal state or in one that somebody else gave it, all of them in the normal order. */
  isHome(pool: PoolRouting): boolean;
  /** The normal members of a pool, with what somebody else last changed of them. */
  normalNow(pool: Pick<PoolRouting, "gateway" | "pool">): readonly PoolMember[];
}

export function createEdits(normal: readonly PoolRouting[]): Edits {
  const states = new Map(normal.map((pool) => [poolKey(pool), pool.members]));
  const theirs = new Map<string, Map<string, readonly PoolMember[]>>();
  const normalOf = (key: string): readonly PoolMember[] => normal.find((pool) => poolKey(pool) === key)?.members ?? [];
  const givenTo = (key: string, { id }: PoolMember): readonly PoolMember[] => theirs.get(key)?.get(backendName(id)) ?? [];
  return {
    note(write) {
      const key = poolKey(write);
      const before = states.get(key) ?? [];
      states.set(key, write.members);
      if (write.foreign !== true) return;
      const changed = write.members.filter((member) => !before.some((old) => stateOf(old) === stateOf(member)));
      const given = new Map(theirs.get(key));
      for (const member of changed) given.set(backendName(member.id), [...givenTo(key, member), member]);
      theirs.set(key, given);
    },
    isHome(pool) {
      const key = poolKey(pool);
      const own = normalOf(key);
      const fits = (member: PoolMember, home: PoolMember | undefined): boolean =>
        home !== undefined && [home, ...givenTo(key, home)].some((state) => stateOf(state) === stateOf(member));
      return pool.members.length === own.length && pool.members.every((member, index) => fits(member, own[index]));
    },
    normalNow: (pool) => normalOf(poolKey(pool)).map((member) => givenTo(poolKey(pool), member).at(-1) ?? member),
  };
}

function stateOf({ id, weight, priority }: PoolMember): string {
  return JSON.stringify({ id, weight, priority });
}
