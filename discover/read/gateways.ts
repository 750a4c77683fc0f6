/** API Management instances, their backends, and the operation at which a gateway is asked as a witness. */
import { ApiManagementClient, type ApiManagementServiceResource, type BackendContract } from "@azure/arm-apimanagement";
import { parseResourceId } from "../../src/azure/arm/resource-id.ts";
import { backendName } from "../../src/domain/routing.ts";
import type { FoundBackend, FoundGateway } from "../inventory.ts";
import { listScope, type Reader, type Scope } from "./reader.ts";
import { hostOf, locationOf, present } from "./text.ts";

/** The API of this product; its operations are the only ones that are read, for a gateway may have hundreds of APIs. */
const OWN_API = /failover/i;
const WITNESS = /\/witness\/\{backend\}$/;

export async function readGateways(reader: Reader, scope: Scope): Promise<readonly FoundGateway[]> {
  const client = new ApiManagementClient(reader.credential, scope.subscription, reader.options);
  const services = await listScope<ApiManagementServiceResource>(reader, scope, "API Management instances", {
    all: (options) => client.apiManagementService.list(options),
    of: (group) => (options) => client.apiManagementService.listByResourceGroup(group, options),
  });
  const found: FoundGateway[] = [];
  for (const service of services) {
    const { id, name, gatewayUrl } = service;
    if (!id || !name || !gatewayUrl) continue;
    const { resourceGroup } = parseResourceId(id);
    const backends = await reader.list(`backends of ${name}`, (options) => client.backend.listByService(resourceGroup, name, options));
    found.push({
      resourceId: id,
      name,
      location: locationOf(service.location),
      url: gatewayUrl.replace(/\/+$/, ""),
      hosts: hostsOf(service, gatewayUrl),
      otherLocations: (service.additionalLocations ?? []).map(({ location }) => locationOf(location)),
      backends: (backends ?? []).map(backendOf).filter(present),
      witnessPath: await witnessPath(reader, client, resourceGroup, name),
    });
  }
  return found;
}

function hostsOf(service: ApiManagementServiceResource, gatewayUrl: string): readonly string[] {
  const custom = (service.hostnameConfigurations ?? []).filter(({ type }) => type === "Proxy").map(({ hostName }) => hostName);
  const regional = [service.gatewayRegionalUrl, ...(service.additionalLocations ?? []).map((location) => location.gatewayRegionalUrl)];
  return [...new Set([gatewayUrl, ...custom, ...regional.filter(present)].map(hostOf))];
}

function backendOf({ name, url, pool }: BackendContract): FoundBackend | undefined {
  if (name === undefined) return undefined;
  return { name, url: url ?? undefined, members: pool?.services?.map(({ id }) => backendName(id)) };
}

async function witnessPath(
  reader: Reader,
  { api, apiOperation }: ApiManagementClient,
  group: string,
  service: string,
): Promise<string | null> {
  const apis = await reader.list(`APIs of ${service}`, (options) => api.listByService(group, service, options));
  for (const { name, path = "" } of apis ?? []) {
    if (name === undefined || !OWN_API.test(path)) continue;
    const operations = await reader.list(`operations of ${service}/${name}`, (options) =>
      apiOperation.listByApi(group, service, name, options),
    );
    const witness = operations?.find(({ urlTemplate }) => WITNESS.test(urlTemplate ?? ""));
    if (witness) return `/${path}${witness.urlTemplate ?? ""}`;
  }
  return null;
}
