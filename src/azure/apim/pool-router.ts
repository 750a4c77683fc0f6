import { ApiManagementClient } from "@azure/arm-apimanagement";
import type { TokenCredential } from "@azure/identity";
import type { Estate, Gateway } from "../../domain/estate.ts";
import type { PoolMember } from "../../domain/routing.ts";
import type { PoolRouter } from "../../ports.ts";
import { attempt, refuse } from "../arm/failure.ts";
import { armOptions, bounded, perSubscription } from "../arm/options.ts";
import { parseResourceId } from "../arm/resource-id.ts";
import { problemOf } from "./members.ts";

/**
 * Pools of backends. A write is a PATCH that names nothing but `pool.services`: a GET → PUT round trip re-sends nulls and drops what the
 * client's model does not know (azure-facts 1.3). `type` stays out of it, because the update model calls it otherwise than the read model.
 */
export function createPoolRouter(estate: Estate, credential: TokenCredential): PoolRouter {
  const clientOf = perSubscription((subscription) => new ApiManagementClient(credential, subscription, armOptions(estate.cloud)));

  function locate(gateway: Gateway): { backends: ApiManagementClient["backend"]; group: string; service: string } {
    const id = parseResourceId(gateway.resourceId);
    return { backends: clientOf(id.subscription).backend, group: id.resourceGroup, service: id.nameOf("service") };
  }

  return {
    read: (gateway, pool) =>
      attempt(async () => {
        const { backends, group, service } = locate(gateway);
        const backend = await backends.get(group, service, pool, bounded());
        if (backend.pool?.services === undefined) return refuse("invalid", `backend ${pool} of ${service} is not a pool`);
        if (!backend.eTag) return refuse("invalid", `pool ${pool} of ${service} came without an ETag`);
        return { ok: true, members: backend.pool.services.map(memberOf), etag: backend.eTag };
      }),

    write: (gateway, pool, members, etag) =>
      attempt(async () => {
        const problem = problemOf(members);
        if (problem !== undefined) return refuse("invalid", `pool ${pool} not written: ${problem}`);
        if (etag === "") return refuse("conflict", `pool ${pool} not written: its version is not known`);
        const { backends, group, service } = locate(gateway);
        const services = members.map((member) => ({ ...member }));
        const written = await backends.update(group, service, pool, etag, { pool: { services } }, bounded());
        // Without an ETag in the answer the next write must read first.
        return { ok: true, etag: written.eTag ?? "" };
      }),
  };
}

/** Absent stays absent; ARM may also say null (azure-facts 13.8). */
function memberOf(service: { id: string; weight?: number | null; priority?: number | null }): PoolMember {
  return {
    id: service.id,
    ...(service.weight === undefined || service.weight === null ? {} : { weight: service.weight }),
    ...(service.priority === undefined || service.priority === null ? {} : { priority: service.priority }),
  };
}
