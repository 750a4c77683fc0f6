/** A random estate: hub-and-spoke or hub-to-hub, with what real ones have and some leave out. */
import type { Chance } from "./chance.ts";
import type { EstateFile } from "./files.ts";

const REGIONS = [
  { name: "eastus2", boundary: "us" },
  { name: "swedencentral", boundary: "eu" },
  { name: "japaneast", boundary: null },
  { name: "westus3", boundary: "us" },
  { name: "francecentral", boundary: "eu" },
  { name: "australiaeast", boundary: null },
  { name: "uksouth", boundary: null },
] as const;

const MODELS = [
  { name: "gpt-4o", version: "2024-11-20" },
  { name: "gpt-4o-mini", version: "2024-07-18" },
  { name: "o3-mini", version: "2025-01-31" },
] as const;

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-soak/providers";

type Deployment = EstateFile["deployments"][number];
type Gateway = EstateFile["gateways"][number];
type Edges = NonNullable<EstateFile["edges"]>;

export function generateEstate(chance: Chance, name: string): EstateFile {
  const regions = chance.some("regions", chance.whole("region count", 2, 5), REGIONS);
  const names = regions.map((region) => region.name);
  const deployments = generateDeployments(chance, names);
  const gateways = generateGateways(chance, names, deployments);
  const isBounded = chance.is("bounded", 0.2);
  return {
    name,
    regions: regions.map((region) => ({ name: region.name, dataBoundary: isBounded ? region.boundary : null })),
    deployments,
    gateways,
    edges: generateEdges(chance, gateways),
    detection: {
      intervalSeconds: chance.one("interval", [15, 15, 20, 30]),
      quorum: chance.is("quorum", 0.1) ? 2 : 1,
      witnessProbes: chance.one("witness probes", [0, 2, 2, 3]),
    },
    safety: {
      mode: "auto",
      maxConcurrentShifts: chance.whole("shifts", 1, regions.length - 1),
      cooldownSeconds: chance.one("cooldown", [0, 120, 600]),
      reserveShare: chance.one("reserve", [0, 0.1, 0.2]),
    },
    // Quick returns: a drill lasts minutes.
    restore: {
      gracefulShares: chance.one<number[]>("ladder", [[0.5, 1], [0.05, 0.25, 0.5, 1], [1]]),
      soakSeconds: chance.one("soak", [30, 60, 120]),
      originSoakSeconds: chance.one("origin soak", [30, 120]),
      bakeSeconds: 15,
      bakeProbeSeconds: 30,
    },
  };
}

function generateDeployments(chance: Chance, regions: readonly string[]): Deployment[] {
  const models = MODELS.slice(0, chance.whole("models", 1, MODELS.length));
  const usual = chance.one("type", ["Standard", "Standard", "GlobalStandard", "DataZoneStandard", "ProvisionedManaged"]);
  return regions.flatMap((region) => {
    const local = chance.of(region);
    return local.some("models", local.whole("model count", 1, models.length), models).map((model): Deployment => {
      const own = local.of(model.name);
      return {
        id: `${model.name}-${region}`,
        region,
        resourceId: `${SUBSCRIPTION}/Microsoft.CognitiveServices/accounts/foundry-${region}/deployments/${model.name}`,
        endpoint: `https://foundry-${region}.openai.azure.com`,
        model: { ...model },
        deploymentType: own.is("other type", 0.15) ? "GlobalStandard" : usual,
        tokensPerMinute: own.is("unknown limit", 0.1) ? null : own.whole("limit", 15, 90) * 10_000,
        probe: { kind: own.is("models probe", 0.07) ? "models" : "completion" },
      };
    });
  });
}

/** Hub-and-spoke: one gateway whose pools span the regions. Hub-to-hub: one in each region, each with all pools. */
function generateGateways(chance: Chance, regions: readonly string[], deployments: readonly Deployment[]): Gateway[] {
  const homes = chance.is("hub-to-hub", 0.6) ? regions : chance.some("hub", 1, regions);
  const hasWitness = chance.is("witness", 0.5);
  const models = [...new Set(deployments.map(({ model }) => model.name))];
  return homes.map((region) => ({
    id: `apim-${region}`,
    region,
    resourceId: `${SUBSCRIPTION}/Microsoft.ApiManagement/service/apim-${region}`,
    url: `https://apim-${region}.azure-api.net`,
    witnessPath: hasWitness ? "/witness/{backend}" : null,
    pools: models.map((model) => ({
      name: `pool-${model}`,
      members: deployments.filter((d) => d.model.name === model).map(({ id }) => ({ backend: `foundry-${id}`, deployment: id })),
    })),
  }));
}

function generateEdges(chance: Chance, gateways: readonly Gateway[]): Edges {
  const kind = chance.one("edge", ["standard", "standard", "standard", "standard", "standard", "classic", "none"]);
  if (kind === "none") return [];
  const type = kind === "classic" ? "Microsoft.Network/frontDoors" : "Microsoft.Cdn/profiles";
  const origins = gateways.map(({ id, url }) => ({ group: "gateways", name: kind === "classic" ? new URL(url).host : id, gateway: id }));
  return [{ id: "front-door", kind, resourceId: `${SUBSCRIPTION}/${type}/fd-soak`, origins }];
}
