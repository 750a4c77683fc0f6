/** What discovery may find, in short, and what it makes of it. */
import { decide, type Discovery } from "../../discover/decide/decide.ts";
import type { FoundAccount, FoundBackend, FoundDeployment, FoundGateway, Inventory } from "../../discover/inventory.ts";

export const PREFIX = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers";

export function deployment(account: string, name: string, change: Partial<FoundDeployment> = {}): FoundDeployment {
  return {
    name,
    resourceId: `${PREFIX}/Microsoft.CognitiveServices/accounts/${account}/deployments/${name}`,
    model: { name: "gpt-4o", version: "2024-11-20" },
    type: "Standard",
    tokensPerMinute: 1000,
    completesChats: true,
    ...change,
  };
}

export function account(location: string, deployments: readonly string[], change: Partial<FoundAccount> = {}): FoundAccount {
  const name = `ai-${location}`;
  return {
    resourceId: `${PREFIX}/Microsoft.CognitiveServices/accounts/${name}`,
    name,
    location,
    endpoint: `https://${name}.openai.azure.com`,
    hosts: [`${name}.openai.azure.com`, `${name}.cognitiveservices.azure.com`],
    deployments: deployments.map((one) => deployment(name, one)),
    ...change,
  };
}

export function single(name: string, url: string | undefined): FoundBackend {
  return { name, url, members: undefined };
}

export function pool(name: string, ...members: readonly string[]): FoundBackend {
  return { name, url: undefined, members };
}

export function gateway(name: string, backends: readonly FoundBackend[], change: Partial<FoundGateway> = {}): FoundGateway {
  return {
    resourceId: `${PREFIX}/Microsoft.ApiManagement/service/${name}`,
    name,
    location: "westus",
    url: `https://${name}.azure-api.net`,
    hosts: [`${name}.azure-api.net`],
    otherLocations: [],
    backends,
    witnessPath: null,
    ...change,
  };
}

export const EAST = "https://ai-eastus.openai.azure.com/openai";
export const WEST = "https://ai-westus.openai.azure.com/openai";

/** Two accounts with these deployments each, one gateway with these backends. */
export function inventory(deployments: readonly string[], backends: readonly FoundBackend[], change: Partial<Inventory> = {}): Inventory {
  return {
    accounts: [account("eastus", deployments), account("westus", deployments)],
    gateways: [gateway("apim", backends)],
    edges: [],
    applicationGateways: [],
    unread: [],
    ...change,
  };
}

interface Decided extends Discovery {
  /** `pool: backend → account/deployment` */
  readonly members: readonly string[];
  /** `kind code` */
  readonly codes: readonly string[];
}

export function decided(of: Inventory): Decided {
  const { estate, findings } = decide(of, { name: "test" });
  const names = new Map(
    estate?.deployments.map(({ id, resourceId }) => [id, resourceId.replace(/^.*accounts\//, "").replace("deployments/", "")]),
  );
  const members = estate?.gateways.flatMap(({ pools }) =>
    pools.flatMap((one) => one.members.map((member) => `${one.name}: ${member.backend} → ${names.get(member.deployment) ?? "?"}`)),
  );
  return { estate, members: members ?? [], findings, codes: findings.map(({ kind, code }) => `${kind} ${code}`) };
}
