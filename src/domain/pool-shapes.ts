/** Pools of several gateways that lead to the same deployments in the same way are alike to whoever asks where traffic goes. */
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import { firstChoice, partsWithin } from "./priorities.ts";
import type { PoolMember, PoolRouting, Routing } from "./routing.ts";
import { deploymentsOfPool, type DeploymentBehind } from "./topology.ts";

export interface PoolShape {
  /** One of them. */
  readonly pool: PoolRouting;
  /** The gateway of each of them. */
  readonly gateways: readonly string[];
  /** Of its members, or of any that differ from them in weight and priority only. */
  readonly deploymentBehind: DeploymentBehind;
  /** What its members lead to, as far as the estate knows it. */
  readonly deployments: ReadonlySet<Deployment>;
  /** Those that serve while nothing is held, with their parts of the traffic. */
  readonly parts: ReadonlyMap<Deployment, number>;
}

/** A routing never changes: 30 gateways with 33 pools of 30 members are gone through once, and not for every question. */
const INDEXES = new WeakMap<Routing, Index>();

interface Index {
  readonly estate: Estate;
  readonly shapes: readonly PoolShape[];
  readonly byDeployment: ReadonlyMap<Deployment, readonly PoolShape[]>;
}

function indexOf(estate: Estate, routing: Routing): Index {
  const known = INDEXES.get(routing);
  if (known?.estate === estate) return known;
  const shapes = shapesOf(estate, routing);
  const leads = shapes.flatMap((shape) => [...shape.deployments].map((deployment) => ({ deployment, shape })));
  const byDeployment = new Map(
    [...groupBy(leads, ({ deployment }) => deployment)].map(([deployment, own]) => [deployment, own.map(({ shape }) => shape)]),
  );
  const index = { estate, shapes, byDeployment };
  INDEXES.set(routing, index);
  return index;
}

/** In the routing's order, the pools that lead to any of these deployments, with those that each leads to. */
export function poolsLeadingTo(
  estate: Estate,
  routing: Routing,
  deployments: readonly Deployment[],
): readonly { readonly shape: PoolShape; readonly own: readonly Deployment[] }[] {
  const { shapes, byDeployment } = indexOf(estate, routing);
  const leads = deployments.flatMap((deployment) => (byDeployment.get(deployment) ?? []).map((shape) => ({ deployment, shape })));
  const byShape = groupBy(leads, ({ shape }) => shape);
  return shapes.flatMap((shape) => {
    const own = byShape.get(shape);
    return own === undefined ? [] : [{ shape, own: own.map(({ deployment }) => deployment) }];
  });
}

function shapesOf(estate: Estate, routing: Routing): readonly PoolShape[] {
  return [...groupBy(routing.pools, (pool) => keyOf(estate, pool)).values()].flatMap((pools) => {
    const [pool] = pools;
    if (pool === undefined) return [];
    const gateways = pools.map(({ gateway }) => gateway);
    const deploymentBehind = onceFor(pool.members, deploymentsOfPool(estate, pool.gateway, pool.pool));
    const deployments = new Set(pool.members.flatMap((member) => deploymentBehind(member) ?? []));
    return [{ pool, gateways, deploymentBehind, deployments, parts: poolParts(pool.members, deploymentBehind) }];
  });
}

/** ARM ids are long, and a backend's name is cut from them. */
function onceFor(members: readonly PoolMember[], deploymentBehind: DeploymentBehind): DeploymentBehind {
  const byId = new Map(members.map((member) => [member.id, deploymentBehind(member)]));
  return ({ id }) => byId.get(id);
}

function keyOf(estate: Estate, { gateway, pool, members }: PoolRouting): string {
  const deploymentBehind = deploymentsOfPool(estate, gateway, pool);
  const parts = members.map((member) => {
    const id = deploymentBehind(member)?.id ?? "";
    return `${id} ${member.priority ?? ""} ${member.weight ?? ""}`;
  });
  return parts.join("|");
}

/** Part [0–1] of a pool's traffic that goes to each deployment: its part of the first-choice group. */
export function poolParts(members: readonly PoolMember[], deploymentBehind: DeploymentBehind): ReadonlyMap<Deployment, number> {
  const first = firstChoice(members);
  const parts = partsWithin(first);
  const byDeployment = new Map<Deployment, number>();
  first.forEach((member, i) => {
    const deployment = deploymentBehind(member);
    if (deployment !== undefined) byDeployment.set(deployment, (byDeployment.get(deployment) ?? 0) + (parts[i] ?? 0));
  });
  return byDeployment;
}
