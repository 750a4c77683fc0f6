/** What stands in the embedded Azure when it starts. */
import type { Deployment, DeploymentType, Edge, Estate, Gateway, OriginRef, PoolRef } from "../../src/domain/estate.ts";
import type { PoolMember } from "../../src/domain/routing.ts";
import type { Constants } from "../constants.ts";

export interface FoundryDeployment {
  /** Its id in the estate: what the world knows it by. */
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
  readonly model: { readonly name: string; readonly version: string };
  readonly deploymentType: DeploymentType;
  readonly tokensPerMinute: number;
  /** As Azure tells them, such as `{ embeddings: "true" }`. Absent: it tells none. */
  readonly capabilities?: Readonly<Record<string, string>>;
}

export interface FoundryAccount {
  readonly resourceId: string;
  readonly subscription: string;
  readonly name: string;
  readonly region: string;
  readonly host: string;
  readonly deployments: readonly FoundryDeployment[];
}

export interface ApimBackend {
  readonly name: string;
  readonly url: string;
  /** Its id in the estate. */
  readonly deployment: string;
  /** Absent: the one of the guidance. */
  readonly circuitBreaker?: { readonly rules: readonly unknown[] };
}

export interface ApimService {
  /** Its id in the estate. */
  readonly gateway: string;
  readonly resourceId: string;
  readonly name: string;
  readonly region: string;
  readonly host: string;
  readonly statusPath: string;
  /** With `{backend}` in it. */
  readonly witnessPath: string | null;
  readonly backends: readonly ApimBackend[];
  readonly pools: readonly { readonly name: string; readonly members: readonly PoolMember[] }[];
  /** Its custom domains. */
  readonly customHosts?: readonly string[];
  /** Absent: the witness's operation and nothing else. */
  readonly contents?: ApimContents;
}

/** An API; texts of policies are well-formed XML. */
export interface ApimApi {
  readonly name: string;
  readonly path: string;
  readonly policy?: string;
  readonly operations: readonly {
    readonly name: string;
    readonly method: string;
    readonly urlTemplate: string;
    readonly policy?: string;
  }[];
}

export interface ApimContents {
  /** Of the whole service. */
  readonly policy?: string;
  readonly apis: readonly ApimApi[];
  readonly products: readonly { readonly name: string; readonly policy?: string }[];
  readonly fragments: readonly { readonly name: string; readonly value: string }[];
  readonly namedValues: readonly { readonly name: string; readonly value: string; readonly secret?: boolean }[];
}

/** One pool of addresses behind each listener. */
export interface ApplicationGateway {
  readonly resourceId: string;
  readonly name: string;
  readonly region: string;
  readonly privateIp?: string;
  readonly listeners: readonly { readonly name: string; readonly hostNames: readonly string[]; readonly addresses: readonly string[] }[];
}

export interface FrontDoorOrigin {
  readonly group: string;
  readonly name: string;
  readonly hostName: string;
  /** Resource id of the API Management instance that it is linked to privately. */
  readonly privateLink?: string;
}

export interface FrontDoor {
  /** Its id in the estate. */
  readonly edge: string;
  readonly kind: "standard" | "classic";
  readonly resourceId: string;
  readonly name: string;
  readonly origins: readonly FrontDoorOrigin[];
  /** Origin groups with a route. Absent: all. */
  readonly routedGroups?: readonly string[];
}

/** A page of the operator's own that tells whether a deployment answers: what a probe of the kind `url` asks. */
export interface Page {
  readonly deployment: string;
  readonly region: string;
  readonly host: string;
  readonly path: string;
}

export const METRIC_NAMES = ["azureOpenAI", "models", "both"] as const;
/** Which metrics an account lists (azure-facts 4.1). */
export type MetricNames = (typeof METRIC_NAMES)[number];

export interface Platform {
  /** Audiences that tokens must carry, without `/.default`. */
  readonly audiences: {
    readonly resourceManager: string;
    readonly cognitiveServices: string;
    readonly logAnalytics: string;
    readonly metricsBatch: string;
  };
  readonly metricNames: MetricNames;
  /** Workspaces with the gateways' logs. */
  readonly workspaces: readonly string[];
  readonly pages: readonly Page[];
  readonly services: readonly ApimService[];
  readonly accounts: readonly FoundryAccount[];
  readonly frontDoors: readonly FrontDoor[];
  readonly applicationGateways?: readonly ApplicationGateway[];
}

