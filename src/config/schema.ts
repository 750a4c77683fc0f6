/**
 * The estate file as people write it. The descriptions are published (schemas/estate.schema.json) and shown by editors.
 * What one value may be stands here; what values must be to each other stands in validate.ts.
 */
import { z } from "zod";
import { DEPLOYMENT_TYPES } from "../domain/estate.ts";
import { CLOUD_NAMES, CLOUDS } from "./clouds.ts";
import { DEFAULTS } from "./defaults.ts";
import { MESSAGES } from "./messages.ts";
import { policySchemas } from "./policies.ts";
import { strict } from "./strict.ts";

// No user information (a secret), no query, no fragment and no trailing slash, because paths are appended.
const BASE_URL = /^https:\/\/(?:\[[0-9A-Fa-f:]+\]|[^\s/?#@:[\]]+)(?::\d{1,5})?(?:\/[^\s/?#@]+)*$/;

const baseUrl = z
  .string()
  .regex(BASE_URL, MESSAGES.baseUrl)
  .refine((url) => URL.canParse(url.replaceAll("{region}", "region")), MESSAGES.baseUrl);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, MESSAGES.id);
const location = z.string().regex(/^[a-z][a-z0-9]{1,39}$/, MESSAGES.location);
// A backend and a pool are both APIM backends: one naming rule for the two.
const backend = z.string().regex(/^[^*#&+:<>?/\s]{1,80}$/, MESSAGES.backend);
const label = z.string().regex(/^\S(?:.*\S)?$/, MESSAGES.label);
const armId = z.string();

const cloudEndpoints = strict({
  resourceManager: baseUrl.describe("Azure Resource Manager."),
  resourceManagerAudience: baseUrl.describe("Audience of its tokens, without `/.default`."),
  authority: baseUrl.describe("Microsoft Entra authority."),
  logAnalytics: baseUrl.describe("Log Analytics query endpoint."),
  logAnalyticsAudience: baseUrl.describe("Audience of its tokens, without `/.default`."),
  metricsBatch: baseUrl.describe("Azure Monitor batch metrics endpoint; `{region}` stands for the region's name."),
  metricsBatchAudience: baseUrl.describe("Audience of its tokens, without `/.default`."),
  cognitiveServicesAudience: baseUrl.describe("Audience of Foundry data-plane tokens, without `/.default`."),
});

const cloud = z
  .union([z.enum(CLOUD_NAMES), cloudEndpoints])
  .default(DEFAULTS.cloud)
  .transform((value) => (typeof value === "string" ? CLOUDS[value] : value))
  .describe("A named Azure cloud, or its endpoints with their token audiences. Default: public.");

const region = strict({
  name: location.describe("Azure location name, for example `eastus2`."),
  dataBoundary: label
    .nullable()
    .default(null)
    .describe("Traffic of this region moves only to regions of the same boundary, for example `eu`. Default: null, anywhere."),
});

const probe = z
  .discriminatedUnion("kind", [
    strict({ kind: z.literal("completion") }),
    strict({ kind: z.literal("models") }),
    strict({ kind: z.literal("url"), url: baseUrl.describe("Page that answers 200 while the deployment is well.") }),
  ])
  .default({ kind: "completion" })
  .describe(
    "completion: a real tiny completion. models: the account's list of models, which costs nothing and says nothing of the deployment itself. url: a page of your own. Default: completion.",
  );

const deployment = strict({
  id: id.describe("Name of the deployment within this file; unique among deployments and gateways."),
  region: location.describe("Name of a region of this file."),
  resourceId: armId.describe("ARM id: /subscriptions/{uuid}/…/Microsoft.CognitiveServices/accounts/{account}/deployments/{deployment}."),
  endpoint: baseUrl.describe("Base URL of the account's data plane, https, without a trailing slash."),
  model: strict({
    name: label.describe("Model name, for example `gpt-4o`."),
    version: label.describe("Model version, for example `2024-11-20`."),
  }).describe("The deployed model. Put into a pool only deployments that may serve each other's requests."),
  deploymentType: z.enum(DEPLOYMENT_TYPES).describe("`sku.name` of the deployment."),
  tokensPerMinute: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Rate limit in tokens per minute to assume when Azure does not tell. Default: null, unknown until Azure tells."),
  probe,
});

const pool = strict({
  name: backend.describe("The pool's backend id within the gateway."),
  members: z
    .array(
      strict({
        backend: backend.describe("Id of the single APIM backend."),
        deployment: id.describe("Id of the deployment of this file that the backend leads to."),
      }),
    )
    .min(1)
    .max(30)
    .describe("1–30 backends; API Management allows no more in a pool."),
});

const gateway = strict({
  id: id.describe("Name of the gateway within this file; unique among deployments and gateways."),
  region: location.describe("Name of the region where the API Management instance, and so its management plane, stands."),
  resourceId: armId.describe("ARM id: /subscriptions/{uuid}/…/Microsoft.ApiManagement/service/{name}."),
  url: baseUrl.describe("Base URL of the gateway, https, without a trailing slash."),
  statusPath: z
    .string()
    .regex(/^\/[^\s?#]*$/, MESSAGES.path)
    .default(DEFAULTS.statusPath)
    .describe(`Path that answers 200 while the gateway itself works. Default: ${DEFAULTS.statusPath}, built into API Management.`),
  witnessPath: z
    .string()
    .regex(/^\/[^\s?#]*\{backend\}[^\s?#]*$/, MESSAGES.witnessPath)
    .nullable()
    .default(null)
    .describe(
      "Path, with `{backend}` in it, at which the gateway asks that backend for a tiny completion and says what it got: a second witness beside the probes. Default: null, none.",
    ),
  pools: z.array(pool).min(1).describe("The backend pools that this product may write."),
});

const edge = strict({
  id: id.describe("Name of the edge within this file."),
  kind: z.enum(["standard", "classic"]).describe("`standard`: Front Door Standard or Premium. `classic`: Front Door (classic)."),
  resourceId: armId.describe("ARM id: …/Microsoft.Cdn/profiles/{name} for standard, …/Microsoft.Network/frontDoors/{name} for classic."),
  origins: z
    .array(
      strict({
        group: label.describe("Origin group; for classic the backend pool."),
        name: label.describe("Origin; for classic the backend's address."),
        gateway: id.describe("Id of the gateway of this file that the origin leads to."),
      }),
    )
    .min(1)
    .describe("The origins that lead to gateways of this file."),
});

export const EstateSchema = strict({
  $schema: z.string().optional().describe("Where an editor finds this schema."),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/, MESSAGES.estateName)
    .describe("Key of the estate's state: 3–40 lower-case letters, digits and inner hyphens. Changing it starts from empty state."),
  cloud,
  regions: z.array(region).min(2).max(30).describe("2–30 regions."),
  deployments: z.array(deployment).min(1).describe("Model deployments that carry traffic; each is probed."),
  gateways: z.array(gateway).min(1).describe("API Management instances; each is probed."),
  edges: z.array(edge).default([]).describe("Front Door profiles in front of the gateways. Default: none."),
  ...policySchemas,
}).describe("Topology and policy of one multi-region Foundry estate.");
