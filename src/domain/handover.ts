/** Who takes over from whom when a region, or a part of it, is left: read off the routing before and after. */
import { desiredRouting, normalParts, priorityOf, type DesiredRouting, type HoldLimits } from "./desired-routing.ts";
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import type { PoolRouting, Routing } from "./routing.ts";
import { deploymentOf, movedDeployments } from "./topology.ts";

export interface Handover {
  readonly gateway: string;
  readonly pool: string;
  readonly from: Deployment;
  readonly to: Deployment;
  /** Part [0–1] of the demand of `from` that goes to `to`. */
  readonly part: number;
}

export interface Leaving {
  /** Nobody's traffic goes anywhere it did not go before. */
  readonly handovers: readonly Handover[];
  /** Part [0–1] by deployment id of the demand that stays because nobody else serves its pool. */
  readonly stranded: Readonly<Record<string, number>>;
  /** Pools of this routing that send the moved deployments traffic. */
  readonly carrying: number;
}

/** `routing` is the normal routing, `others` the holds of other regions; `leaving` limits what is left to nothing. */
export function leave(estate: Estate, routing: Routing, others: readonly HoldLimits[], leaving: HoldLimits): Leaving {
  const moved = movedDeployments(estate, leaving.region, leaving.scope);
  const concerned = { pools: routing.pools.filter((pool) => listsAny(estate, pool, moved)), origins: [] };
  const before = desiredRouting(estate, concerned, others).routing;
  const after = desiredRouting(estate, concerned, [...others, leaving]);
  const flows = before.pools.flatMap((pool, i) => flowsOf(estate, pool, after.routing.pools[i] ?? pool, moved));
  const total = groupBy(flows, (flow) => flow.from.id);
  const shareOf = (flow: Flow): number => flow.part / (total.get(flow.from.id) ?? []).reduce((sum, other) => sum + other.part, 0);
  const isStranded = (flow: Flow): boolean => isUnserved(after, flow.pool);
  return {
    carrying: new Set(flows.map((flow) => flow.pool)).size,
    handovers: flows.flatMap((flow) => flow.gains.map(({ to, gain }) => handover(flow, to, shareOf(flow) * gain))),
    stranded: Object.fromEntries(
      [...total].map(([id, own]) => [id, own.filter(isStranded).reduce((sum, flow) => sum + shareOf(flow), 0)] as const),
    ),
  };
}

function handover({ pool, from }: Flow, to: Deployment, part: number): Handover {
  return { gateway: pool.gateway, pool: pool.pool, from, to, part };
}

function listsAny(estate: Estate, pool: PoolRouting, moved: readonly Deployment[]): boolean {
  return pool.members.some((member) => {
    const deployment = deploymentOf(estate, pool.gateway, pool.pool, member);
    return deployment !== undefined && moved.includes(deployment);
  });
}

function isUnserved({ unserved }: DesiredRouting, { gateway, pool }: PoolRouting): boolean {
  return unserved.includes(`${gateway}/${pool}`);
}

/**
 * Azure tells tokens per deployment, not per pool: a deployment's demand is attributed to the pools that list it as a first choice,
 * in proportion to its part there; what leaves a pool's member goes to the members that gain there, in proportion to their gain.
 */
interface Flow {
  readonly pool: PoolRouting;
  readonly from: Deployment;
  /** Part [0–1] of the pool's traffic. */
  readonly part: number;
  readonly gains: readonly { readonly to: Deployment; readonly gain: number }[];
}

function flowsOf(estate: Estate, pool: PoolRouting, after: PoolRouting, moved: readonly Deployment[]): readonly Flow[] {
  const parts = poolParts(estate, pool);
  const from = moved.filter((deployment) => (parts.get(deployment) ?? 0) > 0);
  if (from.length === 0) return [];
  const grown = [...poolParts(estate, after)]
    .map(([to, part]) => ({ to, gain: part - (parts.get(to) ?? 0) }))
    .filter(({ gain }) => gain > 1e-9);
  const sum = grown.reduce((total, { gain }) => total + gain, 0);
  const gains = grown.map(({ to, gain }) => ({ to, gain: gain / sum }));
  return from.map((deployment) => ({ pool, from: deployment, part: parts.get(deployment) ?? 0, gains }));
}

/** Part [0–1] of a pool's traffic that goes to each deployment: its part of the first-choice group. */
export function poolParts(estate: Estate, pool: PoolRouting): ReadonlyMap<Deployment, number> {
  const best = Math.min(...pool.members.map(priorityOf));
  const first = pool.members.filter((member) => priorityOf(member) === best);
  const parts = normalParts(first);
  const byDeployment = new Map<Deployment, number>();
  first.forEach((member, i) => {
    const deployment = deploymentOf(estate, pool.gateway, pool.pool, member);
    if (deployment !== undefined) byDeployment.set(deployment, (byDeployment.get(deployment) ?? 0) + (parts[i] ?? 0));
  });
  return byDeployment;
}
