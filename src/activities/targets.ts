/** What is probed, and how; and who else can be asked about it. */
import type { Deployment, Estate, Gateway } from "../domain/estate.ts";
import { groupBy } from "../domain/group.ts";
import type { Observation, TargetKind } from "../domain/observation.ts";
import { perObject } from "../domain/per-object.ts";
import type { Deps } from "../ports.ts";

export interface Target {
  readonly id: string;
  /** Null for a gateway. */
  readonly deployment: Deployment | null;
  readonly probe: () => Promise<Observation>;
  /** As many as the policy asks for; none when no other region's gateway can ask. */
  readonly witnesses: readonly (() => Promise<Observation>)[];
}

export function targetsOf(deps: Deps): readonly Target[] {
  const { deployments, gateways } = deps.estate;
  return [
    ...deployments.map((deployment) => ({
      id: deployment.id,
      deployment,
      probe: safely(deps, "deployment", deployment, () => deps.probe.deployment(deployment)),
      witnesses: witnessesOf(deps, deployment),
    })),
    ...gateways.map((gateway) => ({
      id: gateway.id,
      deployment: null,
      probe: safely(deps, "gateway", gateway, () => deps.probe.gateway(gateway)),
      witnesses: [],
    })),
  ];
}

/** In turn through every gateway of another region that leads to the deployment; only where there is none, through one of its own. */
function witnessesOf(deps: Deps, deployment: Deployment): Target["witnesses"] {
  const routes = witnessRoutes(deps.estate, deployment);
  if (routes.length === 0) return [];
  return Array.from({ length: deps.estate.detection.witnessProbes }, (_, i) => {
    const route = routes[i % routes.length];
    if (route === undefined) throw new Error("unreachable: the index is within the routes");
    return safely(deps, "deployment", deployment, () => deps.probe.witness(route.gateway, route.backend, deployment), route.gateway.id);
  });
}

function witnessRoutes(estate: Estate, deployment: Deployment): readonly Route[] {
  const all = routesByDeployment(estate).get(deployment.id) ?? [];
  const elsewhere = all.filter(({ gateway }) => gateway.region !== deployment.region);
  return elsewhere.length > 0 ? elsewhere : all;
}

interface Route {
  readonly gateway: Gateway;
  readonly backend: string;
}

/** One of each gateway that can ask: the first of its members that leads there. */
const routesByDeployment = perObject(({ gateways }: Estate): ReadonlyMap<string, readonly Route[]> => {
  const routes = gateways.filter(({ witnessPath }) => witnessPath !== null).flatMap(routesOf);
  return groupBy(routes, ({ deployment }) => deployment);
});

function routesOf(gateway: Gateway): readonly (Route & { readonly deployment: string })[] {
  const members = gateway.pools.flatMap((pool) => pool.members);
  const first = new Map(members.toReversed().map(({ deployment, backend }) => [deployment, backend]));
  return [...first].map(([deployment, backend]) => ({ gateway, backend, deployment }));
}

/** Probes never throw; if one does all the same, the others still count. */
function safely(
  deps: Deps,
  kind: TargetKind,
  { id, region }: { readonly id: string; readonly region: string },
  probe: () => Promise<Observation>,
  via?: string,
): () => Promise<Observation> {
  return async () => {
    const at = deps.clock.now().toISOString();
    try {
      return await probe();
    } catch (error) {
      const detail = `the probe itself failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 200);
      const unmeasured = { target: id, kind, region, at, outcome: "unmeasured" as const, latencyMilliseconds: 0, detail };
      return via === undefined ? unmeasured : { ...unmeasured, via };
    }
  };
}
