/** Questions about the estate's graph: origins → gateways → pools → members → deployments → quota pools. */
import type { Deployment, Edge, Estate, Gateway, OriginRef } from "./estate.ts";
import { backendName, type PoolMember } from "./routing.ts";

export function gatewayById(estate: Estate, id: string): Gateway {
  const found = estate.gateways.find((gateway) => gateway.id === id);
  if (found === undefined) throw new Error(`The estate has no gateway "${id}"`);
  return found;
}

/** The deployment a pool member leads to; undefined for a member, pool or gateway the estate does not know (any more). */
export function deploymentOf(estate: Estate, gateway: string, pool: string, member: PoolMember): Deployment | undefined {
  const name = backendName(member.id);
  const ref = estate.gateways
    .find((candidate) => candidate.id === gateway)
    ?.pools.find((p) => p.name === pool)
    ?.members.find((m) => m.backend.toLowerCase() === name);
  return estate.deployments.find((deployment) => deployment.id === ref?.deployment);
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

/**
 * Key of the quota that a deployment draws on: per subscription × region × model × deployment type (azure-facts 4.2).
 * Global deployments share one pool per subscription; data-zone ones are treated the same, which errs on the side of less headroom.
 */
export function quotaPoolOf(deployment: Deployment): string {
  const subscription = /^\/subscriptions\/([^/]+)\//i.exec(deployment.resourceId)?.[1]?.toLowerCase() ?? "";
  const type = deployment.deploymentType;
  const scope = type.startsWith("Global") ? "global" : type.startsWith("DataZone") ? "data-zone" : deployment.region;
  return `${subscription}/${scope}/${deployment.model.name}/${type}`;
}
