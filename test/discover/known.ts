/** What discovery can know of an estate: no ids, which are names of the file's own, no order, and Front Door's ids in whatever case. */
import type { Estate } from "../../src/domain/estate.ts";
import type { EstateFile } from "./support.ts";

export function known(estate: Estate | EstateFile): object {
  const deployments = new Map(estate.deployments.map(({ id, resourceId }) => [id, resourceId]));
  const gateways = new Map(estate.gateways.map(({ id, resourceId }) => [id, resourceId]));
  return {
    regions: estate.regions.map(({ name }) => name).sort(),
    deployments: estate.deployments.map(({ id: _, ...deployment }) => deployment).sort(by(({ resourceId }) => resourceId)),
    gateways: estate.gateways
      .map(({ id: _, pools, ...gateway }) => ({
        ...gateway,
        pools: pools
          .map(({ name, members }) => ({
            name,
            members: members
              .map(({ backend, deployment }) => ({ backend, deployment: deployments.get(deployment) }))
              .sort(by(({ backend }) => backend)),
          }))
          .sort(by(({ name }) => name)),
      }))
      .sort(by(({ resourceId }) => resourceId)),
    edges: estate.edges.map(({ kind, resourceId, origins }) => ({
      kind,
      resourceId: resourceId.toLowerCase(),
      origins: origins.map(({ group, name, gateway }) => ({ group, name, gateway: gateways.get(gateway) })).sort(by(({ name }) => name)),
    })),
  };
}

function by<Item>(text: (item: Item) => string) {
  return (a: Item, b: Item) => text(a).localeCompare(text(b));
}
