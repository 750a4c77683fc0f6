/** Foundry (Azure OpenAI) accounts and their deployments. */
import { CognitiveServicesManagementClient, type Account, type Deployment } from "@azure/arm-cognitiveservices";
import { parseResourceId } from "../../src/azure/arm/resource-id.ts";
import { tokensPerMinuteOf } from "../../src/azure/foundry/capacity-reader.ts";
import type { FoundAccount, FoundDeployment } from "../inventory.ts";
import { listScope, type Reader, type Scope } from "./reader.ts";
import { hostOf, locationOf, present } from "./text.ts";

/** Kinds that may hold model deployments; the other Cognitive Services are of no use here. */
const KINDS: ReadonlySet<string> = new Set(["openai", "aiservices"]);
/** Shared by all accounts of a region: it leads to none in particular (azure-facts 13.7). */
const SHARED_HOST = /\.api\.cognitive\./;
const OPENAI_HOST = /\.openai\.azure\./;
/** One subdomain answers in all of them, whichever of them Azure tells. */
const FAMILIES = ["openai", "cognitiveservices", "services.ai"];
const FAMILY_HOST = /^([^.]+)\.(?:openai|cognitiveservices|services\.ai)(\.azure\.[a-z]+)$/;

export async function readAccounts(reader: Reader, scope: Scope): Promise<readonly FoundAccount[]> {
  const client = new CognitiveServicesManagementClient(reader.credential, scope.subscription, reader.options);
  const accounts = await listScope<Account>(reader, scope, "Foundry accounts", {
    all: (options) => client.accounts.list(options),
    of: (group) => (options) => client.accounts.listByResourceGroup(group, options),
  });
  const found: FoundAccount[] = [];
  for (const account of accounts.filter(({ kind }) => KINDS.has(kind?.toLowerCase() ?? ""))) {
    if (account.id === undefined || account.name === undefined) continue;
    const { id, name } = account;
    const { resourceGroup } = parseResourceId(id);
    const deployments = await reader.list(`deployments of ${name}`, (options) => client.deployments.list(resourceGroup, name, options));
    found.push({ resourceId: id, name, ...addresses(account), deployments: (deployments ?? []).map(deploymentOf).filter(present) });
  }
  return found;
}

/** An account has several names at once; the one of the OpenAI data plane is what probes ask. */
function addresses({ location, properties = {} }: Account): Pick<FoundAccount, "location" | "endpoint" | "hosts"> {
  const told = [properties.endpoint, ...Object.values(properties.endpoints ?? {})].filter(present).map(hostOf);
  const own = [...new Set(told.filter((host) => !SHARED_HOST.test(host)).flatMap(withSiblings))];
  const endpoint = properties.customSubDomainName ? (own.find((host) => OPENAI_HOST.test(host)) ?? own[0]) : undefined;
  return { location: locationOf(location), endpoint: endpoint && `https://${endpoint}`, hosts: own };
}

function withSiblings(host: string): readonly string[] {
  const [, subdomain, suffix] = FAMILY_HOST.exec(host) ?? [];
  return subdomain === undefined ? [host] : FAMILIES.map((family) => `${subdomain}.${family}${suffix}`);
}

function deploymentOf(deployment: Deployment): FoundDeployment | undefined {
  const { id, name, sku, properties = {} } = deployment;
  if (id === undefined || name === undefined) return undefined;
  const chats = properties.capabilities?.["chatCompletion"];
  return {
    name,
    resourceId: id,
    model: { name: properties.model?.name, version: properties.model?.version },
    type: sku?.name,
    tokensPerMinute: tokensPerMinuteOf(deployment),
    completesChats: properties.capabilities === undefined || chats === "true",
  };
}
