/** Microsoft.CognitiveServices: deployments and quota usages (azure-facts 4.2, 13.6). */
import type { Constants } from "../../constants.ts";
import type { FoundryAccount, FoundryDeployment } from "../platform.ts";
import type { Params } from "../routing.ts";
import { armRoute, type ArmRoute } from "./arm.ts";
import { notFound } from "./arm-errors.ts";
import { listRoutes, type Scopes } from "./listing.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const PROVIDER = "providers/Microsoft.CognitiveServices";
const ACCOUNT = `${SUBSCRIPTION}/resourceGroups/{group}/${PROVIDER}/accounts/{account}`;

/** The estate does not say how much quota is granted: half as much again as is allocated, as in azure-facts 4.2's sample. */
const GRANTED_PER_ALLOCATED = 1.5;

export function cognitiveServicesRoutes(accounts: readonly FoundryAccount[], constants: Constants, scopes: Scopes): readonly ArmRoute[] {
  const find = findAccount(accounts);
  const rest = { provider: "Microsoft.CognitiveServices", region: (params: Params) => find(params)?.region };
  const atLocation = { provider: "Microsoft.CognitiveServices", region: ({ location }: Params) => location?.toLowerCase() };
  return [
    ...listRoutes({ scopes, type: "Microsoft.CognitiveServices/accounts", items: accounts, body: accountBody }),
    armRoute(rest, "GET", `${ACCOUNT}/deployments`, ({ params }) => {
      const account = find(params);
      if (!account) return notFound(`The Resource 'Microsoft.CognitiveServices/accounts/${params["account"] ?? ""}' was not found.`);
      return { status: 200, body: { value: account.deployments.map((deployment) => deploymentBody(deployment, constants)) } };
    }),
    armRoute(rest, "GET", `${ACCOUNT}/deployments/{deployment}`, ({ params }) => {
      const deployment = find(params)?.deployments.find(({ name }) => name.toLowerCase() === params["deployment"]?.toLowerCase());
      return deployment
        ? { status: 200, body: deploymentBody(deployment, constants) }
        : notFound(`The Resource 'deployments/${params["deployment"] ?? ""}' was not found.`);
    }),
    armRoute(atLocation, "GET", `${SUBSCRIPTION}/${PROVIDER}/locations/{location}/usages`, ({ params }) => ({
      status: 200,
      body: { value: usages(accounts, params) },
    })),
  ];
}

export function findAccount(accounts: readonly FoundryAccount[]): (params: Params) => FoundryAccount | undefined {
  return ({ subscription, group, account }) => {
    const id =
      `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.CognitiveServices/accounts/${account}`.toLowerCase();
    return accounts.find(({ resourceId }) => resourceId.toLowerCase() === id);
  };
}

export function isProvisioned({ deploymentType }: FoundryDeployment): boolean {
  return deploymentType.endsWith("ProvisionedManaged");
}

/** Each has a subdomain of its own, without which there are no Entra tokens. */
function accountBody({ resourceId, name, region, host }: FoundryAccount): unknown {
  const properties = {
    endpoint: `https://${host}/`,
    customSubDomainName: host.split(".")[0],
    endpoints: { "OpenAI Language Model Instance API": `https://${host}/` },
    publicNetworkAccess: "Disabled",
    provisioningState: "Succeeded",
  };
  return {
    id: resourceId,
    name,
    type: "Microsoft.CognitiveServices/accounts",
    location: region,
    kind: "OpenAI",
    sku: { name: "S0" },
    etag: '"00000000-0000-0000-0000-000000000000"',
    properties,
  };
}

function deploymentBody(deployment: FoundryDeployment, constants: Constants): unknown {
  const capacity = capacityOf(deployment);
  const requests = Math.round(capacity * constants.requestsPerWindowPerThousandTokens);
  const rateLimits = [
    { key: "request", renewalPeriod: constants.requestWindowSeconds, count: requests },
    { key: "token", renewalPeriod: constants.tokenWindowSeconds, count: deployment.tokensPerMinute },
  ];
  return {
    id: deployment.resourceId,
    type: "Microsoft.CognitiveServices/accounts/deployments",
    name: deployment.name,
    sku: { name: deployment.deploymentType, capacity },
    properties: {
      model: { format: "OpenAI", ...deployment.model },
      versionUpgradeOption: "OnceNewDefaultVersionAvailable",
      currentCapacity: capacity,
      ...(deployment.capabilities === undefined ? {} : { capabilities: deployment.capabilities }),
      provisioningState: "Succeeded",
      // The specification's example lacks them, and provisioned deployments have none: optional (azure-facts 13.6).
      ...(isProvisioned(deployment) ? {} : { rateLimits }),
    },
  };
}

/** In thousands of tokens per minute. */
function capacityOf({ tokensPerMinute }: FoundryDeployment): number {
  return Math.max(1, Math.round(tokensPerMinute / 1000));
}

/** Quota is per subscription, region, model and deployment type; `currentValue` is what is allocated (azure-facts 4.2). */
function usages(accounts: readonly FoundryAccount[], { subscription, location }: Params): unknown[] {
  const allocated = new Map<string, number>();
  for (const account of accounts) {
    if (account.subscription.toLowerCase() !== subscription?.toLowerCase() || account.region !== location?.toLowerCase()) continue;
    for (const deployment of account.deployments) {
      const name = `OpenAI.${deployment.deploymentType}.${deployment.model.name}`;
      allocated.set(name, (allocated.get(name) ?? 0) + capacityOf(deployment));
    }
  }
  return [...allocated].map(([value, currentValue]) => ({
    name: {
      value,
      localizedValue: `Tokens Per Minute (thousands) - ${value.split(".").slice(2).join(".")} - ${value.split(".")[1] ?? ""}`,
    },
    currentValue,
    limit: Math.ceil(currentValue * GRANTED_PER_ALLOCATED),
    unit: "Count",
  }));
}
