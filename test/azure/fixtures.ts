import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Deployment, Edge, Estate, Gateway } from "../../src/domain/estate.ts";
import type { Clock } from "../../src/ports.ts";

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1`;

export const GATEWAY_ID = `${GROUP}/providers/Microsoft.ApiManagement/service/apim1`;
export const ACCOUNT_ID = `${GROUP}/providers/Microsoft.CognitiveServices/accounts/foundry1`;
export const PROFILE_ID = `${GROUP}/providers/Microsoft.Cdn/profiles/fd1`;
export const CLASSIC_ID = `${GROUP}/providers/Microsoft.Network/frontDoors/fd0`;

export const OPERATION_PATH = `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg1/providers/Microsoft.Cdn/operationresults/1f?api-version=2024-02-01&t=638&c=MII%2B&s=a_b-c&h=x%3D`;

export function deployment(url: string, change: Partial<Deployment> = {}): Deployment {
  return {
    id: "gpt-eus2",
    region: "eastus2",
    resourceId: `${ACCOUNT_ID}/deployments/gpt-4o`,
    endpoint: url,
    model: { name: "gpt-4o", version: "2024-11-20" },
    deploymentType: "Standard",
    tokensPerMinute: null,
    probe: { kind: "completion" },
    ...change,
  };
}

export function gateway(url: string, change: Partial<Gateway> = {}): Gateway {
  return {
    id: "apim-eus2",
    region: "eastus2",
    resourceId: GATEWAY_ID,
    url,
    statusPath: "/status-0123456789abcdef",
    witnessPath: "/witness/{backend}",
    pools: [{ name: "pool1", members: [{ backend: "a", deployment: "gpt-eus2" }] }],
    ...change,
  };
}

export const STANDARD_EDGE: Edge = {
  id: "edge",
  kind: "standard",
  resourceId: PROFILE_ID,
  origins: [
    { group: "og", name: "o1", gateway: "apim-eus2" },
    { group: "og", name: "o2", gateway: "apim-swc" },
  ],
};

export const CLASSIC_EDGE: Edge = {
  id: "old-edge",
  kind: "classic",
  resourceId: CLASSIC_ID,
  origins: [{ group: "bp", name: "a.azure-api.net", gateway: "apim-eus2" }],
};

/** Every cloud endpoint at one server. */
export function estate(url: string, change: Partial<Estate> = {}): Estate {
  return {
    name: "test",
    cloud: {
      resourceManager: url,
      resourceManagerAudience: "https://management.azure.com",
      authority: url,
      logAnalytics: url,
      logAnalyticsAudience: "https://api.loganalytics.io",
      metricsBatch: url,
      metricsBatchAudience: "https://metrics.monitor.azure.com",
      cognitiveServicesAudience: "https://cognitiveservices.azure.com",
    },
    regions: [{ name: "eastus2", dataBoundary: null }],
    deployments: [deployment(url)],
    gateways: [gateway(url)],
    edges: [STANDARD_EDGE, CLASSIC_EDGE],
    detection: { ...DEFAULTS.detection, probeDeadlineSeconds: 10, probeMaxTokens: 1 },
    signals: { metrics: { names: "azureOpenAI", api: "arm" }, logs: null },
    safety: DEFAULTS.safety,
    evacuate: DEFAULTS.evacuate,
    restore: DEFAULTS.restore,
    ...change,
  };
}

export const START = new Date("2026-03-01T12:00:00.000Z");

/** Each reading is one second later than the last. */
export function steppingClock(): Clock {
  let reading = 0;
  return { now: () => new Date(START.getTime() + 1000 * reading++), sleep: async () => undefined };
}
