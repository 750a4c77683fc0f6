/** Front Doors: Standard/Premium profiles and classic ones. */
import { CdnManagementClient, type Profile } from "@azure/arm-cdn";
import { FrontDoorManagementClient, type FrontDoor } from "@azure/arm-frontdoor";
import { parseResourceId } from "../../src/azure/arm/resource-id.ts";
import type { FoundEdge, FoundOrigin } from "../inventory.ts";
import { listScope, type Reader, type Scope } from "./reader.ts";
import { hostOf, lastSegment, present } from "./text.ts";

/** Other profiles of Microsoft.Cdn are content delivery networks of other makes. */
const FRONT_DOOR_SKU = /_AzureFrontDoor$/;

export async function readEdges(reader: Reader, scope: Scope): Promise<readonly FoundEdge[]> {
  return [...(await readStandard(reader, scope)), ...(await readClassic(reader, scope))];
}

async function readStandard(reader: Reader, scope: Scope): Promise<readonly FoundEdge[]> {
  const client = new CdnManagementClient(reader.credential, scope.subscription, reader.options);
  const profiles = await listScope<Profile>(reader, scope, "Front Door profiles", {
    all: (options) => client.profiles.list(options),
    of: (group) => (options) => client.profiles.listByResourceGroup(group, options),
  });
  const found: FoundEdge[] = [];
  for (const { id, name, sku } of profiles) {
    if (id === undefined || name === undefined || !FRONT_DOOR_SKU.test(sku.name ?? "")) continue;
    const profile: OneProfile = { reader, client, group: parseResourceId(id).resourceGroup, profile: name };
    // The id comes with `resourcegroups` in lower case (azure-facts 2.2); either is accepted.
    const origins = await originsOf(profile);
    found.push({ kind: "standard", resourceId: id, name, origins, routedGroups: await routedGroups(profile) });
  }
  return found;
}

interface OneProfile {
  readonly reader: Reader;
  readonly client: CdnManagementClient;
  readonly group: string;
  readonly profile: string;
}

async function originsOf({ reader, client, group, profile }: OneProfile): Promise<readonly FoundOrigin[]> {
  const groups = await reader.list(`origin groups of ${profile}`, (options) =>
    client.afdOriginGroups.listByProfile(group, profile, options),
  );
  const found: FoundOrigin[] = [];
  for (const { name: originGroup } of groups ?? []) {
    if (originGroup === undefined) continue;
    const origins = await reader.list(`origins of ${profile}/${originGroup}`, (options) =>
      client.afdOrigins.listByOriginGroup(group, profile, originGroup, options),
    );
    for (const { name, hostName, sharedPrivateLinkResource } of origins ?? []) {
      if (name === undefined || hostName === undefined) continue;
      const privateLink = sharedPrivateLinkResource?.privateLink?.id;
      found.push({ group: originGroup, name, host: hostOf(hostName), privateLink });
    }
  }
  return found;
}

async function routedGroups({ reader, client, group, profile }: OneProfile): Promise<ReadonlySet<string> | null> {
  const endpoints = await reader.list(`endpoints of ${profile}`, (options) => client.afdEndpoints.listByProfile(group, profile, options));
  if (endpoints === undefined) return null;
  const routed = new Set<string>();
  for (const { name } of endpoints) {
    if (name === undefined) continue;
    const routes = await reader.list(`routes of ${profile}/${name}`, (options) =>
      client.routes.listByEndpoint(group, profile, name, options),
    );
    if (routes === undefined) return null;
    const enabled = routes.filter(({ enabledState }) => enabledState !== "Disabled");
    for (const id of enabled.map(({ originGroup }) => originGroup?.id).filter(present)) routed.add(lastSegment(id).toLowerCase());
  }
  return routed;
}

async function readClassic(reader: Reader, scope: Scope): Promise<readonly FoundEdge[]> {
  const { credentialScopes, ...options } = reader.options;
  const credentials = { scopes: [credentialScopes] };
  const { frontDoors } = new FrontDoorManagementClient(reader.credential, scope.subscription, { ...options, credentials });
  const found = await listScope<FrontDoor>(reader, scope, "classic Front Doors", {
    all: (bounds) => frontDoors.list(bounds),
    of: (group) => (bounds) => frontDoors.listByResourceGroup(group, bounds),
  });
  return found.flatMap(({ id, name, backendPools = [] }) => {
    if (id === undefined || name === undefined) return [];
    const origins = backendPools.flatMap((pool) =>
      (pool.backends ?? []).flatMap(({ address, privateLinkResourceId: privateLink }) =>
        address === undefined ? [] : [{ group: pool.name ?? "", name: address, host: hostOf(address), privateLink }],
      ),
    );
    return [{ kind: "classic", resourceId: id, name, origins, routedGroups: null }];
  });
}
