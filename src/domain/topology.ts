/** Questions about the estate's graph: origins → gateways → pools → members → deployments → quota pools. */
import type { Deployment, Edge, Estate, Gateway, OriginRef, PoolRef } from "./estate.ts";
import { groupBy } from "./group.ts";
import { perObject } from "./per-object.ts";
import { normalParts } from "./priorities.ts";
import { backendName, type PoolMember, type PoolRouting } from "./routing.ts";

export function gatewayById(estate: Estate, id: string): Gateway {
  const found = estate.gateways.find((gateway) => gateway.id === id);
  if (found === undefined) throw new Error(`The estate has no gateway "${id}"`);
  return found;
}

/** A pool's member with the deployment it leads to; undefined for a member, pool or gateway the estate does not know (any more). */
export interface Lead {
  readonly member: PoolMember;
  readonly deployment: Deployment | undefined;
  /** Part [0–1] of its priority group's traffic that it normally carries. */
  readonly part: number;
}

export function leadsOf(estate: Estate, { gateway, pool, members }: PoolRouting): readonly Lead[] {
  const known = membersOf(estate).get(gateway)?.get(pool);
  const parts = normalParts(members);
  return members.map((member, i) => ({ member, deployment: known?.get(backendName(member.id)), part: parts[i] ?? 0 }));
}

/** By gateway, pool and backend. */
type Members = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Deployment>>>;

const membersOf = perObject(({ deployments, gateways }: Estate): Members => {
  const byId = new Map(deployments.map((deployment) => [deployment.id, deployment]));
  const inPool = ({ members }: PoolRef): ReadonlyMap<string, Deployment> =>
    new Map(
      members.flatMap((ref) => {
        const deployment = byId.get(ref.deployment);
        return deployment === undefined ? [] : [[ref.backend.toLowerCase(), deployment] as const];
      }),
    );
  return new Map(gateways.map(({ id, pools }) => [id, new Map(pools.map((pool) => [pool.name, inPool(pool)]))]));
});

export const deploymentsByRegion = perObject(({ deployments }: Estate) => groupBy(deployments, ({ region }) => region));

export function deploymentsIn(estate: Estate, region: string): readonly Deployment[] {
  return deploymentsByRegion(estate).get(region) ?? [];
}

/** The deployments that a move is about: those of the scope, or all of the region's. */
export function movedDeployments(estate: Estate, region: string, scope: readonly string[] | null): readonly Deployment[] {
  const all = deploymentsIn(estate, region);
  return scope === null ? all : all.filter(({ id }) => scope.includes(id));
}

export function gatewaysIn(estate: Estate, region: string): readonly Gateway[] {
  return estate.gateways.filter((gateway) => gateway.region === region);
}

function originsOfRegion(estate: Estate, edge: Edge, region: string): readonly OriginRef[] {
  const gateways = new Set(gatewaysIn(estate, region).map((gateway) => gateway.id));
  return edge.origins.filter((origin) => gateways.has(origin.gateway));
}

export function hasEdgeOrigin(estate: Estate, region: string): boolean {
  return estate.edges.some((edge) => originsOfRegion(estate, edge, region).length > 0);
}

/** Whether the edges may be told to leave the region's gateways: its clients must stay within the boundary of its data. */
export function mayLeaveEdge(estate: Estate, region: string): boolean {
  const boundaryOf = (name: string): string | null | undefined => estate.regions.find((other) => other.name === name)?.dataBoundary;
  const own = boundaryOf(region);
  return hasEdgeOrigin(estate, region) && (own === null || edgePeers(estate, region).every((peer) => boundaryOf(peer.region) === own));
}

/** Gateways of other regions to which the edges send a region's clients when its own gateways are left. */
export function edgePeers(estate: Estate, region: string): readonly Gateway[] {
  const ids = estate.edges.flatMap((edge) => {
    const groups = new Set(originsOfRegion(estate, edge, region).map((origin) => origin.group.toLowerCase()));
    return edge.origins.filter((origin) => groups.has(origin.group.toLowerCase())).map((origin) => origin.gateway);
  });
  return estate.gateways.filter((gateway) => gateway.region !== region && ids.includes(gateway.id));
}

/** Where a deployment's requests may be processed: Azure itself routes those of global and data-zone ones (azure-facts 4.2). */
export function routingScopeOf({ deploymentType }: Deployment): "region" | "data-zone" | "global" {
  return deploymentType.startsWith("Global") ? "global" : deploymentType.startsWith("DataZone") ? "data-zone" : "region";
}

/**
 * Key of the quota that a deployment draws on: per subscription × region × model × deployment type (azure-facts 4.2).
 * Global deployments share one pool per subscription; data-zone ones are treated the same, which errs on the side of less headroom.
 */
export const quotaPoolOf = perObject((deployment: Deployment): string => {
  const subscription = /^\/subscriptions\/([^/]+)\//i.exec(deployment.resourceId)?.[1]?.toLowerCase() ?? "";
  const scope = routingScopeOf(deployment);
  return `${subscription}/${scope === "region" ? deployment.region : scope}/${deployment.model.name}/${deployment.deploymentType}`;
});
