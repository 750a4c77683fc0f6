/** An API Management gateway: instances that share neither configuration instants nor breakers (azure-facts 1.4). */
import type { Gateway, PoolRef } from "../../src/domain/estate.ts";
import type { PoolMember, PoolRouting } from "../../src/domain/routing.ts";
import type { Constants } from "../constants.ts";
import type { GatewayPolicy } from "../world.ts";
import { type Breaker, createBreaker } from "./breaker.ts";
import { type PriorityGroups, priorityGroups } from "./pool.ts";

export interface GatewayInstance {
  /** By pool name, as this instance knows them now. */
  readonly pools: Map<string, PriorityGroups>;
  breaker(backend: string): Breaker;
}

export interface GatewayModel {
  readonly id: string;
  readonly region: string;
  readonly poolNames: readonly string[];
  readonly instances: readonly GatewayInstance[];
  /** What an instance does when it takes up a pool's new members. Throws at once for a pool that the estate does not have. */
  change(pool: string, members: readonly PoolMember[]): (instance: GatewayInstance) => void;
  /** True if a new request could be sent to the deployment by some instance's configuration, breakers apart. */
  canRouteTo(deployment: string): boolean;
  /** False once the health gate told this gateway to be unhealthy for edge probes; an unanswered gate is open. */
  gateOpen: boolean;
}

export function createGateway(
  gateway: Gateway,
  initialPools: readonly PoolRouting[],
  context: { readonly constants: Constants; readonly policy: GatewayPolicy },
): GatewayModel {
  const { constants, policy } = context;
  const refs = new Map(gateway.pools.map((pool) => [pool.name.toLowerCase(), pool]));
  const initial = initialPools.filter((pool) => pool.gateway === gateway.id);

  function change(pool: string, members: readonly PoolMember[]): (instance: GatewayInstance) => void {
    const groups = priorityGroups(refOf(refs, gateway.id, pool), members);
    return (instance) => void instance.pools.set(pool.toLowerCase(), groups);
  }
  const instances = Array.from({ length: constants.gatewayInstances }, () => createInstance(constants));
  for (const { pool, members } of initial) instances.forEach(change(pool, members));

  return {
    id: gateway.id,
    region: gateway.region,
    poolNames: [...refs.keys()],
    instances,
    gateOpen: true,
    change,
    canRouteTo(deployment) {
      return instances.some((instance) => [...instance.pools.values()].some((groups) => reaches(groups, policy, deployment)));
    },
  };
}

/** Without breakers only the first choice ever gets traffic; with them any group may. */
function reaches(groups: PriorityGroups, policy: GatewayPolicy, deployment: string): boolean {
  const usable = policy === "plain" ? groups.slice(0, 1) : groups;
  return usable.some((group) => group.some((member) => member.deployment === deployment));
}

function refOf(refs: ReadonlyMap<string, PoolRef>, gateway: string, pool: string): PoolRef {
  const ref = refs.get(pool.toLowerCase());
  if (!ref) throw new Error(`The estate has no pool "${pool}" on gateway "${gateway}".`);
  return ref;
}

function createInstance(constants: Constants): GatewayInstance {
  const breakers = new Map<string, Breaker>();
  return {
    pools: new Map(),
    breaker(backend) {
      const breaker = breakers.get(backend) ?? createBreaker(constants);
      breakers.set(backend, breaker);
      return breaker;
    },
  };
}
