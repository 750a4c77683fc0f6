import { FrontDoorManagementClient, type Backend, type FrontDoor, type FrontDoorsOperations } from "@azure/arm-frontdoor";
import type { TokenCredential } from "@azure/identity";
import type { CloudEndpoints, Edge } from "../../domain/estate.ts";
import type { OriginRouting } from "../../domain/routing.ts";
import type { Failure, Result } from "../../ports.ts";
import { refuse } from "../arm/failure.ts";
import { armOptions, bounded, perSubscription } from "../arm/options.ts";
import { parseResourceId } from "../arm/resource-id.ts";
import type { Origins } from "./origins.ts";

/**
 * Front Door (classic), retired on 31 March 2027. There is neither PATCH nor a backend resource (azure-facts 2.1): the whole Front Door
 * is read, the states are flipped and the whole is put back, so another writer in between is lost. Hence no PUT when nothing changes.
 */
export function createClassicOrigins(cloud: CloudEndpoints, credential: TokenCredential): Origins {
  const { credentialScopes, ...options } = armOptions(cloud);
  const clientOf = perSubscription(
    (subscription) => new FrontDoorManagementClient(credential, subscription, { ...options, credentials: { scopes: [credentialScopes] } }),
  );

  function locate(edge: Edge): { frontDoors: FrontDoorsOperations; group: string; name: string } {
    const id = parseResourceId(edge.resourceId);
    return { frontDoors: clientOf(id.subscription).frontDoors, group: id.resourceGroup, name: id.nameOf("frontDoors") };
  }

  async function read(edge: Edge): Promise<Result<{ origins: readonly OriginRouting[] }>> {
    const { frontDoors, group, name } = locate(edge);
    const frontDoor = await frontDoors.get(group, name, bounded());
    const origins: OriginRouting[] = [];
    for (const { group: pool, name: origin } of edge.origins) {
      const backend = backendOf(frontDoor, pool, origin);
      if (backend === undefined) return notThere(edge, pool, origin);
      origins.push({ edge: edge.id, group: pool, origin, enabled: backend.enabledState !== "Disabled" });
    }
    return { ok: true, origins };
  }

  async function write(edge: Edge, wanted: readonly OriginRouting[]): Promise<Result<{ operation?: string }>> {
    const { frontDoors, group, name } = locate(edge);
    const frontDoor = await frontDoors.get(group, name, bounded());
    let changed = false;
    for (const { group: pool, origin, enabled } of wanted) {
      const backend = backendOf(frontDoor, pool, origin);
      if (backend === undefined) return notThere(edge, pool, origin);
      changed = setState(backend, enabled ? "Enabled" : "Disabled") || changed;
    }
    const operation = changed ? await put(frontDoors, group, name, frontDoor) : undefined;
    return { ok: true, ...(operation === undefined ? {} : { operation }) };
  }

  return { read, write };
}

/** The first request only: the poller starts to poll when it is awaited itself. */
async function put(frontDoors: FrontDoorsOperations, group: string, name: string, frontDoor: FrontDoor): Promise<string | undefined> {
  let operation: string | undefined;
  const poller = frontDoors.createOrUpdate(group, name, frontDoor, {
    ...bounded(),
    onResponse({ headers }) {
      operation ??= headers.get("azure-asyncoperation") ?? headers.get("location");
    },
  });
  await poller.submitted();
  return operation;
}

/** True when that changes something. */
function setState(backend: Backend, state: "Enabled" | "Disabled"): boolean {
  const changes = (backend.enabledState ?? "Enabled") !== state;
  backend.enabledState = state;
  return changes;
}

function notThere(edge: Edge, pool: string, origin: string): Failure {
  return refuse("missing", `backend ${origin} is not in pool ${pool} of ${edge.id}`);
}

function backendOf(frontDoor: FrontDoor, pool: string, address: string): Backend | undefined {
  const found = frontDoor.backendPools?.find((candidate) => candidate.name?.toLowerCase() === pool.toLowerCase());
  return found?.backends?.find((backend) => backend.address?.toLowerCase() === address.toLowerCase());
}
