/** What events and alerts call the estate's parts, found again in the estate. */
import type { Estate, Gateway } from "../../domain/estate.ts";
import { backendName } from "../../domain/routing.ts";
import { accountOf, deploymentName } from "../monitor/accounts.ts";

/** The gateway that an ARM id names, itself or as the parent; ids come in any case and may lack the leading slash. */
export function gatewayOf(estate: Estate, resourceId: string): Gateway | undefined {
  return estate.gateways.find((gateway) => isWithin(resourceId, gateway.resourceId));
}

/** Deployments that the gateway's pools reach by that backend. */
export function deploymentsBehind(gateway: Gateway, backend: string): string[] {
  const members = gateway.pools.flatMap((pool) => pool.members).filter((member) => member.backend.toLowerCase() === backendName(backend));
  return [...new Set(members.map(({ deployment }) => deployment))];
}

/** Deployments that an ARM id names: one, or all of an account. */
export function deploymentsOf(estate: Estate, resourceId: string): string[] {
  const found = estate.deployments.filter(
    (deployment) => isWithin(resourceId, deployment.resourceId) || key(resourceId) === accountOf(deployment),
  );
  return found.map(({ id }) => id);
}

export function isNamed(estate: Estate, deployment: string, name: string): boolean {
  return estate.deployments.some((candidate) => candidate.id === deployment && deploymentName(candidate) === name.toLowerCase());
}

/** Regions that a display name ("East US 2") or a location name ("eastus2") means; "Global" means all. */
export function regionsOf(estate: Estate, name: string): string[] {
  const wanted = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return estate.regions.map((region) => region.name).filter((region) => wanted === "global" || region.toLowerCase() === wanted);
}

export function targetsIn(estate: Estate, regions: readonly string[]): string[] {
  return [...estate.deployments, ...estate.gateways].filter(({ region }) => regions.includes(region)).map(({ id }) => id);
}

function key(resourceId: string): string {
  return resourceId.replace(/^\/+|\/+$/g, "").toLowerCase();
}

function isWithin(resourceId: string, parent: string): boolean {
  return `${key(resourceId)}/`.startsWith(`${key(parent)}/`);
}
