/** Pools of several gateways that lead to the same deployments in the same way are alike to whoever asks where traffic goes. */
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import { perObject } from "./per-object.ts";
import { partsWithin, priorityOf } from "./priorities.ts";
import type { Routing } from "./routing.ts";
import { leadsOf, type Lead } from "./topology.ts";

export interface PoolShape {
  /** Of one of them. */
  readonly leads: readonly Lead[];
  /** The gateway of each of them. */
  readonly gateways: readonly string[];
  /** What its members lead to, as far as the estate knows it. */
  readonly deployments: ReadonlySet<Deployment>;
  /** Those that serve while nothing is held, with their parts of the traffic. */
  readonly parts: ReadonlyMap<Deployment, number>;
}

interface Index {
  readonly shapes: readonly PoolShape[];
  readonly byDeployment: ReadonlyMap<Deployment, readonly PoolShape[]>;
}

/** 30 gateways with 33 pools of 30 members are gone through once, and not for every question. */
const indexOf = perObject((routing: Routing) =>
  perObject((estate: Estate): Index => {
    const shapes = shapesOf(estate, routing);
    const pairs = shapes.flatMap((shape) => [...shape.deployments].map((deployment) => ({ deployment, shape })));
    const byDeployment = groupBy(pairs, ({ deployment }) => deployment);
    return { shapes, byDeployment: new Map([...byDeployment].map(([deployment, own]) => [deployment, own.map(({ shape }) => shape)])) };
  }),
);

export function standsInPool(estate: Estate, routing: Routing, deployment: Deployment): boolean {
  return indexOf(routing)(estate).byDeployment.has(deployment);
}

/** In the routing's order, the pools that lead to any of these deployments, with those that each leads to. */
export function poolsLeadingTo(
  estate: Estate,
  routing: Routing,
  deployments: readonly Deployment[],
): readonly { readonly shape: PoolShape; readonly own: readonly Deployment[] }[] {
  const { shapes, byDeployment } = indexOf(routing)(estate);
  const own = new Map<PoolShape, Deployment[]>();
  for (const deployment of deployments) {
    for (const shape of byDeployment.get(deployment) ?? []) own.set(shape, [...(own.get(shape) ?? []), deployment]);
  }
  return shapes.flatMap((shape) => {
    const found = own.get(shape);
    return found === undefined ? [] : [{ shape, own: found }];
  });
}

function shapesOf(estate: Estate, routing: Routing): readonly PoolShape[] {
  const pools = routing.pools.map((pool) => ({ gateway: pool.gateway, leads: leadsOf(estate, pool) }));
  return [...groupBy(pools, keyOf).values()].map((alike) => {
    const leads = alike[0]?.leads ?? [];
    const deployments = new Set(leads.flatMap(({ deployment }) => deployment ?? []));
    return { leads, gateways: alike.map(({ gateway }) => gateway), deployments, parts: poolParts(leads) };
  });
}

function keyOf({ leads }: Pick<PoolShape, "leads">): string {
  return leads.map(({ member, deployment }) => `${deployment?.id ?? ""} ${member.priority ?? ""} ${member.weight ?? ""}`).join("|");
}

/** Part [0–1] of a pool's traffic that goes to each deployment: its part of the first-choice group. */
export function poolParts(leads: readonly Lead[]): ReadonlyMap<Deployment, number> {
  const best = Math.min(...leads.map(({ member }) => priorityOf(member)));
  const first = leads.filter(({ member }) => priorityOf(member) === best);
  const parts = partsWithin(first.map(({ member }) => member));
  const byDeployment = new Map<Deployment, number>();
  first.forEach(({ deployment }, i) => {
    if (deployment !== undefined) byDeployment.set(deployment, (byDeployment.get(deployment) ?? 0) + (parts[i] ?? 0));
  });
  return byDeployment;
}
