/** Pools of several gateways that lead to the same deployments in the same way are alike to whoever asks where traffic goes. */
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import { firstChoice } from "./priorities.ts";
import type { PoolMember, PoolRouting, Routing } from "./routing.ts";
import { deploymentOf } from "./topology.ts";

export interface PoolShape {
  /** One of them. */
  readonly pool: PoolRouting;
  /** The gateway of each of them. */
  readonly gateways: readonly string[];
  /** What its members lead to, as far as the estate knows it. */
  readonly deployments: ReadonlySet<Deployment>;
  /** Those that serve while nothing is held. */
  readonly firstChoice: ReadonlySet<Deployment>;
}

/** A routing never changes: 30 gateways with 33 pools of 30 members are gone through once, and not for every question. */
const SHAPES = new WeakMap<Routing, { readonly estate: Estate; readonly shapes: readonly PoolShape[] }>();

export function poolShapes(estate: Estate, routing: Routing): readonly PoolShape[] {
  const known = SHAPES.get(routing);
  if (known?.estate === estate) return known.shapes;
  const shapes = [...groupBy(routing.pools, (pool) => keyOf(estate, pool)).values()].flatMap((pools) => {
    const [pool] = pools;
    if (pool === undefined) return [];
    const leadTo = (members: readonly PoolMember[]): ReadonlySet<Deployment> =>
      new Set(members.flatMap((member) => deploymentOf(estate, pool.gateway, pool.pool, member) ?? []));
    const gateways = pools.map(({ gateway }) => gateway);
    return [{ pool, gateways, deployments: leadTo(pool.members), firstChoice: leadTo(firstChoice(pool.members)) }];
  });
  SHAPES.set(routing, { estate, shapes });
  return shapes;
}

function keyOf(estate: Estate, { gateway, pool, members }: PoolRouting): string {
  const parts = members.map((member) => {
    const id = deploymentOf(estate, gateway, pool, member)?.id ?? "";
    return `${id} ${member.priority ?? ""} ${member.weight ?? ""}`;
  });
  return parts.join("|");
}
