import { CLOUDS } from "../../src/config/clouds.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Deployment, Estate, Gateway } from "../../src/domain/estate.ts";

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
export const GROUP = "rg1";
export const PREFIX = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${GROUP}/providers`;

function deployment(region: string, change: Partial<Deployment> = {}): Deployment {
  return {
    id: `gpt-${region}`,
    region,
    resourceId: `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-${region}/deployments/gpt-4o`,
    endpoint: `https://foundry-${region}.openai.azure.com`,
    model: { name: "gpt-4o", version: "2024-11-20" },
    deploymentType: "Standard",
    tokensPerMinute: 300_000,
    probe: { kind: "completion" },
    ...change,
  };
}

function gateway(region: string): Gateway {
  const member = (of: string) => ({ backend: `foundry-${of}`, deployment: `gpt-${of}` });
  return {
    id: `gw-${region}`,
    region,
    resourceId: `${PREFIX}/Microsoft.ApiManagement/service/apim-${region}`,
    url: `https://apim-${region}.azure-api.net`,
    statusPath: "/status-0123456789abcdef",
    witnessPath: "/failover/witness/{backend}",
    pools: [{ name: "gpt", members: [member("eastus2"), member("swedencentral")] }],
  };
}

const PROVISIONED = deployment("eastus2", {
  id: "ptu-eastus2",
  resourceId: `${PREFIX}/Microsoft.CognitiveServices/accounts/foundry-eastus2/deployments/gpt-4o-ptu`,
  deploymentType: "ProvisionedManaged",
  tokensPerMinute: null,
});

/** Two regions with a gateway each; a Standard and a classic Front Door; one provisioned deployment beside. */
export function testEstate(): Estate {
  const gateways = [gateway("eastus2"), gateway("swedencentral")];
  return {
    name: "test",
    cloud: CLOUDS.public,
    regions: ["eastus2", "swedencentral"].map((name) => ({ name, dataBoundary: null })),
    deployments: [deployment("eastus2"), deployment("swedencentral"), PROVISIONED],
    gateways,
    edges: [
      {
        id: "edge",
        kind: "standard",
        resourceId: `${PREFIX}/Microsoft.Cdn/profiles/fd1`,
        origins: gateways.map(({ id, region }) => ({ group: "og", name: `o-${region}`, gateway: id })),
      },
      {
        id: "old-edge",
        kind: "classic",
        resourceId: `${PREFIX}/Microsoft.Network/frontDoors/fd0`,
        origins: gateways.map(({ id, region }) => ({ group: "bp", name: `apim-${region}.azure-api.net`, gateway: id })),
      },
    ],
    detection: DEFAULTS.detection,
    signals: DEFAULTS.signals,
    safety: DEFAULTS.safety,
    evacuate: DEFAULTS.evacuate,
    restore: DEFAULTS.restore,
  };
}
