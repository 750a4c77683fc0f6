/** An estate of 1,000 targets: 970 deployments of 33 models in 30 regions, and a gateway with a witness in each region. */
import { parseEstate } from "../src/config/load.ts";
import type { Estate } from "../src/domain/estate.ts";

const REGIONS = Array.from({ length: 30 }, (_, index) => `region${index + 1}`);
const MODELS = Array.from({ length: 33 }, (_, index) => `model-${index + 1}`);
const TARGETS = 1000;
const PROVIDERS = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-bench/providers";

/** Deadline and burst are the least that the schema allows: the bound is the same, and reached sooner. */
const DETECTION = { probeDeadlineSeconds: 1, burstSpacingSeconds: 1, slowMilliseconds: 900 };

export function largeEstate(): Estate {
  const deployments = MODELS.flatMap((model) => REGIONS.map((region) => deployment(model, region))).slice(0, TARGETS - REGIONS.length);
  const pools = MODELS.map((model) => ({
    name: `pool-${model}`,
    members: deployments.filter((d) => d.model.name === model).map(({ id }) => ({ backend: `foundry-${id}`, deployment: id })),
  }));
  const gateways = REGIONS.map((region) => ({
    id: `apim-${region}`,
    region,
    resourceId: `${PROVIDERS}/Microsoft.ApiManagement/service/apim-${region}`,
    url: `https://apim-${region}.azure-api.net`,
    witnessPath: "/witness/{backend}",
    pools,
  }));
  const origins = gateways.map(({ id }) => ({ group: "gateways", name: id, gateway: id }));
  const edges = [{ id: "front-door", kind: "standard", resourceId: `${PROVIDERS}/Microsoft.Cdn/profiles/fd-bench`, origins }];
  const regions = REGIONS.map((name) => ({ name }));
  const loaded = parseEstate(
    JSON.stringify({ name: "bench", regions, deployments, gateways, edges, detection: DETECTION, safety: { mode: "recommend" } }),
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  return loaded.estate;
}

function deployment(
  model: string,
  region: string,
): Pick<Estate["deployments"][number], "id" | "region" | "resourceId" | "endpoint" | "model" | "deploymentType" | "tokensPerMinute"> {
  return {
    id: `${model}-${region}`,
    region,
    resourceId: `${PROVIDERS}/Microsoft.CognitiveServices/accounts/foundry-${region}/deployments/${model}`,
    endpoint: `https://foundry-${region}.openai.azure.com`,
    model: { name: model, version: "1" },
    deploymentType: "Standard",
    tokensPerMinute: 800_000,
  };
}
