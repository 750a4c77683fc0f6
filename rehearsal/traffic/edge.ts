/**
 * Front Door as clients meet it: edge sites near every region, each of which probes every origin for itself and takes up
 * configuration in its own time (azure-facts 2.3).
 */
import type { Edge, Estate, OriginRef } from "../../src/domain/estate.ts";
import type { OriginRouting } from "../../src/domain/routing.ts";
import type { Constants } from "../constants.ts";
import { nearestFirst } from "./clients.ts";
import type { Happening } from "./event-queue.ts";
import { draw } from "./random.ts";

export interface ProbeSample {
  readonly healthy: boolean;
  readonly latencyMilliseconds: number;
}

export interface EdgeSite {
  readonly region: string;
  /** Gateways to which it sends new requests now, evenly when there are several. */
  targets: readonly string[];
}

export interface EdgeModel {
  /** Sites that serve the clients of a region; one origin group's sites stand beside another's. */
  sitesOf(region: string): readonly EdgeSite[];
  originWritten(at: number, edge: string, group: string, origin: string, enabled: boolean): void;
  /** True while any site would send a new request to the gateway. */
  reaches(gateway: string): boolean;
}

export interface EdgeContext {
  readonly estate: Estate;
  readonly initialOrigins: readonly OriginRouting[];
  readonly constants: Constants;
  readonly seed: number;
  readonly startAt: number;
  readonly schedule: (at: number, happening: Happening) => void;
  readonly probe: (gateway: string, at: number) => ProbeSample;
  /** A site's targets changed. */
  readonly changed: (at: number) => void;
}

interface OriginState {
  readonly edge: string;
  readonly ref: OriginRef;
  enabled: boolean;
  /** When the last write known so far arrives here. */
  configuredAt: number;
  samples: boolean[];
}

interface Site extends EdgeSite {
  readonly number: number;
  /** The nearest first. */
  readonly origins: readonly OriginState[];
}

export function createEdges(context: EdgeContext): EdgeModel {
  const { estate, constants } = context;
  const sites = new Map<string, Site[]>(estate.regions.map((region) => [region.name, []]));
  let count = 0;
  for (const edge of estate.edges)
    for (const group of new Set(edge.origins.map((origin) => origin.group)))
      for (const [region, list] of sites)
        for (let index = 0; index < constants.edgeSitesPerRegion; index++) list.push(createSite(context, edge, group, region, count++));
  const all = [...sites.values()].flat();
  for (const site of all) startProbing(context, site);
  return {
    sitesOf: (region) => sites.get(region) ?? [],
    originWritten(at, edge, group, origin, enabled) {
      for (const site of all) configure(context, site, { at, edge, group, origin, enabled });
    },
    reaches: (gateway) => all.some((site) => site.targets.includes(gateway)),
  };
}

function createSite(context: EdgeContext, edge: Edge, group: string, region: string, number: number): Site {
  const { estate, constants, startAt, initialOrigins } = context;
  const regionOf = new Map(estate.gateways.map((gateway) => [gateway.id, gateway.region]));
  const refs = edge.origins.filter((origin) => origin.group === group);
  const origins = nearestFirst(estate, region, refs, (ref) => regionOf.get(ref.gateway)).map((ref) => {
    const initial = initialOrigins.find((known) => known.edge === edge.id && known.group === group && known.origin === ref.name);
    const samples = new Array<boolean>(constants.edgeSampleSize).fill(true);
    return { edge: edge.id, ref, enabled: initial?.enabled ?? true, configuredAt: startAt, samples };
  });
  const site: Site = { region, number, origins, targets: [] };
  site.targets = targetsOf(site, constants);
  return site;
}

/** Assumed [U]: a disabled origin is still probed, so that it takes traffic as soon as it is enabled. */
function startProbing(context: EdgeContext, site: Site): void {
  const { constants, seed, startAt, schedule, probe } = context;
  const interval = constants.edgeProbeIntervalSeconds * 1000;
  const deadline = constants.edgeProbeTimeoutSeconds * 1000;
  site.origins.forEach((origin, index) => {
    function addSample(at: number, healthy: boolean): void {
      origin.samples = [...origin.samples.slice(1), healthy];
      retarget(context, site, at);
    }
    function round(at: number): void {
      const sample = probe(origin.ref.gateway, at);
      const took = Math.min(deadline, sample.latencyMilliseconds);
      schedule(at + took, (later) => addSample(later, sample.healthy && sample.latencyMilliseconds < deadline));
      schedule(at + interval, round);
    }
    schedule(startAt + Math.round(draw(seed, "edge probe phase", site.number, index) * interval), round);
  });
}

interface OriginWrite {
  readonly at: number;
  readonly edge: string;
  readonly group: string;
  readonly origin: string;
  readonly enabled: boolean;
}

/** Every site takes up a write after its own delay, but never a later write before an earlier one. */
function configure(context: EdgeContext, site: Site, write: OriginWrite): void {
  const { constants, seed, schedule } = context;
  const state = site.origins.find(({ edge, ref }) => edge === write.edge && ref.group === write.group && ref.name === write.origin);
  if (!state) return;
  const { originPropagationMinSeconds: least, originPropagationMaxSeconds: most } = constants;
  const seconds = least + (most - least) * draw(seed, "origin propagation", site.number, write.at);
  state.configuredAt = Math.max(state.configuredAt, write.at + Math.round(seconds * 1000));
  schedule(state.configuredAt, (at) => {
    state.enabled = write.enabled;
    retarget(context, site, at);
  });
}

function retarget(context: EdgeContext, site: Site, at: number): void {
  const targets = targetsOf(site, context.constants);
  if (targets.join() === site.targets.join()) return;
  site.targets = targets;
  context.changed(at);
}

/** The nearest healthy enabled origin; when none is healthy, all enabled ones evenly (azure-facts 2.3: round-robin). */
function targetsOf(site: Site, constants: Constants): readonly string[] {
  const enabled = site.origins.filter((origin) => origin.enabled);
  const nearest = enabled.find((origin) => isHealthy(origin, constants));
  return (nearest ? [nearest] : enabled).map((origin) => origin.ref.gateway);
}

function isHealthy(origin: OriginState, constants: Constants): boolean {
  return origin.samples.filter(Boolean).length >= constants.edgeSuccessfulSamplesRequired;
}
