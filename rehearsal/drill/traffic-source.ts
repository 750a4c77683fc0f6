/** The requests of a drill: a trace, or the synthetic process; long enough for the drill's longest possible run. */
import type { Estate } from "../../src/domain/estate.ts";
import { createClientRegions, type TrafficRequest } from "../traffic/clients.ts";
import type { TrafficHistory } from "../traffic/history.ts";
import { syntheticRequests } from "../traffic/synthetic.ts";
import { parseTrace, traceRequests } from "../traffic/trace.ts";
import type { Job } from "./job.ts";

export function drillRequests(job: Job, estate: Estate, startAt: number, durationSeconds: number): Iterable<TrafficRequest> {
  const { traffic, seed } = job.scenario;
  const clientRegion = createClientRegions(clientRegionNames(estate), traffic.clients, seed);
  const common = { startAt, durationSeconds, clientRegion };
  if (job.trace === null)
    return syntheticRequests({ ...common, requestsPerSecond: traffic.requestsPerSecond, seed, profile: traffic.profile });
  return traceRequests(parseTrace(job.trace.text, job.trace.file), common);
}

/** With a day's profile, what Azure Monitor remembers of the days before. */
export function historyOf({ scenario: { traffic } }: Job, estate: Estate): { readonly history?: TrafficHistory } {
  const { profile, requestsPerSecond, clients } = traffic;
  if (profile === undefined) return {};
  return { history: { hours: profile, requestsPerSecond, clientRegions: clientRegionNames(estate), clients } };
}

/** Where clients live: near the gateways, or near every region of an estate with one gateway. */
export function clientRegionNames(estate: Estate): readonly string[] {
  const gateways = [...new Set(estate.gateways.map((gateway) => gateway.region))];
  return gateways.length > 1 ? gateways : estate.regions.map((region) => region.name);
}
