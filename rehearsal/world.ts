/**
 * The seam of the rehearsal. `traffic/` implements `World` (what clients experience), `azure/` speaks the wire in front of it, and
 * `drill/` wires them. Instants are virtual milliseconds since the Unix epoch. Every call first advances the world to its instant,
 * so that a change at t sees exactly the requests that arrived before t.
 */
import type { TrafficMinute } from "../src/ports.ts";
import type { PoolMember } from "../src/domain/routing.ts";

export const GATEWAY_POLICIES = ["plain", "breaker", "breaker-and-retry"] as const;
/** What the gateways do by themselves: nothing, a circuit breaker per backend, or the breaker and retries over the pool. */
export type GatewayPolicy = (typeof GATEWAY_POLICIES)[number];

export const EDGE_PROBES = ["shallow", "deep"] as const;
/** What Front Door probes: the gateway's own status (and the health gate), or also its region's Foundry through it. */
export type EdgeProbe = (typeof EDGE_PROBES)[number];

/** Faults of the data plane. `share` is the share of requests that meet the fault (0–1]. */
export type DataPlaneFault =
  /** Requests of one region's clients fail wherever they are served: the fault follows the traffic. Probes are fine. */
  | { readonly kind: "clients"; readonly region: string; readonly answer: FaultAnswer; readonly share: number }
  | { readonly kind: "deployment"; readonly deployment: string; readonly answer: FaultAnswer; readonly share: number }
  | { readonly kind: "latency"; readonly deployment: string; readonly addMilliseconds: number; readonly share: number }
  | { readonly kind: "tokensPerMinute"; readonly deployment: string; readonly factor: number }
  | { readonly kind: "gateway"; readonly gateway: string; readonly answer: FaultAnswer };

/**
 * A status code, no answer at all until the caller gives up, a broken connection, a name that does not resolve, a failed handshake, or
 * 200 with an empty body, which is no answer to a client.
 */
export type FaultAnswer = number | "timeout" | "reset" | "dns" | "tls" | "empty";

/** How a deployment or gateway answers one call; texts have no status, except `empty`, which has 200. */
export interface Answer {
  readonly result: FaultAnswer;
  /** Of a call through a gateway: the gateway's own failure; the deployment was not asked. */
  readonly byGateway?: true;
  /** Until the first byte; for `timeout` the caller's own deadline decides. */
  readonly latencyMilliseconds: number;
  readonly retryAfterSeconds?: number;
  readonly remainingTokens?: number;
  readonly limitTokens?: number;
}

/** One client request, as it ended. */
export interface RequestRecord {
  readonly id: number;
  readonly arrivedAt: number;
  readonly endedAt: number;
  /** The region whose clients sent it. */
  readonly clientRegion: string;
  readonly gateway: string;
  /** Deployments tried in order; the last one gave the answer. Empty when the gateway itself did not answer. */
  readonly tried: readonly string[];
  /** What the client saw. */
  readonly result: FaultAnswer;
  readonly tokens: number;
}

export interface World {
  /** Handles everything up to and including `at`. */
  advanceTo(at: number): void;
  /** ARM accepted new members; each gateway instance takes them up after its propagation. */
  poolWritten(at: number, gateway: string, pool: string, members: readonly PoolMember[]): void;
  /** ARM accepted a new origin state; each edge takes it up after its propagation. */
  originWritten(at: number, edge: string, group: string, origin: string, enabled: boolean): void;
  /** A gateway asked the health gate and got this (an unanswered gate leaves things as they are: it fails open). */
  gateAnswered(at: number, gateway: string, open: boolean): void;
  startFault(at: number, id: string, fault: DataPlaneFault): void;
  endFault(at: number, id: string): void;
  /** A call from outside the traffic (a probe): it takes tokens and meets the same faults. */
  callDeployment(at: number, deployment: string, promptTokens: number, maxTokens: number): Answer;
  callGatewayStatus(at: number, gateway: string): Answer;
  /** What a gateway gets when it asks a deployment for the prober (the way a witness goes), or its own failure (`byGateway`). */
  callThroughGateway(at: number, gateway: string, deployment: string, promptTokens: number, maxTokens: number): Answer;
  /** What every connection to a deployment or gateway (by its id) meets now; a fault of a share of the calls shows in their answers. */
  connectionFault(target: string): "dns" | "tls" | undefined;
  /** What Azure Monitor would know about a deployment per minute, [from, to). */
  trafficMinutes(deployment: string, from: number, to: number): readonly TrafficMinute[];
  /** True while any gateway instance could send a new request to the deployment, by its configuration (breakers apart). */
  isRoutable(deployment: string): boolean;
  readonly requests: readonly RequestRecord[];
}
