/** Estates that differ in their number of regions only: hub-to-hub, two models in every region, a gateway with witness each, Front Door. */
const MODELS = [
  { name: "gpt-4o", version: "2024-11-20", tokensPerMinute: 450_000 },
  { name: "gpt-4o-mini", version: "2024-07-18", tokensPerMinute: 2_000_000 },
];
const PROVIDERS = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-cost/providers";

/** As JSON text, like a file that a user wrote. */
export function estateOf(regions: number): string {
  const names = Array.from({ length: regions }, (_, index) => `region${index + 1}`);
  const deployments = names.flatMap((region) => MODELS.map((model) => deploymentOf(region, model)));
  const gateways = names.map((region) => gatewayOf(region, names));
  const origins = gateways.map(({ id }) => ({ group: "gateways", name: id, gateway: id }));
  return JSON.stringify({
    name: `cost-${regions}`,
    regions: names.map((name) => ({ name })),
    deployments,
    gateways,
    edges: [{ id: "front-door", kind: "standard", resourceId: `${PROVIDERS}/Microsoft.Cdn/profiles/afd-cost`, origins }],
    signals: { logs: { workspaceId: "00000000-0000-4000-8000-00000000000c" } },
    safety: { mode: "recommend" },
  });
}

function deploymentOf(region: string, { name, version, tokensPerMinute }: (typeof MODELS)[number]): object {
  return {
    id: `${name}-${region}`,
    region,
    resourceId: `${PROVIDERS}/Microsoft.CognitiveServices/accounts/aif-${region}/deployments/${name}`,
    endpoint: `https://aif-${region}.openai.azure.com`,
    model: { name, version },
    deploymentType: "Standard",
    tokensPerMinute,
  };
}

/** The local member first: that is the order of hub-to-hub. */
function gatewayOf(region: string, all: readonly string[]): { readonly id: string } {
  const members = [region, ...all.filter((other) => other !== region)];
  return {
    id: `apim-${region}`,
    ...{ region, resourceId: `${PROVIDERS}/Microsoft.ApiManagement/service/apim-${region}`, url: `https://apim-${region}.azure-api.net` },
    ...{ witnessPath: "/foundry-failover/witness/{backend}" },
    ...{
      pools: MODELS.map(({ name }) => ({
        name,
        members: members.map((member) => ({ backend: `foundry-${member}-${name}`, deployment: `${name}-${member}` })),
      })),
    },
  };
}
