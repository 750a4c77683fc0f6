/** Application Gateways: what is reached behind each listener. */
import {
  NetworkManagementClient,
  type ApplicationGateway,
  type ApplicationGatewayHttpListener,
  type ApplicationGatewayRequestRoutingRule,
} from "@azure/arm-network";
import type { FoundApplicationGateway } from "../inventory.ts";
import { listScope, type Reader, type Scope } from "./reader.ts";
import { hostOf, present } from "./text.ts";

export async function readApplicationGateways(reader: Reader, scope: Scope): Promise<readonly FoundApplicationGateway[]> {
  const { applicationGateways } = new NetworkManagementClient(reader.credential, scope.subscription, reader.options);
  const found = await listScope<ApplicationGateway>(reader, scope, "Application Gateways", {
    all: (options) => applicationGateways.listAll(options),
    of: (group) => (options) => applicationGateways.list(group, options),
  });
  return found.flatMap((gateway) => {
    const { id, name } = gateway;
    if (id === undefined || name === undefined) return [];
    const fronts = (gateway.requestRoutingRules ?? []).map((rule) => ({
      hosts: hostsOf(gateway, rule),
      targets: targetsOf(gateway, rule),
    }));
    return [{ resourceId: id, name, fronts }];
  });
}

/** A listener without a host name takes whatever reaches its address. */
function hostsOf(
  { httpListeners = [], frontendIPConfigurations = [] }: ApplicationGateway,
  rule: ApplicationGatewayRequestRoutingRule,
): string[] {
  const listener = byId(httpListeners, rule.httpListener?.id);
  const names = listener === undefined ? [] : namesOf(listener);
  if (names.length > 0) return names;
  const address = byId(frontendIPConfigurations, listener?.frontendIPConfiguration?.id)?.privateIPAddress;
  return address === undefined ? [] : [address];
}

function namesOf({ hostName, hostNames = [] }: ApplicationGatewayHttpListener): string[] {
  return [hostName, ...hostNames].filter((name) => present(name) && name !== "").map((name) => hostOf(name ?? ""));
}

/** Of all paths: which of them a request takes is not decided here. */
function targetsOf(
  { urlPathMaps = [], backendAddressPools = [] }: ApplicationGateway,
  rule: ApplicationGatewayRequestRoutingRule,
): string[] {
  const map = byId(urlPathMaps, rule.urlPathMap?.id);
  const references = [rule, ...(map?.pathRules ?? [])].map(({ backendAddressPool }) => backendAddressPool?.id);
  const pools = new Set([...references, map?.defaultBackendAddressPool?.id].filter(present));
  const addresses = [...pools].flatMap((id) => byId(backendAddressPools, id)?.backendAddresses ?? []);
  return [
    ...new Set(
      addresses
        .map(({ fqdn, ipAddress }) => fqdn ?? ipAddress)
        .filter(present)
        .map(hostOf),
    ),
  ];
}

function byId<Item extends { id?: string }>(items: readonly Item[], id: string | undefined): Item | undefined {
  return id === undefined ? undefined : items.find((item) => item.id?.toLowerCase() === id.toLowerCase());
}
