/** The estate file that the decisions make, as a person would write it: what is left out has its default. */
import type { z } from "zod";
import type { EstateSchema } from "../../src/config/schema.ts";
import type { FoundGateway } from "../inventory.ts";
import type { DecidedEdge } from "./edges.ts";
import type { Target } from "./member.ts";
import { uniqueIds } from "./names.ts";
import type { DecidedPool } from "./pools.ts";
import { deploymentType } from "./usable.ts";

export type EstateFile = z.input<typeof EstateSchema>;

export interface Decided {
  readonly name: string;
  /** Absent for the public cloud. */
  readonly cloud?: EstateFile["cloud"];
  readonly pools: readonly DecidedPool[];
  readonly edges: readonly DecidedEdge[];
}

export function estateFile({ name, cloud, pools, edges }: Decided): EstateFile {
  const targets = distinct(pools.flatMap(({ members }) => members.map(({ target }) => target)));
  const gateways = [...new Set(pools.map(({ gateway }) => gateway))];
  const gatewayIds = uniqueIds(gateways, gatewayNames);
  const taken = new Set([...gatewayIds.values()].map((id) => id.toLowerCase()));
  const ids = uniqueIds([...targets.values()], targetNames, taken);
  const idOf = (target: Target): string => ids.get(targets.get(keyOf(target)) ?? target) ?? "";
  const edgeIds = uniqueIds(edges, ({ edge }) => [edge.name, `${edge.name}-${edge.kind}`]);
  const locations = [...[...targets.values()].map(({ account }) => account.location), ...gateways.map(({ location }) => location)];
  return {
    name,
    ...(cloud === undefined ? {} : { cloud }),
    regions: [...new Set(locations)].map((location) => ({ name: location })),
    deployments: [...targets.values()].map((target) => deploymentEntry(idOf(target), target)),
    gateways: gateways.map((gateway) => ({
      id: gatewayIds.get(gateway) ?? gateway.name,
      region: gateway.location,
      resourceId: gateway.resourceId,
      url: gateway.url,
      ...(gateway.witnessPath === null ? {} : { witnessPath: gateway.witnessPath }),
      pools: pools
        .filter((pool) => pool.gateway === gateway)
        .map((pool) => ({ name: pool.name, members: pool.members.map(({ backend, target }) => ({ backend, deployment: idOf(target) })) })),
    })),
    edges: edges.map((decided) => ({
      id: edgeIds.get(decided) ?? decided.edge.name,
      kind: decided.edge.kind,
      resourceId: decided.edge.resourceId,
      origins: decided.origins.map((origin) => ({ group: origin.group, name: origin.name, gateway: gatewayIds.get(origin.gateway) ?? "" })),
    })),
    safety: { mode: "recommend" },
  };
}

/** The same deployment behind several gateways is one. */
function distinct(targets: readonly Target[]): ReadonlyMap<string, Target> {
  const found = new Map<string, Target>();
  for (const target of targets) if (!found.has(keyOf(target))) found.set(keyOf(target), target);
  return found;
}

function keyOf({ deployment }: Target): string {
  return deployment.resourceId.toLowerCase();
}

function gatewayNames({ name, location }: FoundGateway): readonly string[] {
  return [name, `${name}-${location}`];
}

function targetNames({ account, deployment }: Target): readonly string[] {
  return [`${deployment.name}-${account.location}`, `${deployment.name}-${account.name}`];
}

function deploymentEntry(id: string, { account, deployment }: Target): EstateFile["deployments"][number] {
  const { model, type, tokensPerMinute, completesChats } = deployment;
  return {
    id,
    region: account.location,
    resourceId: deployment.resourceId,
    endpoint: account.endpoint ?? "",
    model: { name: model.name ?? "", version: model.version ?? "" },
    deploymentType: deploymentType(type) ?? "Standard",
    ...(tokensPerMinute === null ? {} : { tokensPerMinute }),
    ...(completesChats ? {} : { probe: { kind: "models" } }),
  };
}
