/** The gateways' request log as a workspace would hold it: one row for each request that a gateway sent to a backend. */
import type { World, RequestRecord } from "../world.ts";
import type { ApimService } from "./platform.ts";

export interface LoggedRequest {
  /** TimeGenerated, by the app's clock: when the gateway took the request up. */
  readonly at: number;
  /** When it was over, and could be logged. */
  readonly endedAt: number;
  readonly gatewayResourceId: string;
  readonly backend: string;
  /** 0 = no answer. */
  readonly code: number;
  readonly milliseconds: number;
  /** null = the model's own log has none for it. */
  readonly tokens: number | null;
}

export interface GatewayLog {
  /** Requests that were over by then and began in [from, to). */
  read(from: number, to: number, endedBy: number): readonly LoggedRequest[];
}

const MINUTE = 60_000;

/** Reads each record of the world once, however often it is asked. */
export function gatewayLog(services: readonly ApimService[], world: Partial<Pick<World, "requests">>): GatewayLog {
  const byMinute = new Map<number, LoggedRequest[]>();
  const byGateway = new Map(services.map((service) => [service.gateway, service]));
  let seen = 0;

  function catchUp(requests: readonly RequestRecord[]): void {
    for (; seen < requests.length; seen += 1) {
      const record = requests[seen];
      const logged = record && loggedRequest(byGateway.get(record.gateway), record);
      if (logged === undefined) continue;
      const minute = Math.floor(logged.at / MINUTE);
      const others = byMinute.get(minute);
      if (others) others.push(logged);
      else byMinute.set(minute, [logged]);
    }
  }

  return {
    read(from, to, endedBy) {
      catchUp(world.requests ?? []);
      const first = Math.floor(from / MINUTE);
      const minutes = Array.from({ length: Math.max(0, Math.ceil(to / MINUTE) - first) }, (_, index) => byMinute.get(first + index) ?? []);
      return minutes.flat().filter(({ at, endedAt }) => at >= from && at < to && endedAt <= endedBy);
    },
  };
}

/** Of a retried request the last try. What the gateway itself did not take up, or refused, has no backend. */
function loggedRequest(service: ApimService | undefined, record: RequestRecord): LoggedRequest | undefined {
  const deployment = record.tried.at(-1);
  const backend = service?.backends.find((each) => each.deployment === deployment);
  if (service === undefined || backend === undefined) return undefined;
  const answered = record.result === 200 || record.result === "empty";
  return {
    at: record.arrivedAt,
    endedAt: record.endedAt,
    gatewayResourceId: service.resourceId,
    backend: backend.name,
    code: answered ? 200 : typeof record.result === "number" ? record.result : 0,
    milliseconds: record.endedAt - record.arrivedAt,
    tokens: record.result === 200 ? record.tokens : null,
  };
}
