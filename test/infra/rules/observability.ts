/** Alerts reach the app and people; whatever has logs sends them. */
import { z } from "zod";
import { changed, finallyOfType, ofType, without, type Platform, type Resource, type Rule } from "../support/platform.ts";

const Webhook = z.object({
  serviceUri: z.string(),
  useCommonAlertSchema: z.literal(true),
  useAadAuth: z.literal(true),
  objectId: z.string().min(36),
  identifierUri: z.string().min(1),
});
const Group = z.object({
  enabled: z.literal(true),
  webhookReceivers: z.tuple([Webhook]),
  emailReceivers: z.array(z.object({ useCommonAlertSchema: z.literal(true) })).min(1),
});

const webhook: Rule = {
  title: "the action group calls the app by secure webhook, in the common schema, and writes to people",
  violations(platform) {
    const apps = ofType(platform, "Microsoft.Web/sites").map(({ name }) => `https://${name}.azurewebsites.net/api/alerts`);
    const groups = ofType(platform, "Microsoft.Insights/actionGroups");
    if (groups.length !== 1) return [`there are ${groups.length} action groups`];
    return groups.flatMap(({ id, properties }) => {
      const group = Group.safeParse(properties);
      if (!group.success) return group.error.issues.map(({ path, message }) => `${id}: ${path.join(".")}: ${message}`);
      const uris = group.data.webhookReceivers.map(({ serviceUri }) => serviceUri);
      return uris.join() === apps.join() ? [] : [`${id} calls ${uris.join()}`];
    });
  },
  broken: {
    "the schema is another": changed("Microsoft.Insights/actionGroups", '"useCommonAlertSchema":true', '"useCommonAlertSchema":false'),
    "the webhook is not secure": changed("Microsoft.Insights/actionGroups", '"useAadAuth":true', '"useAadAuth":false'),
    "it calls another host": changed("Microsoft.Insights/actionGroups", "azurewebsites.net", "azurewebsites.example"),
  },
};

/** How each kind of rule names the groups that it tells. */
const TOLD: Readonly<Record<string, z.ZodType<readonly string[]>>> = {
  "Microsoft.Insights/metricAlerts": z
    .object({ actions: z.array(z.object({ actionGroupId: z.string() })) })
    .transform(({ actions }) => actions.map(({ actionGroupId }) => actionGroupId)),
  "Microsoft.Insights/scheduledQueryRules": z
    .object({ actions: z.object({ actionGroups: z.array(z.string()) }) })
    .transform(({ actions }) => actions.actionGroups),
  "Microsoft.Insights/activityLogAlerts": z
    .object({ actions: z.object({ actionGroups: z.array(z.object({ actionGroupId: z.string() })) }) })
    .transform(({ actions }) => actions.actionGroups.map(({ actionGroupId }) => actionGroupId)),
};

const wired: Rule = {
  title: "every alert is on and tells the action group",
  violations(platform) {
    const groups = ofType(platform, "Microsoft.Insights/actionGroups").map(({ id }) => id);
    return Object.entries(TOLD).flatMap(([type, told]) => {
      const alerts = ofType(platform, type);
      if (alerts.length === 0) return [`there is no ${type}`];
      return alerts
        .filter(({ properties }) => properties["enabled"] !== true || told.safeParse(properties).data?.join() !== groups.join())
        .map(({ id }) => `${id} is off or tells somebody else`);
    });
  },
  broken: Object.fromEntries(
    Object.keys(TOLD).flatMap((type) => [
      [`${type} is off`, changed(type, '"enabled":true', '"enabled":false')],
      [`${type} tells another group`, changed(type, "/actionGroups/", "/actionGroups/other-")],
      [`there are no ${type}`, (platform: Platform) => ({ ...platform, resources: platform.resources.filter((one) => one.type !== type) })],
    ]),
  ),
};

const Scopes = z.object({ scopes: z.array(z.string()) });
const WATCHED = ["Microsoft.CognitiveServices/accounts", "Microsoft.ApiManagement/service"];

function scopesOf(alerts: readonly Resource[], such: (text: string) => boolean = () => true): readonly string[] {
  return alerts.filter(({ properties }) => such(JSON.stringify(properties))).flatMap(({ properties }) => Scopes.parse(properties).scopes);
}

