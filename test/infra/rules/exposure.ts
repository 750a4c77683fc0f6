/** What is open to whom, and by which credentials. */
import { z } from "zod";
import { changed, finallyOfType, ofType, type Platform, type Rule } from "../support/platform.ts";

const SITE = "Microsoft.Web/sites";

/** Types that can be closed to the public network (the test asks the compiler whether there are others). */
export const CLOSABLE = [
  "Microsoft.ApiManagement/service",
  "Microsoft.CognitiveServices/accounts",
  "Microsoft.KeyVault/vaults",
  "Microsoft.Storage/storageAccounts",
];
/** The app hears of alerts and breaker events from Azure's own addresses: a rule of its own, below. */
export const OPEN_TO_AZURE = [SITE];

const closed: Rule = {
  title: "nothing is open to the public network",
  violations: (platform) =>
    CLOSABLE.flatMap((type) =>
      finallyOfType(platform, type)
        .filter(({ properties }) => properties["publicNetworkAccess"] !== "Disabled")
        .map(({ id, properties }) => `${id} says ${String(properties["publicNetworkAccess"])}`),
    ),
  broken: Object.fromEntries(
    CLOSABLE.flatMap((type) => [
      [`${type} is open`, changed(type, '"publicNetworkAccess":"Disabled"', '"publicNetworkAccess":"Enabled"')],
      [`${type} says nothing`, changed(type, ',"publicNetworkAccess":"Disabled"', "")],
    ]),
  ),
};

const Restriction = z.object({ tag: z.string(), ipAddress: z.string(), action: z.string() });
const Site = z.object({
  httpsOnly: z.literal(true),
  siteConfig: z.object({
    ftpsState: z.literal("Disabled"),
    minTlsVersion: z.enum(["1.2", "1.3"]),
    ipSecurityRestrictionsDefaultAction: z.literal("Deny"),
    ipSecurityRestrictions: z.array(Restriction),
    scmIpSecurityRestrictionsUseMain: z.literal(false),
    scmIpSecurityRestrictionsDefaultAction: z.literal("Deny"),
    scmIpSecurityRestrictions: z.array(Restriction).max(0),
  }),
});
const CALLERS = ["ServiceTag ActionGroup Allow", "ServiceTag AzureEventGrid Allow"];

const app: Rule = {
  title: "the app lets in alerts and breaker events of Azure's own, and nobody else from the public network",
  violations: (platform) =>
    finallyOfType(platform, SITE).flatMap(({ id, properties }) => {
      const site = Site.safeParse(properties);
      if (!site.success) return site.error.issues.map(({ path, message }) => `${id}: ${path.join(".")}: ${message}`);
      const allowed = site.data.siteConfig.ipSecurityRestrictions.map(({ tag, ipAddress, action }) => `${tag} ${ipAddress} ${action}`);
      return allowed.toSorted().join() === CALLERS.join() ? [] : [`${id} allows ${allowed.join()}`];
    }),
  broken: {
    "the app allows by default": changed(
      SITE,
      '"ipSecurityRestrictionsDefaultAction":"Deny"',
      '"ipSecurityRestrictionsDefaultAction":"Allow"',
    ),
    "deployment is allowed from anywhere": changed(
      SITE,
      '"scmIpSecurityRestrictionsDefaultAction":"Deny"',
      '"scmIpSecurityRestrictionsDefaultAction":"Allow"',
    ),
    "the app lets the Internet in": changed(SITE, '"ActionGroup","priority"', '"Internet","priority"'),
    "plain HTTP is served": changed(SITE, '"httpsOnly":true', '"httpsOnly":false'),
  },
};

/** Without keys: what each type calls it. */
const KEYLESS: readonly (readonly [type: string, path: readonly string[], value: unknown])[] = [
  ["Microsoft.CognitiveServices/accounts", ["disableLocalAuth"], true],
  ["Microsoft.Storage/storageAccounts", ["allowSharedKeyAccess"], false],
  ["Microsoft.Storage/storageAccounts", ["allowBlobPublicAccess"], false],
  ["Microsoft.KeyVault/vaults", ["enableRbacAuthorization"], true],
  ["Microsoft.OperationalInsights/workspaces", ["features", "disableLocalAuth"], true],
  ["Microsoft.Insights/components", ["DisableLocalAuth"], true],
  [`${SITE}/basicPublishingCredentialsPolicies`, ["allow"], false],
];

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined), value);
}

