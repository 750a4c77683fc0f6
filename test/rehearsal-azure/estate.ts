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
    regions: [{ name: "eastus2" }, { name: "swedencentral" }],
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
    detection: {
      intervalSeconds: 15,
      probeDeadlineSeconds: 5,
      burstProbes: 5,
      burstSpacingSeconds: 3,
      window: 5,
      failuresToFail: 3,
      successesToRecover: 3,
      stalenessSeconds: 60,
      regionFailingShare: 0.5,
      probeMaxTokens: 1,
    },
    safety: { mode: "auto", minHealthyRegions: 1, maxConcurrentShifts: 1, cooldownSeconds: 600, reserveShare: 0.1 },
    evacuate: { gracefulShares: [0.5, 0], bakeSeconds: 60, originBudgetSeconds: 1200, poolBudgetSeconds: 10, holdCheckSeconds: 15 },
    restore: {
      gracefulShares: [0.5, 1],
      soakSeconds: 300,
      originSoakSeconds: 300,
      bakeSeconds: 60,
      bakeAnswers: 50,
      bakeProbeSeconds: 120,
      relapseBackoff: 2,
    },
  };
}
