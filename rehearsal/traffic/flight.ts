/** The way of one client request: edge or direct, gateway instance, pool member, tries, answer. */
import type { Estate } from "../../src/domain/estate.ts";
import type { Constants } from "../constants.ts";
import type { Answer, FaultAnswer, GatewayPolicy, RequestRecord } from "../world.ts";
import { isBackendFailure } from "./breaker.ts";
import { type TrafficRequest, nearestFirst } from "./clients.ts";
import type { DeploymentAnswer, DeploymentModel } from "./deployment.ts";
import type { EdgeModel } from "./edge.ts";
import type { Happening } from "./event-queue.ts";
import type { ActiveFaults } from "./faults.ts";
import type { GatewayInstance, GatewayModel } from "./gateway.ts";
import { type Member, chooseMember } from "./pool.ts";
import { draw } from "./random.ts";

export interface FlightContext {
  readonly estate: Estate;
  readonly constants: Constants;
  readonly seed: number;
  readonly policy: GatewayPolicy;
  readonly maxTokens: number;
  readonly faults: ActiveFaults;
  readonly edges: EdgeModel;
  readonly gateways: ReadonlyMap<string, GatewayModel>;
  readonly deployments: ReadonlyMap<string, DeploymentModel>;
  readonly schedule: (at: number, happening: Happening) => void;
  /** Told before `endedAt`, with the last deployment's answer when one was asked. */
  readonly ended: (record: RequestRecord, answer?: DeploymentAnswer) => void;
  /** A breaker of an instance of the gateway is tripped until then. */
  readonly tripped: (at: number, gateway: string, backend: string, until: number) => void;
}

interface Flight {
  readonly request: TrafficRequest;
  readonly gateway: GatewayModel;
  readonly instance: GatewayInstance;
  readonly pool: string;
  /** Milliseconds outside the gateway: client, edge and their ways there and back. */
  readonly overheadMilliseconds: number;
  /** Front Door (or a client without one) gives up when no answer has begun by then. */
  readonly deadlineAt: number;
  readonly tried: string[];
  readonly triedBackends: string[];
}

export function sendRequest(context: FlightContext, request: TrafficRequest): void {
  const { constants, seed, gateways, faults } = context;
  const gateway = gateways.get(gatewayFor(context, request) ?? "");
  const deadlineAt = request.arrivesAt + constants.edgeOriginTimeoutSeconds * 1000;
  // Not a single origin is enabled: Front Door itself answers.
  if (!gateway) return end(context, { request, gateway: "", tried: [] }, request.arrivesAt + constants.clientEdgeMilliseconds, 503);
  const overheadMilliseconds = outsideMilliseconds(context, request, gateway);
  const fault = faults.onGateway(gateway.id);
  if (fault !== undefined) {
    const endsAt = fault === "timeout" ? deadlineAt : request.arrivesAt + overheadMilliseconds;
    return end(context, { request, gateway: gateway.id, tried: [] }, endsAt, fault);
  }
  const instance = pick(gateway.instances, draw(seed, "instance", request.id));
  const pool = request.pool?.toLowerCase() ?? pick(gateway.poolNames, draw(seed, "pool", request.id));
  if (!instance || pool === undefined) throw new Error(`Gateway "${gateway.id}" has no instance or no pool.`);
  attempt(context, { request, gateway, instance, pool, overheadMilliseconds, deadlineAt, tried: [], triedBackends: [] }, request.arrivesAt);
}

/** Without Front Door, clients go to the gateway of their region or the nearest one. */
function gatewayFor({ estate, edges, seed }: FlightContext, { id, clientRegion }: TrafficRequest): string | undefined {
  if (estate.edges.length === 0) return nearestFirst(estate, clientRegion, estate.gateways, (gateway) => gateway.region)[0]?.id;
  const site = pick(edges.sitesOf(clientRegion), draw(seed, "site", id));
  return pick(site?.targets ?? [], draw(seed, "turn", id));
}

function outsideMilliseconds({ estate, constants }: FlightContext, request: TrafficRequest, gateway: GatewayModel): number {
  const isLocal = request.clientRegion === gateway.region;
  const toGateway = isLocal ? constants.edgeGatewayLocalMilliseconds : constants.edgeGatewayRemoteMilliseconds;
  return toGateway + constants.gatewayOverheadMilliseconds + (estate.edges.length > 0 ? constants.clientEdgeMilliseconds : 0);
}

