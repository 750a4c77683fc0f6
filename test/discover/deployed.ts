/** The embedded Azure as infra/ deploys it: what the compiler's snapshot says, and nothing of the estate that it outputs beside. */
import { z } from "zod";
import type { ApimContents, ApimService, FoundryAccount, FrontDoor, Platform } from "../../rehearsal/azure/platform.ts";
import { CLOUDS } from "../../src/config/clouds.ts";
import { DEPLOYMENT_TYPES } from "../../src/domain/estate.ts";

const Properties = z.object({
  customSubDomainName: z.string().optional(),
  model: z.object({ name: z.string(), version: z.string() }).optional(),
  type: z.string().optional(),
  url: z.string().optional(),
  circuitBreaker: z.object({ rules: z.array(z.unknown()) }).optional(),
  pool: z.object({ services: z.array(z.object({ id: z.string(), priority: z.int().optional(), weight: z.int().optional() })) }).optional(),
  value: z.string().optional(),
  path: z.string().optional(),
  method: z.string().optional(),
  urlTemplate: z.string().optional(),
  hostName: z.string().optional(),
  sharedPrivateLinkResource: z.object({ privateLink: z.object({ id: z.string() }) }).optional(),
});
const Resource = z.object({
  id: z.string(),
  type: z.string(),
  location: z.string().default(""),
  sku: z.object({ name: z.string(), capacity: z.int().optional() }).optional(),
  properties: Properties.default({}),
});
type Resource = z.infer<typeof Resource>;
const Snapshot = z.object({ predictedResources: z.array(Resource), outputs: z.object({ estate: z.unknown() }) });

export interface Deployed {
  readonly platform: Platform;
  /** As the deployment outputs it. */
  readonly estate: unknown;
}

export function deployed(snapshot: unknown): Deployed {
  const { predictedResources, outputs } = Snapshot.parse(snapshot);
  // A gateway is written twice: created, and then closed.
  const resources = [...new Map(predictedResources.map((resource) => [resource.id, resource])).values()];
  const apim = "Microsoft.ApiManagement/service";
  const { resourceManagerAudience, cognitiveServicesAudience, logAnalyticsAudience, metricsBatchAudience } = CLOUDS.public;
  const platform: Platform = {
    audiences: {
      resourceManager: resourceManagerAudience,
      cognitiveServices: cognitiveServicesAudience,
      logAnalytics: logAnalyticsAudience,
      metricsBatch: metricsBatchAudience,
    },
    metricNames: "models",
    workspaces: [],
    pages: [],
    services: under(resources, "", apim).map((resource) => service(resource, resources)),
    accounts: under(resources, "", "Microsoft.CognitiveServices/accounts").map((resource) => account(resource, resources)),
    frontDoors: under(resources, "", "Microsoft.Cdn/profiles").map((resource) => frontDoor(resource, resources)),
  };
  return { platform, estate: outputs.estate };
}

function under(resources: readonly Resource[], id: string, type: string): readonly Resource[] {
  return resources.filter((resource) => resource.type === type && resource.id.startsWith(id === "" ? "" : `${id}/`));
}

function nameOf({ id }: Resource): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function account(resource: Resource, resources: readonly Resource[]): FoundryAccount {
  const deployments = under(resources, resource.id, "Microsoft.CognitiveServices/accounts/deployments");
  return {
    resourceId: resource.id,
    subscription: resource.id.split("/")[2] ?? "",
    name: nameOf(resource),
    region: resource.location,
    host: `${resource.properties.customSubDomainName ?? ""}.openai.azure.com`,
    deployments: deployments.map((deployment) => ({
      id: deployment.id,
      name: nameOf(deployment),
      resourceId: deployment.id,
      model: deployment.properties.model ?? { name: "", version: "" },
      deploymentType: z.enum(DEPLOYMENT_TYPES).parse(deployment.sku?.name),
      tokensPerMinute: (deployment.sku?.capacity ?? 0) * 1000,
      capabilities: capabilitiesOf(deployment),
    })),
  };
}

/** Azure's own knowledge of the models that the examples deploy. */
function capabilitiesOf({ properties: { model } }: Resource): Record<string, string> {
  return model?.name.startsWith("text-embedding-") ? { embeddings: "true", embeddingsMaxInputs: "1" } : { chatCompletion: "true" };
}

function service(resource: Resource, resources: readonly Resource[]): ApimService {
  const backends = under(resources, resource.id, "Microsoft.ApiManagement/service/backends");
  return {
    gateway: nameOf(resource),
    resourceId: resource.id,
    name: nameOf(resource),
    region: resource.location,
    host: `${nameOf(resource)}.azure-api.net`,
    statusPath: "/status-0123456789abcdef",
    witnessPath: null,
    backends: backends.flatMap(({ properties: { type, url = "", circuitBreaker }, ...backend }) =>
      type === "Pool"
        ? []
        : [{ name: nameOf({ properties: {}, ...backend }), url, deployment: "", circuitBreaker: circuitBreaker ?? { rules: [] } }],
    ),
    pools: backends.flatMap((backend) => {
      const members = backend.properties.pool?.services;
      return members === undefined
        ? []
        : [{ name: nameOf(backend), members: members.map((member) => z.object({ id: z.string() }).parse(member)) }];
    }),
    contents: contents(resource, resources),
  };
}

function contents({ id }: Resource, resources: readonly Resource[]): ApimContents {
  const kind = (type: string): readonly Resource[] => under(resources, id, `Microsoft.ApiManagement/service/${type}`);
  const policyOf = (resource: string): { policy?: string } => {
    const value = resources.find((one) => one.id === `${resource}/policies/policy`)?.properties.value;
    return value === undefined ? {} : { policy: value };
  };
  const operations = (api: string): ApimContents["apis"][number]["operations"] =>
    kind("apis/operations")
      .filter((operation) => operation.id.startsWith(`${api}/`))
      .map((operation) => ({
        name: nameOf(operation),
        method: operation.properties.method ?? "",
        urlTemplate: operation.properties.urlTemplate ?? "",
        ...policyOf(operation.id),
      }));
  return {
    ...policyOf(id),
    apis: kind("apis").map((api) => ({
      name: nameOf(api),
      path: api.properties.path ?? "",
      operations: operations(api.id),
      ...policyOf(api.id),
    })),
    products: kind("products").map((product) => ({ name: nameOf(product), ...policyOf(product.id) })),
    fragments: kind("policyFragments").map((one) => ({ name: nameOf(one), value: one.properties.value ?? "" })),
    namedValues: kind("namedValues").map((one) => ({ name: nameOf(one), value: one.properties.value ?? "" })),
  };
}

function frontDoor(resource: Resource, resources: readonly Resource[]): FrontDoor {
  const origins = under(resources, resource.id, "Microsoft.Cdn/profiles/originGroups/origins");
  return {
    edge: nameOf(resource),
    kind: "standard",
    resourceId: resource.id,
    name: nameOf(resource),
    origins: origins.map((origin) => ({
      group: origin.id.split("/").at(-3) ?? "",
      name: nameOf(origin),
      hostName: origin.properties.hostName ?? "",
      privateLink: origin.properties.sharedPrivateLinkResource?.privateLink.id ?? "",
    })),
  };
}
