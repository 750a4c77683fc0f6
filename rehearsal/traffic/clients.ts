import type { Estate } from "../../src/domain/estate.ts";
import { draw } from "./random.ts";

/** One client request, before it is sent. */
export interface TrafficRequest {
  readonly id: number;
  /** Virtual milliseconds since the Unix epoch, whole. */
  readonly arrivesAt: number;
  readonly clientRegion: string;
  readonly contextTokens: number;
  /** What the model would generate if `max_tokens` let it. */
  readonly generatedTokens: number;
  /** Of one request alone: the pool it asks for (absent = any), and what it sends as `max_tokens` (absent = what every client sends). */
  readonly pool?: string;
  readonly maxTokens?: number;
}

/** Clients' share by region; absent = equal shares. Regions left out of a given record have no clients. */
export type ClientShares = Readonly<Record<string, number>> | undefined;

/** The same request always comes from the same region. */
export function createClientRegions(regions: readonly string[], shares: ClientShares, seed: number): (id: number) => string {
  const weights = [...clientWeights(regions, shares)];
  const last = weights.findLast(([, weight]) => weight > 0)?.[0] ?? "";
  return (id) => {
    let rest = draw(seed, "client region", id);
    return weights.find(([, weight]) => (rest -= weight) < 0)?.[0] ?? last;
  };
}

/** Shares that add up to 1. */
export function clientWeights(regions: readonly string[], shares: ClientShares): ReadonlyMap<string, number> {
  const unknown = Object.keys(shares ?? {}).find((region) => !regions.includes(region));
  if (unknown !== undefined) throw new Error(`clients: the estate has no region "${unknown}"; it has ${regions.join(", ")}.`);
  const weights = regions.map((region) => (shares ? (shares[region] ?? 0) : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) throw new Error("clients: at least one region must have a share above 0.");
  return new Map(regions.map((region, index) => [region, (weights[index] ?? 0) / total]));
}

/** Distance is a ring: a region itself, then the estate's other regions in the order after it. Real distances are not modelled. */
export function nearestFirst<T>(estate: Estate, from: string, items: readonly T[], regionOf: (item: T) => string | undefined): T[] {
  const names = estate.regions.map((region) => region.name);
  const start = names.indexOf(from);
  function distance(item: T): number {
    const index = names.indexOf(regionOf(item) ?? "");
    return index < 0 ? names.length : (index - start + names.length) % names.length;
  }
  return [...items].sort((a, b) => distance(a) - distance(b));
}
