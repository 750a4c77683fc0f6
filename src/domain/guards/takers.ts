/** Rungs about who would receive the tokens: may they, and are they the same. */
import type { Deployment, Estate, Region } from "../estate.ts";
import { edgePeers, routingScopeOf } from "../topology.ts";
import { names, passed, refused, ROUTING_UNKNOWN, type Climb, type Finding } from "./rung.ts";

/** Data stays within the regions of its boundary, whether tokens move or clients do. */
export function dataResidency(climb: Climb): Finding {
  const { estate, region, handovers } = climb;
  if (handovers === null) return refused(ROUTING_UNKNOWN);
  const own = regionOf(estate, region);
  if (own === undefined) return refused(`the estate does not say where the data of ${region} may go`);
  if (own.dataBoundary === null) return passed(`the data of ${region} may go anywhere`);
  const allowed = (other: string): boolean => regionOf(estate, other)?.dataBoundary === own.dataBoundary;
  const outside = handovers.filter(({ to }) => !allowed(to.region)).map(({ to }) => `${to.id} in ${to.region}`);
  // Global deployments are processed anywhere (azure-facts 4.2).
  const global = handovers.filter(({ from, to }) => isGlobal(to) && !isGlobal(from)).map(({ to }) => `${to.id} (${to.deploymentType})`);
  const gateways = leavesGateway(climb) ? edgePeers(estate, region).filter((gateway) => !allowed(gateway.region)) : [];
  const found = [...outside, ...global, ...gateways.map((gateway) => `${gateway.id} in ${gateway.region}`)];
  if (found.length > 0) return refused(`data of ${region} must stay within ${own.dataBoundary}; it would go to ${names(found)}`);
  return passed(`everybody who takes over is within ${own.dataBoundary}`);
}

function regionOf(estate: Estate, name: string): Region | undefined {
  return estate.regions.find((region) => region.name === name);
}

function isGlobal(deployment: Deployment): boolean {
  return routingScopeOf(deployment) === "global";
}

/** The edge will be told to leave the region's gateways, and chooses among all others. */
function leavesGateway({ share, verdict }: Climb): boolean {
  return share >= 1 || verdict?.gateway?.state === "failing";
}

export function modelParity({ estate, handovers }: Climb): Finding {
  if (handovers === null) return refused(ROUTING_UNKNOWN);
  const different = handovers.filter(({ from, to }) => !mayServe(estate, from, to));
  if (different.length === 0)
    return passed(handovers.length === 0 ? "no tokens move" : "everybody who takes over serves the same model, or an allowed substitute");
  const found = different.map(({ from, to }) => `${to.id} has ${modelName(to)}, ${from.id} has ${modelName(from)}`);
  return refused(`${names(found)}, and no substitute is allowed`);
}

function mayServe(estate: Estate, from: Deployment, to: Deployment): boolean {
  const same = (a: Deployment["model"], b: Deployment["model"]): boolean => a.name === b.name && a.version === b.version;
  return (
    same(from.model, to.model) ||
    estate.safety.substitutes.some(({ model, servedBy }) => same(model, from.model) && same(servedBy, to.model))
  );
}

function modelName({ model }: Deployment): string {
  return `${model.name} ${model.version}`;
}
