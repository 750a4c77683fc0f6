/** Microsoft.Network/applicationGateways, as far as finding what stands behind one needs it (azure-facts 10.1). Read-only. */
import type { ApplicationGateway } from "../platform.ts";
import { listRoutes, type Scopes } from "./listing.ts";
import type { ArmRoute } from "./arm.ts";

export function applicationGatewayRoutes(items: readonly ApplicationGateway[], scopes: Scopes): readonly ArmRoute[] {
  return listRoutes({ scopes, type: "Microsoft.Network/applicationGateways", items, body: gatewayBody });
}

interface Part {
  readonly id: string;
  readonly name: string;
}

function gatewayBody({ resourceId, name, region, privateIp, listeners }: ApplicationGateway): unknown {
  const part = (kind: string, of: string): Part => ({ id: `${resourceId}/${kind}/${of}`, name: of });
  const reference = (kind: string, of: string): { id: string } => ({ id: part(kind, of).id });
  const properties = {
    provisioningState: "Succeeded",
    operationalState: "Running",
    sku: { name: "WAF_v2", tier: "WAF_v2" },
    frontendIPConfigurations:
      privateIp === undefined ? [] : [{ ...part("frontendIPConfigurations", "private"), properties: { privateIPAddress: privateIp } }],
    httpListeners: listeners.map((listener) => ({
      ...part("httpListeners", listener.name),
      properties: {
        protocol: "Https",
        ...(listener.hostNames.length === 1 ? { hostName: listener.hostNames[0] } : {}),
        hostNames: listener.hostNames.length > 1 ? listener.hostNames : [],
        frontendIPConfiguration: reference("frontendIPConfigurations", "private"),
      },
    })),
    backendAddressPools: listeners.map((listener) => ({
      ...part("backendAddressPools", listener.name),
      properties: { backendAddresses: listener.addresses.map((fqdn) => ({ fqdn })) },
    })),
    requestRoutingRules: listeners.map((listener, index) => ({
      ...part("requestRoutingRules", listener.name),
      properties: {
        ruleType: "Basic",
        priority: (index + 1) * 10,
        httpListener: reference("httpListeners", listener.name),
        backendAddressPool: reference("backendAddressPools", listener.name),
      },
    })),
    urlPathMaps: [],
  };
  return { id: resourceId, name, type: "Microsoft.Network/applicationGateways", location: region, properties };
}
