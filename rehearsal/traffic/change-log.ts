/** Who can get new requests, and exactly when that changed: from configuration and gateway faults, never from samples of traffic. */
import type { EdgeModel } from "./edge.ts";
import type { Parts } from "./parts.ts";

export interface RoutabilityChange {
  readonly at: number;
  readonly deployment: string;
  readonly routable: boolean;
}

export interface ReachabilityChange {
  readonly at: number;
  readonly gateway: string;
  readonly reachable: boolean;
}

export interface ChangeLog {
  readonly routability: readonly RoutabilityChange[];
  readonly reachability: readonly ReachabilityChange[];
  noteRoutability(at: number): void;
  noteReachability(at: number, edges: EdgeModel): void;
}

/** The first note of each kind records every state; later ones only what differs. */
export function createChangeLog(parts: Parts): ChangeLog {
  const { estate } = parts.options;
  const routability: RoutabilityChange[] = [];
  const reachability: ReachabilityChange[] = [];
  const routableNow = new Map<string, boolean>();
  const reachableNow = new Map<string, boolean>();
  return {
    routability,
    reachability,
    noteRoutability(at) {
      for (const { id: deployment } of estate.deployments) {
        const routable = isRoutable(parts, deployment);
        if (routableNow.get(deployment) === routable) continue;
        routableNow.set(deployment, routable);
        routability.push({ at, deployment, routable });
      }
    },
    noteReachability(at, edges) {
      for (const { id: gateway } of estate.gateways) {
        const reachable = estate.edges.length === 0 || edges.reaches(gateway);
        if (reachableNow.get(gateway) === reachable) continue;
        reachableNow.set(gateway, reachable);
        reachability.push({ at, gateway, reachable });
      }
    },
  };
}

/** By any gateway's configuration; a gateway that is down routes nothing. */
export function isRoutable({ gateways, faults }: Parts, deployment: string): boolean {
  return [...gateways.values()].some((gateway) => faults.onGateway(gateway.id) === undefined && gateway.canRouteTo(deployment));
}
