/**
 * The traffic model: what clients experience while faults come and go and configuration spreads. Pure and deterministic: it has its
 * own queue of events and no clock but the instants it is given. A fault that starts or ends while a call is under way does not
 * change that call. Instants must not go back.
 */
import type { DataPlaneFault, RequestRecord, World } from "../world.ts";
import { createBreakerEvents } from "./breaker-events.ts";
import { type ChangeLog, createChangeLog, isRoutable } from "./change-log.ts";
import type { TrafficRequest } from "./clients.ts";
import { type EdgeModel, createEdges } from "./edge.ts";
import { type EventQueue, createEventQueue } from "./event-queue.ts";
import { type FlightContext, sendRequest } from "./flight.ts";
import { createHistory } from "./history.ts";
import { type Parts, type WorldOptions, createParts, deploymentOf, gatewayOf } from "./parts.ts";
import { directProbe, edgeProbe, gatewayStatus, throughGateway } from "./probes.ts";

export interface TrafficWorld extends World, Pick<ChangeLog, "routability" | "reachability"> {
  /** One more request beside those of the options, on the same way; its id must be none of theirs. Its end is known before `endedAt`. */
  send(request: TrafficRequest, ended: FlightContext["ended"]): void;
  /** When something is to happen next; nothing happens before somebody advances the world. */
  nextAt(): number;
}

export function createWorld(options: WorldOptions): TrafficWorld {
  const queue = createEventQueue();
  const parts = createParts(options);
  const changes = createChangeLog(parts);
  const requests: RequestRecord[] = [];
  const edges: EdgeModel = createEdges({
    ...options,
    schedule: queue.add,
    probe: (gateway, at) => edgeProbe(parts, gateway, at),
    changed: (at) => changes.noteReachability(at, edges),
  });
  const tripped = createBreakerEvents(options.breakerChanged ?? (() => undefined), queue.add);
  const ended = (record: RequestRecord): void => void requests.push(record);
  const flights: FlightContext = { ...options, ...parts, edges, schedule: queue.add, ended, tripped };
  const advanceTo = createAdvance(queue, options, (request) => sendRequest(flights, request));
  changes.noteRoutability(options.startAt);
  changes.noteReachability(options.startAt, edges);

  const { routability, reachability } = changes;
  return {
    advanceTo,
    requests,
    routability,
    reachability,
    nextAt: queue.nextAt,
    send(request, told) {
      advanceTo(request.arrivesAt);
      const both: FlightContext["ended"] = (record, answer) => (ended(record), told(record, answer));
      sendRequest({ ...flights, ended: both }, request);
    },
    ...configuration({ parts, queue, changes, edges, advanceTo }),
    ...calls(parts, advanceTo),
  };
}

interface Wiring {
  readonly parts: Parts;
  readonly queue: EventQueue;
  readonly changes: ChangeLog;
  readonly edges: EdgeModel;
  readonly advanceTo: (at: number) => void;
}

function configuration(wiring: Wiring): Pick<World, "poolWritten" | "originWritten" | "gateAnswered" | "startFault" | "endFault"> {
  const { parts, queue, changes, edges, advanceTo } = wiring;
  return {
    poolWritten(at, gateway, pool, members) {
      advanceTo(at);
      const model = gatewayOf(parts, gateway);
      const change = model.change(pool, members);
      for (const instance of model.instances) {
        queue.add(at + parts.options.constants.poolPropagationSeconds * 1000, (later) => {
          change(instance);
          changes.noteRoutability(later);
        });
      }
    },
    originWritten(at, edge, group, origin, enabled) {
      advanceTo(at);
      edges.originWritten(at, edge, group, origin, enabled);
    },
    gateAnswered(at, gateway, open) {
      advanceTo(at);
      gatewayOf(parts, gateway).gateOpen = open;
    },
    startFault(at, id, fault) {
      advanceTo(at);
      checkTarget(parts, fault);
      parts.faults.start(id, fault);
      changes.noteRoutability(at);
    },
    endFault(at, id) {
      advanceTo(at);
      parts.faults.end(id);
      changes.noteRoutability(at);
    },
  };
}

/** Throws for a fault of what the estate does not have. */
function checkTarget(parts: Parts, fault: DataPlaneFault): void {
  if (fault.kind === "gateway") gatewayOf(parts, fault.gateway);
  else if (fault.kind !== "clients") deploymentOf(parts, fault.deployment);
  else if (!parts.options.estate.regions.some(({ name }) => name === fault.region))
    throw new Error(`The estate has no region "${fault.region}".`);
}

type Calls = "callDeployment" | "callGatewayStatus" | "callThroughGateway" | "connectionFault" | "trafficMinutes" | "isRoutable";

function calls(parts: Parts, advanceTo: (at: number) => void): Pick<World, Calls> {
  const before = createHistory(parts.options, (deployment) => deploymentOf(parts, deployment).provisionedTokensPerMinute);
  return {
    callDeployment(at, deployment, promptTokens, maxTokens) {
      advanceTo(at);
      return directProbe(parts, deploymentOf(parts, deployment), { at, promptTokens, maxTokens });
    },
    callGatewayStatus(at, gateway) {
      advanceTo(at);
      return gatewayStatus(parts, gateway);
    },
    callThroughGateway(at, gateway, deployment, promptTokens, maxTokens) {
      advanceTo(at);
      return throughGateway(parts, gateway, deploymentOf(parts, deployment), { at, promptTokens, maxTokens });
    },
    connectionFault: (target) => parts.faults.onConnection(target),
    trafficMinutes: (deployment, from, to) =>
      deploymentOf(parts, deployment)
        .minutes(from, to)
        .map((minute) => before(deployment, minute)),
    isRoutable: (deployment) => isRoutable(parts, deployment),
  };
}

/** Configuration and answers that are due come before requests of the same instant. */
function createAdvance(queue: EventQueue, options: WorldOptions, send: (request: TrafficRequest) => void): (at: number) => void {
  const arrivals = options.requests[Symbol.iterator]();
  let arrival = arrivals.next();
  let lastArrival = options.startAt;
  return (at) => {
    for (;;) {
      const arrivesAt = arrival.done ? Infinity : arrival.value.arrivesAt;
      if (Math.min(queue.nextAt(), arrivesAt) > at) return;
      if (queue.nextAt() <= arrivesAt) queue.runNext();
      else if (!arrival.done) {
        if (arrivesAt < lastArrival) throw new Error(`Requests must be in order of arrival: ${arrivesAt} came after ${lastArrival}.`);
        lastArrival = arrivesAt;
        send(arrival.value);
        arrival = arrivals.next();
      }
    }
  };
}
