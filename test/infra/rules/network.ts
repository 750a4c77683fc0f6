import { BlockList } from "node:net";
import { z } from "zod";
import {
  changed,
  finallyOfType,
  lastName,
  ofType,
  parentOf,
  without,
  type Platform,
  type Resource,
  type Rule,
} from "../support/platform.ts";

const Id = z.object({ id: z.string() });
const Peering = z.object({ remoteVirtualNetwork: Id, allowVirtualNetworkAccess: z.literal(true) });
const Connection = z.object({ remoteVirtualNetwork: Id });
const Endpoint = z.object({
  subnet: Id,
  privateLinkServiceConnections: z.tuple([
    z.object({ properties: z.object({ privateLinkServiceId: z.string(), groupIds: z.tuple([z.string()]) }) }),
  ]),
});
const Group = z.object({ privateDnsZoneConfigs: z.array(z.object({ properties: z.object({ privateDnsZoneId: z.string() }) })) });
const Gateway = z.object({ virtualNetworkConfiguration: z.object({ subnetResourceId: z.string() }) });
const App = z.object({ virtualNetworkSubnetId: z.string() });
const Network = z.object({
  addressSpace: z.object({ addressPrefixes: z.array(z.string()) }),
  subnets: z.array(z.object({ name: z.string(), properties: z.object({ addressPrefix: z.string() }) })),
});
const Hub = z.object({ addressPrefix: z.string(), virtualWan: Id });

/** Private endpoints by what they lead to: sub-resources, and the zones that must know them (Azure's table of private DNS zones). */
const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "Microsoft.CognitiveServices/accounts": {
    account: ["privatelink.cognitiveservices.azure.com", "privatelink.openai.azure.com", "privatelink.services.ai.azure.com"],
  },
  "Microsoft.ApiManagement/service": { Gateway: ["privatelink.azure-api.net"] },
  "Microsoft.Web/sites": { sites: ["privatelink.azurewebsites.net"] },
  "Microsoft.KeyVault/vaults": { vault: ["privatelink.vaultcore.azure.net"] },
  "Microsoft.Storage/storageAccounts": {
    blob: ["privatelink.blob.core.windows.net"],
    queue: ["privatelink.queue.core.windows.net"],
    table: ["privatelink.table.core.windows.net"],
  },
};

function endpoints(
  platform: Platform,
): readonly { id: string; network: string; target: string; group: string; zones: readonly string[] }[] {
  return ofType(platform, "Microsoft.Network/privateEndpoints").map(({ id, properties }) => {
    const { subnet, privateLinkServiceConnections } = Endpoint.parse(properties);
    const [{ properties: link }] = privateLinkServiceConnections;
    const registered = ofType(platform, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups").filter(
      (group) => parentOf(group.id) === id,
    );
    const zones = registered.flatMap((group) =>
      Group.parse(group.properties).privateDnsZoneConfigs.map((config) => config.properties.privateDnsZoneId),
    );
    return { id, network: parentOf(subnet.id), target: link.privateLinkServiceId, group: link.groupIds[0], zones };
  });
}

/** Pairs of networks that reach each other: peered both ways, or connected to hubs of one Virtual WAN. */
function reach(platform: Platform): (one: string, other: string) => boolean {
  const peered = new Set(
    ofType(platform, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings").map(
      ({ id, properties }) => `${parentOf(id)} ${Peering.parse(properties).remoteVirtualNetwork.id}`,
    ),
  );
  const hubs = new Map(
    ofType(platform, "Microsoft.Network/virtualHubs").map(({ id, properties }) => [id, Hub.parse(properties).virtualWan.id]),
  );
  const wans = new Map(
    ofType(platform, "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections").map(({ id, properties }) => [
      Connection.parse(properties).remoteVirtualNetwork.id,
      hubs.get(parentOf(id)),
    ]),
  );
  return (one, other) =>
    one === other ||
    (peered.has(`${one} ${other}`) && peered.has(`${other} ${one}`)) ||
    (wans.get(one) !== undefined && wans.get(one) === wans.get(other));
}

/** Networks out of which the app and the gateways ask. */
function askers(platform: Platform): readonly string[] {
  const gateways = finallyOfType(platform, "Microsoft.ApiManagement/service").map(
    ({ properties }) => Gateway.parse(properties).virtualNetworkConfiguration.subnetResourceId,
  );
  const apps = ofType(platform, "Microsoft.Web/sites").map(({ properties }) => App.parse(properties).virtualNetworkSubnetId);
  return [...new Set([...gateways, ...apps].map((subnet) => parentOf(subnet)))];
}

const peering: Rule = {
  title: "the app and every gateway reach every private endpoint",
  violations(platform) {
    const reaches = reach(platform);
    const targets = new Set(endpoints(platform).map(({ network }) => network));
    return askers(platform).flatMap((asker) =>
      [...targets].filter((target) => !reaches(asker, target)).map((target) => `${asker} does not reach ${target}`),
    );
  },
  broken: {
    "a peering is missing": without("Microsoft.Network/virtualNetworks/virtualNetworkPeerings"),
    "a peering leads elsewhere": changed(
      "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
      /"remoteVirtualNetwork":{"id":"[^"]+/,
      '"remoteVirtualNetwork":{"id":"/other',
    ),
  },
};

