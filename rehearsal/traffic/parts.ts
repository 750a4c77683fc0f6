import type { Constants } from "../constants.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { OriginRouting, PoolRouting } from "../../src/domain/routing.ts";
import type { EdgeProbe, GatewayPolicy } from "../world.ts";
import type { BreakerChanged } from "./breaker-events.ts";
import type { TrafficRequest } from "./clients.ts";
import { type DeploymentModel, createDeployment } from "./deployment.ts";
import { type ActiveFaults, createFaults } from "./faults.ts";
import { type GatewayModel, createGateway } from "./gateway.ts";
import type { TrafficHistory } from "./history.ts";

export interface WorldOptions {
  readonly estate: Estate;
  readonly initialPools: readonly PoolRouting[];
  readonly initialOrigins: readonly OriginRouting[];
  /** In order of arrival, none before `startAt`. */
  readonly requests: Iterable<TrafficRequest>;
  /** What every client sends as `max_tokens`. */
  readonly maxTokens: number;
  readonly policy: GatewayPolicy;
  readonly edgeProbe: EdgeProbe;
  readonly constants: Constants;
  readonly seed: number;
  readonly startAt: number;
  /** For deployments whose `tokensPerMinute` is null; absent = `assumedTokensPerMinute` of the constants. */
  readonly defaultTokensPerMinute?: number;
  /** Traffic before the start, as Azure Monitor remembers it; absent = nothing is known. */
  readonly history?: TrafficHistory;
  /** A backend's breaker opened in the first instance of a gateway, or closed in the last one. */
  readonly breakerChanged?: BreakerChanged;
}

/** The model behind the edges. */
export interface Parts {
  readonly options: WorldOptions;
  readonly faults: ActiveFaults;
  readonly deployments: ReadonlyMap<string, DeploymentModel>;
  readonly gateways: ReadonlyMap<string, GatewayModel>;
}

export function createParts(options: WorldOptions): Parts {
  const { estate, initialPools, constants } = options;
  const faults = createFaults(options.seed);
  const deployments = estate.deployments.map((deployment) => {
    const limit = deployment.tokensPerMinute ?? options.defaultTokensPerMinute ?? constants.assumedTokensPerMinute;
    return [deployment.id, createDeployment(deployment, limit, { ...options, faults })] as const;
  });
  const gateways = estate.gateways.map((gateway) => [gateway.id, createGateway(gateway, initialPools, options)] as const);
  return { options, faults, deployments: new Map(deployments), gateways: new Map(gateways) };
}

export function deploymentOf({ deployments }: Parts, id: string): DeploymentModel {
  const deployment = deployments.get(id);
  if (!deployment) throw new Error(`The estate has no deployment "${id}".`);
  return deployment;
}

export function gatewayOf({ gateways }: Parts, id: string): GatewayModel {
  const gateway = gateways.get(id);
  if (!gateway) throw new Error(`The estate has no gateway "${id}".`);
  return gateway;
}
