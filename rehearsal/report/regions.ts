/** Regions that get a line of their own in the plots; with many, the rest share one. */
import type { DrillResult } from "../drill/result.ts";

const MOST_LINES = 8;

export interface Region {
  readonly name: string;
  readonly members: readonly string[];
}

/** In the estate's order; the failing ones and the busiest are never hidden. */
export function shownRegions(results: readonly DrillResult[]): readonly Region[] {
  const all = [...new Set(results.flatMap(({ bins }) => Object.keys(bins[0]?.answeredBy ?? {})))];
  const alone = (name: string): Region => ({ name, members: [name] });
  if (all.length <= MOST_LINES) return all.map(alone);
  const failing = new Set(results.flatMap(({ faults }) => faults.map((fault) => fault.region)));
  const busy = (name: string): number =>
    failing.has(name) ? Infinity : Math.max(...results.flatMap(({ bins }) => bins.map((bin) => bin.answeredBy[name] ?? 0)));
  const kept = new Set(all.toSorted((a, b) => busy(b) - busy(a)).slice(0, MOST_LINES - 1));
  const rest = all.filter((name) => !kept.has(name));
  return [...all.filter((name) => kept.has(name)).map(alone), { name: `${rest.length} other regions`, members: rest }];
}

export function regionShown(values: Readonly<Record<string, number>>, { members }: Region): number {
  return members.reduce((sum, name) => sum + (values[name] ?? 0), 0);
}