const keyless: Rule = {
  title: "no service takes keys",
  violations: (platform) =>
    KEYLESS.flatMap(([type, path, value]) => {
      const all = finallyOfType(platform, type);
      if (all.length === 0) return [`there is no ${type}`];
      return all
        .filter(({ properties }) => at(properties, path) !== value)
        .map(({ id }) => `${id}: ${path.join(".")} is not ${String(value)}`);
    }),
  broken: Object.fromEntries(
    KEYLESS.map(([type, path, value]) => {
      const [key, bad] = [path.at(-1) ?? "", value === true ? "false" : "true"];
      return [`${key} of ${type} is ${bad}`, changed(type, `"${key}":${String(value)}`, `"${key}":${bad}`)];
    }),
  ),
};

const WITH_IDENTITY = ["Microsoft.ApiManagement/service", "Microsoft.CognitiveServices/accounts", SITE];
/** Keys in values, and functions of Resource Manager that read them (listKeys and its like). */
const SECRETS = /AccountKey=|SharedAccess(Key|Signature)|\blist[A-Z]\w*\(|client-?secret|"AzureWebJobsStorage"|'AzureWebJobsStorage'/i;

const identities: Rule = {
  title: "whoever calls has a managed identity, and no resource is given a key",
  violations: (platform) => [
    ...WITH_IDENTITY.flatMap((type) =>
      finallyOfType(platform, type)
        .filter(({ identity }) => identity === undefined)
        .map(({ id }) => `${id} has no identity`),
    ),
    ...platform.resources.filter((resource) => SECRETS.test(JSON.stringify(resource))).map(({ id }) => `${id} holds a key`),
  ],
  broken: {
    "a gateway has no identity": changed("Microsoft.ApiManagement/service", '"identity"', '"nobody"'),
    "a setting is a connection string": changed(`${SITE}/config`, "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__AccountKey="),
    "the app's storage is given by a connection string": changed(
      `${SITE}/config`,
      "AzureWebJobsStorage__accountName",
      "AzureWebJobsStorage",
    ),
    "a key is read": changed("Microsoft.ApiManagement/service/namedValues", /"value":"[^"]*"/, "\"value\":\"[listKeys('/x', '1').key1]\""),
  },
};

const Logger = z.object({ credentials: z.object({ identityClientId: z.string() }) });

/** Gateways send telemetry by identity: the connection string alone opens nothing, as the component takes no keys. */
const loggers: Rule = {
  title: "gateways log to Application Insights by their identity",
  violations: (platform) =>
    ofType(platform, "Microsoft.ApiManagement/service/loggers")
      .filter(({ properties }) => properties["loggerType"] === "applicationInsights" && !Logger.safeParse(properties).success)
      .map(({ id }) => `${id} has no identity`),
  broken: { "a logger has none": changed("Microsoft.ApiManagement/service/loggers", '"identityClientId"', '"nobody"') },
};

const Balancer = z.object({
  frontendIPConfigurations: z.array(z.object({ properties: z.looseObject({ subnet: z.object({ id: z.string() }) }) })),
});
const FRONTENDS = ["Microsoft.Network/applicationGateways", "Microsoft.Network/loadBalancers"];

/** A public address belongs to what goes out: the app's NAT gateway and firewalls. */
const frontends: Rule = {
  title: "Application Gateways and load balancers have private addresses alone",
  violations: (platform) =>
    FRONTENDS.flatMap((type) => finallyOfType(platform, type))
      .filter(({ properties }) => !Balancer.safeParse(properties).success || JSON.stringify(properties).includes('"publicIPAddress"'))
      .map(({ id }) => `${id} has a public address`),
  broken: Object.fromEntries(
    FRONTENDS.map((type) => {
      const properties = { frontendIPConfigurations: [{ properties: { publicIPAddress: { id: "/address" } } }] };
      return [
        `${type} has one`,
        (platform: Platform) => ({ ...platform, resources: [...platform.resources, { id: "/x", type, name: "x", properties }] }),
      ];
    }),
  ),
};

export const EXPOSURE_RULES: readonly Rule[] = [closed, app, keyless, identities, loggers, frontends];