function attempt(context: FlightContext, flight: Flight, at: number): void {
  const { seed, deployments } = context;
  const { request, instance, pool, tried, triedBackends } = flight;
  const luck = draw(seed, "member", request.id, triedBackends.length);
  const isTripped = (backend: string): boolean => context.policy !== "plain" && instance.breaker(backend).isTripped(at);
  const member = chooseMember(instance.pools.get(pool) ?? [], isTripped, triedBackends, luck);
  if (!member) return finish(context, flight, at, 503);
  const deployment = deployments.get(member.deployment ?? "");
  // A backend that the estate does not know leads nowhere.
  if (!deployment) return finish(context, flight, at, 500);
  const answer = forward(context, flight, deployment, at);
  triedBackends.push(member.backend);
  tried.push(deployment.id);
  const answeredAt = at + answer.latencyMilliseconds;
  if (answeredAt >= flight.deadlineAt) return finish(context, flight, flight.deadlineAt, "timeout");
  context.schedule(answeredAt, (later) => settle(context, flight, member, answer, later));
}

/** One call of a deployment, bounded by the gateway's forward timeout until the first byte (clients stream). */
function forward(context: FlightContext, flight: Flight, deployment: DeploymentModel, at: number): DeploymentAnswer {
  const { constants, faults } = context;
  const { request, gateway, tried } = flight;
  const maxTokens = request.maxTokens ?? context.maxTokens;
  const isLocal = gateway.region === deployment.region;
  const way = isLocal ? constants.gatewayDeploymentLocalMilliseconds : constants.gatewayDeploymentRemoteMilliseconds;
  const generatedTokens = generated(request, maxTokens);
  const fault = faults.onClients(request.clientRegion, request.id);
  const timeoutMilliseconds = constants.gatewayForwardTimeoutSeconds * 1000;
  const patienceMilliseconds = timeoutMilliseconds - way;
  const keys = [request.id, tried.length];
  const answer = deployment.call({
    at,
    keys,
    promptTokens: request.contextTokens,
    generatedTokens,
    maxTokens,
    patienceMilliseconds,
    fault,
  });
  const latencyMilliseconds = answer.latencyMilliseconds + way;
  if (latencyMilliseconds < timeoutMilliseconds) return { ...answer, latencyMilliseconds };
  return { result: "timeout", latencyMilliseconds: timeoutMilliseconds, generationMilliseconds: 0 };
}

function settle(context: FlightContext, flight: Flight, member: Member, answer: DeploymentAnswer, at: number): void {
  const { policy, constants } = context;
  const trippedUntil = policy === "plain" ? undefined : flight.instance.breaker(member.backend).record(at, answer);
  if (trippedUntil !== undefined) context.tripped(at, flight.gateway.id, member.backend, trippedUntil);
  const triesLeft = policy === "breaker-and-retry" && flight.tried.length <= constants.retryCount;
  if (triesLeft && isBackendFailure(answer.result)) {
    const isAtOnce = constants.retryFirstAtOnce && flight.tried.length === 1;
    return attempt(context, flight, at + (isAtOnce ? 0 : constants.retryIntervalSeconds * 1000));
  }
  finish(context, flight, at + answer.generationMilliseconds, answer.result, answer);
}

/** `result` stays what went wrong; the 500, 503 or 504 into which a gateway or edge wraps a timeout would tell less. */
function finish(context: FlightContext, flight: Flight, at: number, result: Answer["result"], answer?: DeploymentAnswer): void {
  const { request, gateway, tried, overheadMilliseconds } = flight;
  end(context, { request, gateway: gateway.id, tried }, at + overheadMilliseconds, result, answer);
}

function end(
  context: FlightContext,
  way: { readonly request: TrafficRequest; readonly gateway: string; readonly tried: readonly string[] },
  endedAt: number,
  result: FaultAnswer,
  answer?: DeploymentAnswer,
): void {
  const { id, arrivesAt, clientRegion, contextTokens, maxTokens = context.maxTokens } = way.request;
  const tokens = result === 200 ? contextTokens + generated(way.request, maxTokens) : 0;
  const { gateway, tried } = way;
  context.ended({ id, arrivedAt: arrivesAt, endedAt, clientRegion, gateway, tried, result, tokens }, answer);
}

function generated(request: TrafficRequest, maxTokens: number): number {
  return Math.min(request.generatedTokens, maxTokens);
}

function pick<T>(items: readonly T[], luck: number): T | undefined {
  return items[Math.floor(luck * items.length)];
}
