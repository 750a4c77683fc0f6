/** What Azure Monitor remembers of the days before the drill: synthetic traffic in its mean, by the hour of the day, served as normal. */
import type { Estate } from "../../src/domain/estate.ts";
import type { PoolRouting } from "../../src/domain/routing.ts";
import type { TrafficMinute } from "../../src/ports.ts";
import type { Constants } from "../constants.ts";
import { type ClientShares, clientWeights, nearestFirst } from "./clients.ts";
import { priorityGroups } from "./pool.ts";
import { type DayProfile, checkProfile, meanTokens } from "./synthetic.ts";

export interface TrafficHistory {
  /** Factors of the mean rate by hour of the day, UTC. */
  readonly hours: DayProfile;
  readonly requestsPerSecond: number;
  /** Where the requests come from, as `createClientRegions` takes it. */
  readonly clientRegions: readonly string[];
  readonly clients: ClientShares;
}

export interface HistoryContext {
  readonly estate: Estate;
  readonly initialPools: readonly PoolRouting[];
  readonly constants: Constants;
  readonly seed: number;
  readonly startAt: number;
  readonly maxTokens: number;
  readonly history?: TrafficHistory;
}

/** Puts the remembered minute in place of one that lies wholly before the start. */
export function createHistory(
  context: HistoryContext,
  provisionedTokensPerMinute: (deployment: string) => number | null,
): (deployment: string, minute: TrafficMinute) => TrafficMinute {
  const { history, startAt, constants, seed, maxTokens } = context;
  if (!history) return (_, minute) => minute;
  checkProfile(history.hours);
  const shares = normalShares(context, history);
  const each = meanTokens(seed, maxTokens);
  return (id, minute) => {
    const at = new Date(minute.at);
    if (at.getTime() + 60_000 > startAt) return minute;
    const requests = history.requestsPerSecond * 60 * (shares.get(id) ?? 0) * (history.hours[at.getUTCHours()] ?? 0);
    if (requests === 0) return minute;
    const limit = provisionedTokensPerMinute(id);
    return {
      at: minute.at,
      tokens: Math.round(requests * (each.context + each.generated)),
      answered: Math.round(requests),
      serverErrors: 0,
      throttled: 0,
      latencyMilliseconds: meanFirstToken(constants, each.context),
      utilisationPercent: limit === null ? null : (requests * (each.context + maxTokens) * 100) / limit,
    };
  };
}

function meanFirstToken(constants: Constants, contextTokens: number): number {
  return Math.round(constants.firstTokenMilliseconds + constants.promptTokenMilliseconds * contextTokens);
}

/** Each deployment's share of all requests: from the clients to the nearest gateway, and by the weights of its pools' first choice. */
function normalShares({ estate, initialPools }: HistoryContext, history: TrafficHistory): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const fronted = new Set(estate.edges.flatMap((edge) => edge.origins.map((origin) => origin.gateway)));
  const gateways = estate.edges.length === 0 ? estate.gateways : estate.gateways.filter(({ id }) => fronted.has(id));
  for (const [region, ofClients] of clientWeights(history.clientRegions, history.clients)) {
    const gateway = nearestFirst(estate, region, gateways, (item) => item.region)[0];
    for (const ref of gateway?.pools ?? []) {
      const routing = initialPools.find(({ gateway: id, pool }) => id === gateway?.id && pool.toLowerCase() === ref.name.toLowerCase());
      const first = priorityGroups(ref, routing?.members ?? [])[0] ?? [];
      const total = first.reduce((sum, { weight }) => sum + weight, 0);
      for (const { deployment = "", weight } of first) {
        const share = (ofClients / (gateway?.pools.length ?? 1)) * (weight / total);
        shares.set(deployment, (shares.get(deployment) ?? 0) + share);
      }
    }
  }
  return shares;
}
