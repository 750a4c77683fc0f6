/** The series that the report plots: from the world's request log and ARM's write log. */
import { partOf } from "../../src/domain/admission.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { PoolRouting } from "../../src/domain/routing.ts";
import type { RequestRecord } from "../world.ts";
import type { ArmWrite } from "./drill-log.ts";
import { isLost } from "./measures-relief.ts";
import type { Bin, PoolShare } from "./result.ts";

export const BIN_SECONDS = 15;

export function bins(requests: readonly RequestRecord[], estate: Estate, startsAt: number, endsAt: number): readonly Bin[] {
  const regionOf = new Map(estate.deployments.map((deployment) => [deployment.id, deployment.region]));
  const count = Math.ceil((endsAt - startsAt) / (BIN_SECONDS * 1000));
  const made = Array.from({ length: count }, (_, i) => ({
    at: i * BIN_SECONDS,
    requests: 0,
    lost: 0,
    answeredBy: zero(estate),
    tokensBy: zero(estate),
  }));
  for (const request of requests) {
    const bin = made[Math.floor((request.arrivedAt - startsAt) / (BIN_SECONDS * 1000))];
    if (bin === undefined) continue;
    bin.requests += 1;
    const region = regionOf.get(request.tried.at(-1) ?? "");
    if (isLost(request)) bin.lost += 1;
    else if (region !== undefined) {
      bin.answeredBy[region] = (bin.answeredBy[region] ?? 0) + 1;
      bin.tokensBy[region] = (bin.tokensBy[region] ?? 0) + request.tokens;
    }
  }
  return made;
}

function zero(estate: Estate): Record<string, number> {
  return Object.fromEntries(estate.regions.map((region) => [region.name, 0]));
}

export function poolShares(
  estate: Estate,
  initial: readonly PoolRouting[],
  writes: readonly ArmWrite[],
  startsAt: number,
): readonly PoolShare[] {
  const start = initial.map((pool) => ({ at: 0, pool: `${pool.gateway}/${pool.pool}`, shares: sharesOf(estate, pool) }));
  const later = writes.flatMap((write) =>
    write.kind === "pool"
      ? [{ at: (write.at - startsAt) / 1000, pool: `${write.gateway}/${write.pool}`, shares: sharesOf(estate, write) }]
      : [],
  );
  return [...start, ...later.toSorted((a, b) => a.at - b.at || compare(a.pool, b.pool))];
}

function sharesOf(estate: Estate, pool: PoolRouting): Record<string, number> {
  const shares = zero(estate);
  for (const { id, region } of estate.deployments) shares[region] = (shares[region] ?? 0) + partOf(estate, pool, id);
  return Object.fromEntries(Object.entries(shares).map(([region, share]) => [region, Math.round(share * 1000) / 1000]));
}

/** For what happened in one instant: in an order that does not depend on chance. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
