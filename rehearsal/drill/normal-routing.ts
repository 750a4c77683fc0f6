/** The routing that the embedded Azure starts with. */
import type { Estate } from "../../src/domain/estate.ts";
import type { Routing } from "../../src/domain/routing.ts";
import { initialMembers } from "../azure/platform.ts";

export function normalRouting(estate: Estate): Routing {
  return {
    pools: estate.gateways.flatMap((gateway) =>
      gateway.pools.map((pool) => ({ gateway: gateway.id, pool: pool.name, members: initialMembers(estate, gateway, pool) })),
    ),
    origins: estate.edges.flatMap((edge) => edge.origins.map(({ group, name }) => ({ edge: edge.id, group, origin: name, enabled: true }))),
  };
}