/** From an estate whose URLs are still Azure's own. */
export function platformFromEstate(
  estate: Estate,
  constants: Pick<Constants, "assumedTokensPerMinute">,
  metricNames: MetricNames = "azureOpenAI",
): Platform {
  const { resourceManagerAudience, cognitiveServicesAudience, logAnalyticsAudience, metricsBatchAudience } = estate.cloud;
  return {
    audiences: {
      resourceManager: resourceManagerAudience,
      cognitiveServices: cognitiveServicesAudience,
      logAnalytics: logAnalyticsAudience,
      metricsBatch: metricsBatchAudience,
    },
    metricNames,
    workspaces: estate.signals.logs === null ? [] : [estate.signals.logs.workspaceId],
    pages: estate.deployments.flatMap(({ id, region, probe }) => (probe.kind === "url" ? [page(id, region, probe.url)] : [])),
    services: estate.gateways.map((gateway) => service(estate, gateway)),
    accounts: accounts(estate.deployments, constants.assumedTokensPerMinute),
    frontDoors: estate.edges.map((edge) => frontDoor(estate, edge)),
  };
}

/**
 * The members a pool starts with. Several gateways: local members at priority 1 without a weight, remote ones at 2 with 50, so that
 * absent fields occur (azure-facts 13.8). Otherwise all at priority 1 without a weight.
 */
export function initialMembers(estate: Estate, gateway: Gateway, pool: PoolRef): readonly PoolMember[] {
  const regions = new Map(estate.deployments.map((deployment) => [deployment.id, deployment.region]));
  const isLocal = (deployment: string): boolean => regions.get(deployment) === gateway.region;
  const localFirst = estate.gateways.length > 1 && pool.members.some((member) => isLocal(member.deployment));
  return pool.members.map((member) => {
    const id = `${gateway.resourceId}/backends/${member.backend}`;
    return localFirst && !isLocal(member.deployment) ? { id, priority: 2, weight: 50 } : { id, priority: 1 };
  });
}

function service(estate: Estate, gateway: Gateway): ApimService {
  const endpoints = new Map(estate.deployments.map((deployment) => [deployment.id, deployment.endpoint]));
  const backends = new Map(gateway.pools.flatMap((pool) => pool.members.map((member) => [member.backend, member.deployment])));
  return {
    gateway: gateway.id,
    resourceId: gateway.resourceId,
    name: lastSegment(gateway.resourceId),
    region: gateway.region,
    host: hostOf(gateway.url),
    statusPath: gateway.statusPath,
    witnessPath: gateway.witnessPath,
    backends: [...backends].map(([name, deployment]) => ({ name, deployment, url: `${endpoints.get(deployment) ?? ""}/openai` })),
    pools: gateway.pools.map((pool) => ({ name: pool.name, members: initialMembers(estate, gateway, pool) })),
  };
}

function accounts(deployments: readonly Deployment[], assumedTokensPerMinute: number): readonly FoundryAccount[] {
  const resourceIds = new Map(deployments.map((deployment) => [accountId(deployment).toLowerCase(), accountId(deployment)]));
  return [...resourceIds.values()].map((resourceId) => {
    const members = deployments.filter((deployment) => accountId(deployment).toLowerCase() === resourceId.toLowerCase());
    return {
      resourceId,
      subscription: resourceId.split("/")[2] ?? "",
      name: lastSegment(resourceId),
      region: members[0]?.region ?? "",
      host: hostOf(members[0]?.endpoint ?? ""),
      deployments: members.map(({ id, model, deploymentType, tokensPerMinute, ...deployment }) => ({
        id,
        name: lastSegment(deployment.resourceId),
        resourceId: deployment.resourceId,
        model,
        deploymentType,
        tokensPerMinute: tokensPerMinute ?? assumedTokensPerMinute,
      })),
    };
  });
}

function frontDoor(estate: Estate, edge: Edge): FrontDoor {
  const hosts = new Map(estate.gateways.map((gateway) => [gateway.id, hostOf(gateway.url)]));
  const origin = (ref: OriginRef): FrontDoorOrigin => ({ group: ref.group, name: ref.name, hostName: hosts.get(ref.gateway) ?? ref.name });
  return {
    edge: edge.id,
    kind: edge.kind,
    resourceId: edge.resourceId,
    name: lastSegment(edge.resourceId),
    origins: edge.origins.map(origin),
  };
}

function page(deployment: string, region: string, url: string): Page {
  return { deployment, region, host: hostOf(url), path: new URL(url).pathname };
}

function accountId(deployment: Deployment): string {
  return deployment.resourceId.replace(/\/deployments\/[^/]+$/i, "");
}

function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function hostOf(url: string): string {
  return new URL(url).host.toLowerCase();
}