const watched: Rule = {
  title:
    "every account and gateway is watched by a metric and by Resource Health; the subscription by Service Health; the app by its heartbeat",
  violations(platform) {
    const metrics = scopesOf(ofType(platform, "Microsoft.Insights/metricAlerts"));
    const activity = ofType(platform, "Microsoft.Insights/activityLogAlerts");
    const health = scopesOf(activity, (text) => text.includes('"ResourceHealth"'));
    const service = scopesOf(activity, (text) => text.includes('"ServiceHealth"'));
    const heartbeat = ofType(platform, "Microsoft.Insights/scheduledQueryRules").filter(({ properties }) =>
      JSON.stringify(properties).includes('"LessThan"'),
    );
    return [
      ...WATCHED.flatMap((type) => finallyOfType(platform, type)).flatMap(({ id }) => [
        ...(metrics.includes(id) ? [] : [`no metric alert on ${id}`]),
        ...(health.includes(id) ? [] : [`no Resource Health alert on ${id}`]),
      ]),
      ...(service.some((scope) => /^\/subscriptions\/[^/]+$/.test(scope)) ? [] : ["no Service Health alert on the subscription"]),
      ...(heartbeat.length > 0 ? [] : ["nobody notices that the app has stopped"]),
    ];
  },
  broken: {
    "a region's availability is not watched": (platform) => ({
      ...platform,
      resources: platform.resources.filter(({ type, id }) => type !== "Microsoft.Insights/metricAlerts" || !id.includes("westus3")),
    }),
    "Resource Health is not watched": without("Microsoft.Insights/activityLogAlerts", ({ properties }) =>
      JSON.stringify(properties).includes('"ResourceHealth"'),
    ),
    "Service Health is not watched": without("Microsoft.Insights/activityLogAlerts", ({ properties }) =>
      JSON.stringify(properties).includes('"ServiceHealth"'),
    ),
    "the heartbeat is not watched": without("Microsoft.Insights/scheduledQueryRules", ({ properties }) =>
      JSON.stringify(properties).includes('"LessThan"'),
    ),
  },
};

/** Types whose resources have diagnostic settings of use (Microsoft's list of resource log categories). */
const LOGGING = [
  "Microsoft.ApiManagement/service",
  "Microsoft.Cdn/profiles",
  "Microsoft.CognitiveServices/accounts",
  "Microsoft.EventGrid/systemTopics",
  "Microsoft.KeyVault/vaults",
  "Microsoft.Network/applicationGateways",
  "Microsoft.Network/azureFirewalls",
  "Microsoft.Network/loadBalancers",
  "Microsoft.Network/networkSecurityGroups",
  "Microsoft.Network/publicIPAddresses",
  "Microsoft.Network/virtualHubs",
  "Microsoft.Network/virtualNetworks",
  "Microsoft.OperationalInsights/workspaces",
  "Microsoft.Storage/storageAccounts/blobServices",
  "Microsoft.Storage/storageAccounts/queueServices",
  "Microsoft.Storage/storageAccounts/tableServices",
  "Microsoft.Web/sites",
];
/** Types without any of their own, or whose logs are those of another resource. */
const SILENT = [
  "Microsoft.Cdn/profiles/afdEndpoints",
  "Microsoft.Insights/actionGroups",
  "Microsoft.Insights/activityLogAlerts",
  // Its rows are the workspace's already.
  "Microsoft.Insights/components",
  "Microsoft.Insights/metricAlerts",
  "Microsoft.Insights/scheduledQueryRules",
  "Microsoft.Insights/workbooks",
  "Microsoft.ManagedIdentity/userAssignedIdentities",
  // Firewalls' logs are those of what they stand in.
  "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
  "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies",
  "Microsoft.Network/firewallPolicies",
  "Microsoft.Network/natGateways",
  "Microsoft.Network/privateDnsZones",
  "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
  "Microsoft.Network/privateEndpoints",
  "Microsoft.Network/routeTables",
  "Microsoft.Network/virtualWans",
  "Microsoft.Resources/resourceGroups",
  // The account's own setting has metrics alone, which the platform keeps for 93 days anyway; its services have the logs.
  "Microsoft.Storage/storageAccounts",
  // The same of a plan.
  "Microsoft.Web/serverfarms",
];
const lower = (types: readonly string[]): ReadonlySet<string> => new Set(types.map((type) => type.toLowerCase()));
const [LOGS, IS_SILENT] = [lower(LOGGING), lower(SILENT)];
const Setting = z.object({
  workspaceId: z.string(),
  logs: z.array(z.object({ enabled: z.literal(true) })).default([]),
  metrics: z.array(z.object({ enabled: z.literal(true) })).default([]),
});

const diagnostics: Rule = {
  title: "whatever has logs sends them to the workspace, and what has none is known to have none",
  violations(platform) {
    const workspaces = ofType(platform, "Microsoft.OperationalInsights/workspaces").map(({ id }) => id);
    const sending = ofType(platform, "Microsoft.Insights/diagnosticSettings").flatMap(({ id, properties }) => {
      const setting = Setting.safeParse(properties).data;
      const sends = setting !== undefined && workspaces.includes(setting.workspaceId) && setting.logs.length + setting.metrics.length > 0;
      return sends ? [id.split("/providers/Microsoft.Insights/diagnosticSettings/")[0]] : [];
    });
    return platform.resources.flatMap(({ id, type, location }) => {
      const kind = type.toLowerCase();
      if (LOGS.has(kind)) return sending.includes(id) ? [] : [`${id} sends no logs`];
      return location === undefined || IS_SILENT.has(kind) ? [] : [`${type} is in neither list`];
    });
  },
  broken: {
    "a setting is missing": without("Microsoft.Insights/diagnosticSettings"),
    "a setting is off": changed("Microsoft.Insights/diagnosticSettings", /"enabled":true/g, '"enabled":false'),
    "logs go elsewhere": changed("Microsoft.Insights/diagnosticSettings", "/workspaces/", "/workspaces/other-"),
    "a type is not known": changed(
      "Microsoft.Network/natGateways",
      '"type":"Microsoft.Network/natGateways"',
      '"type":"Microsoft.Network/other"',
    ),
  },
};

export const OBSERVABILITY_RULES: readonly Rule[] = [webhook, wired, watched, diagnostics];
