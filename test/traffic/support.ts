import { type Constants, scaled } from "../../rehearsal/constants.ts";
import { createClientRegions, type TrafficRequest } from "../../rehearsal/traffic/clients.ts";
import type { WorldOptions } from "../../rehearsal/traffic/parts.ts";
import { syntheticRequests } from "../../rehearsal/traffic/synthetic.ts";
import { type TrafficWorld, createWorld } from "../../rehearsal/traffic/world.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { OriginRouting, PoolMember, PoolRouting } from "../../src/domain/routing.ts";

export const REGIONS = ["eastus2", "swedencentral", "japaneast"] as const;
/** A full minute, so that windows of the limiter start with the drill. */
export const START = Date.UTC(2026, 0, 5, 12);
export const POOL = "chat";
/** Tokens per minute that no test runs out of by itself. */
const AMPLE = 1_000_000;

const SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers";

export function memberId(gateway: string, region: string): string {
  return `${SCOPE}/Microsoft.ApiManagement/service/${gateway}/backends/foundry-${region}`;
}

export function deploymentId(region: string): string {
  return `${region}-gpt`;
}

export function gatewayId(region: string): string {
  return `apim-${region}`;
}

function gateway(id: string, region: string): Estate["gateways"][number] {
  const members = REGIONS.map((name) => ({ backend: `foundry-${name}`, deployment: deploymentId(name) }));
  const resourceId = `${SCOPE}/Microsoft.ApiManagement/service/${id}`;
  const url = `https://${id}.azure-api.net`;
  return { id, region, resourceId, url, statusPath: "/status", witnessPath: null, pools: [{ name: POOL, members }] };
}

function edge(gateways: Estate["gateways"]): Estate["edges"][number] {
  const origins = gateways.map(({ id }) => ({ group: "gateways", name: id, gateway: id }));
  return { id: "afd", kind: "standard", resourceId: `${SCOPE}/Microsoft.Cdn/profiles/afd`, origins };
}

function estateOf(gateways: Estate["gateways"], tokensPerMinute: number | null): Estate {
  return {
    name: "test",
    cloud: {
      resourceManager: "https://management.azure.com",
      resourceManagerAudience: "https://management.azure.com",
      authority: "https://login.microsoftonline.com",
      logAnalytics: "https://api.loganalytics.io",
      logAnalyticsAudience: "https://api.loganalytics.io",
      metricsBatch: "https://{region}.metrics.monitor.azure.com",
      metricsBatchAudience: "https://metrics.monitor.azure.com",
      cognitiveServicesAudience: "https://cognitiveservices.azure.com",
    },
    regions: REGIONS.map((name) => ({ name, dataBoundary: null })),
    deployments: REGIONS.map((region) => ({
      id: deploymentId(region),
      region,
      resourceId: `${SCOPE}/Microsoft.CognitiveServices/accounts/aoai-${region}/deployments/gpt`,
      endpoint: `https://aoai-${region}.openai.azure.com`,
      model: { name: "gpt-4o", version: "2024-11-20" },
      deploymentType: "Standard",
      tokensPerMinute,
      probe: { kind: "completion" },
    })),
    gateways,
    edges: [edge(gateways)],
    detection: DEFAULTS.detection,
    signals: DEFAULTS.signals,
    safety: DEFAULTS.safety,
    evacuate: DEFAULTS.evacuate,
    restore: DEFAULTS.restore,
  };
}

/** A gateway per region, each with its local member first. */
export function hubToHub(tokensPerMinute: number | null = AMPLE): Estate {
  return estateOf(
    REGIONS.map((region) => gateway(gatewayId(region), region)),
    tokensPerMinute,
  );
}

/** One gateway in front of all regions. */
export function hubAndSpoke(tokensPerMinute: number | null = AMPLE): Estate {
  return estateOf([gateway("hub", "eastus2")], tokensPerMinute);
}

export type Members = (gateway: Estate["gateways"][number], regions: readonly string[]) => readonly PoolMember[];

export const localFirst: Members = (gateway, regions) =>
  regions.map((region) => ({ id: memberId(gateway.id, region), weight: 100, priority: region === gateway.region ? 1 : 2 }));

export const equalWeights: Members = (gateway, regions) => regions.map((region) => ({ id: memberId(gateway.id, region) }));

export function poolsOf(estate: Estate, members: Members, regions: readonly string[] = REGIONS): readonly PoolRouting[] {
  return estate.gateways.map((gateway) => ({ gateway: gateway.id, pool: POOL, members: members(gateway, regions) }));
}

export function originsOf(estate: Estate): readonly OriginRouting[] {
  return estate.edges.flatMap((edge) => edge.origins.map(({ group, name }) => ({ edge: edge.id, group, origin: name, enabled: true })));
}

/** One request a second from each region in turn, or as asked. */
export function steadyRequests(seconds: number, perSecond = 1, regions: readonly string[] = REGIONS): readonly TrafficRequest[] {
  return Array.from({ length: seconds * perSecond }, (_, id) => ({
    id,
    arrivesAt: START + Math.floor((id * 1000) / perSecond),
    clientRegion: regions[id % regions.length] ?? "eastus2",
    contextTokens: 1000,
    generatedTokens: 100,
  }));
}

export function synthetic(minutes: number, seed = 1, requestsPerSecond = 5.5): readonly TrafficRequest[] {
  const clientRegion = createClientRegions(REGIONS, undefined, seed);
  return [...syntheticRequests({ startAt: START, durationSeconds: minutes * 60, requestsPerSecond, seed, clientRegion })];
}

export function testWorld(overrides: Partial<WorldOptions> & { constants?: Constants } = {}): TrafficWorld {
  const estate = overrides.estate ?? hubToHub();
  return createWorld({
    estate,
    initialPools: poolsOf(estate, localFirst),
    initialOrigins: originsOf(estate),
    requests: [],
    maxTokens: 600,
    policy: "plain",
    edgeProbe: "shallow",
    constants: scaled(),
    seed: 1,
    startAt: START,
    ...overrides,
  });
}

/** Instant of a second of the drill. */
export function second(seconds: number): number {
  return START + seconds * 1000;
}

export function lostShare(world: TrafficWorld, from = 0, to = Infinity): number {
  const window = world.requests.filter(({ arrivedAt }) => arrivedAt >= second(from) && arrivedAt < second(to));
  return window.filter(({ result }) => result !== 200).length / window.length;
}