/** Of a module that is deployed under a condition the compiler tells no output: there the resource group must do. */
function leadsTo(target: string, id: string): boolean {
  return target === id || target.startsWith(`[reference('${id.split("/providers/")[0]}/providers/Microsoft.Resources/deployments/`);
}

const privateEndpoints: Rule = {
  title: "whatever has private endpoints has one of each kind, in the zones that its names are looked up in",
  violations(platform) {
    const all = endpoints(platform);
    return Object.entries(ENDPOINTS).flatMap(([type, groups]) =>
      finallyOfType(platform, type).flatMap(({ id }) =>
        Object.entries(groups).flatMap(([group, zones]) => {
          const own = all.filter((endpoint) => leadsTo(endpoint.target, id) && endpoint.group === group);
          const found = own
            .flatMap((endpoint) => endpoint.zones.map(lastName))
            .toSorted()
            .join();
          return own.length === 1 && found === zones.join() ? [] : [`${id} has ${own.length} endpoints ${group}, in the zones ${found}`];
        }),
      ),
    );
  },
  broken: {
    "an endpoint is missing": without("Microsoft.Network/privateEndpoints"),
    "an endpoint is not registered": without("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"),
    "a zone is another": changed(
      "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
      "privatelink.azurewebsites.net",
      "privatelink.azurewebsites.com",
    ),
  },
};

const zones: Rule = {
  title: "every zone exists once and is linked to every network",
  violations(platform) {
    const networks = ofType(platform, "Microsoft.Network/virtualNetworks").map(({ id }) => id);
    const used = new Set(endpoints(platform).flatMap((endpoint) => endpoint.zones));
    return [...used].flatMap((zone) => {
      const there = ofType(platform, "Microsoft.Network/privateDnsZones").filter(({ id }) => id === zone);
      const links = ofType(platform, "Microsoft.Network/privateDnsZones/virtualNetworkLinks").filter(({ id }) => parentOf(id) === zone);
      const linked = links.map(({ properties }) => z.object({ virtualNetwork: Id }).parse(properties).virtualNetwork.id);
      const missing = networks.filter((network) => !linked.includes(network)).map((network) => `${zone} is not linked to ${network}`);
      return there.length === 1 ? missing : [`${zone} is there ${there.length} times`];
    });
  },
  broken: {
    "a zone is missing": without("Microsoft.Network/privateDnsZones"),
    "a link is missing": without("Microsoft.Network/privateDnsZones/virtualNetworkLinks"),
  },
};

interface Range {
  readonly owner: string;
  readonly prefix: string;
}

function firstAndLast(prefix: string): readonly [string, string] {
  const [ip = "", bits = ""] = prefix.split("/");
  const first = ip.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const last = first + 2 ** (32 - Number(bits)) - 1;
  return [ip, [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".")];
}

function blockOf(prefixes: readonly string[]): BlockList {
  const block = new BlockList();
  for (const prefix of prefixes) block.addRange(...firstAndLast(prefix));
  return block;
}

function overlaps(ranges: readonly Range[]): readonly string[] {
  return ranges.flatMap((one, index) =>
    ranges
      .slice(index + 1)
      .filter(
        ({ prefix }) =>
          firstAndLast(prefix).some((ip) => blockOf([one.prefix]).check(ip)) ||
          firstAndLast(one.prefix).some((ip) => blockOf([prefix]).check(ip)),
      )
      .map((other) => `${one.owner} ${one.prefix} overlaps ${other.owner} ${other.prefix}`),
  );
}

function subnetProblems({ name, properties }: Resource): readonly string[] {
  const { addressSpace, subnets } = Network.parse(properties);
  const block = blockOf(addressSpace.addressPrefixes);
  const ranges = subnets.map((subnet) => ({ owner: `${name}/${subnet.name}`, prefix: subnet.properties.addressPrefix }));
  const outside = ranges
    .filter(({ prefix }) => !firstAndLast(prefix).every((ip) => block.check(ip)))
    .map(({ owner, prefix }) => `${owner} ${prefix} is not in its network`);
  return [...outside, ...overlaps(ranges)];
}

const addresses: Rule = {
  title: "no two networks, virtual hubs or subnets share addresses, and subnets lie in their networks",
  violations(platform) {
    const networks = ofType(platform, "Microsoft.Network/virtualNetworks");
    const spaces = networks.flatMap(({ name, properties }) =>
      Network.parse(properties).addressSpace.addressPrefixes.map((prefix) => ({ owner: name, prefix })),
    );
    const hubs = ofType(platform, "Microsoft.Network/virtualHubs").map(({ name, properties }) => ({
      owner: name,
      prefix: Hub.parse(properties).addressPrefix,
    }));
    return [...overlaps([...spaces, ...hubs]), ...networks.flatMap(subnetProblems)];
  },
  broken: {
    "a subnet lies outside": changed("Microsoft.Network/virtualNetworks", /"addressPrefix":"[^"]+"/, '"addressPrefix":"192.168.0.0/24"'),
    "a network has another's addresses": (platform) => {
      const [one, other] = ofType(platform, "Microsoft.Network/virtualNetworks");
      const spaceOf = (resource: Resource | undefined): unknown => resource?.properties["addressSpace"];
      const resources = platform.resources.map((each) =>
        each === other ? { ...each, properties: { ...each.properties, addressSpace: spaceOf(one) } } : each,
      );
      return { ...platform, resources };
    },
  },
};

export const NETWORK_RULES: readonly Rule[] = [peering, privateEndpoints, zones, addresses];
