/**
 * What Azure Monitor posts to a webhook with the common alert schema, variant by variant (azure-facts 5). The texts are made up; names,
 * types and spellings are Azure's, with their oddities: thresholds as strings, lower-cased targets, a list of regions inside a string.
 */
import type { Estate } from "../../src/domain/estate.ts";

export const ALERT_VARIANTS = [
  "metricStatic",
  "metricDynamic",
  "webtest",
  "log",
  "activity",
  "serviceHealth",
  "serviceHealthTest",
  "resourceHealth",
  "resourceHealthTest",
] as const;
export type AlertVariant = (typeof ALERT_VARIANTS)[number];

export interface AlertFacts {
  readonly estate: Estate;
  readonly region: string;
  /** The same for the alert that fired and the one that says it is resolved. */
  readonly id: string;
  readonly fired: boolean;
  /** When it fired or was resolved, by Azure's clock. */
  readonly at: Date;
}

export function alertPayload(variant: AlertVariant, facts: AlertFacts): unknown {
  const { essentials = {}, alertContext } = BUILDERS[variant](facts);
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: { essentials: { ...commonEssentials(variant, facts), ...essentials }, alertContext, customProperties: null },
  };
}

interface Parts {
  readonly essentials?: Readonly<Record<string, unknown>>;
  readonly alertContext: Readonly<Record<string, unknown>>;
}

const BUILDERS: Record<AlertVariant, (facts: AlertFacts) => Parts> = {
  metricStatic: (facts) => metric(facts, { conditionType: "SingleResourceMultipleMetricCriteria" }),
  metricDynamic: (facts) =>
    metric(facts, {
      conditionType: "DynamicThresholdCriteria",
      criterion: {
        alertSensitivity: "High",
        failingPeriods: { numberOfEvaluationPeriods: 4, minFailingPeriodsToAlert: 3 },
        ignoreDataBefore: null,
      },
    }),
  webtest: (facts) => ({
    essentials: { alertTargetIDs: [gatewayId(facts)] },
    alertContext: {
      properties: null,
      conditionType: "WebtestLocationAvailabilityCriteria",
      condition: {
        ...window(facts, 5),
        allOf: [
          {
            metricName: "Failed Location",
            metricNamespace: null,
            operator: "GreaterThan",
            threshold: "2",
            timeAggregation: "Sum",
            dimensions: [],
            metricValue: 5,
            webTestName: `status-${facts.region}`,
          },
        ],
      },
    },
  }),
  log: (facts) => ({
    essentials: { alertTargetIDs: [gatewayId(facts)] },
    alertContext: {
      properties: { name1: "value1" },
      conditionType: "LogQueryCriteria",
      condition: { ...window(facts, 10), allOf: [logCriterion(facts)] },
    },
  }),
  activity: (facts) => ({ essentials: stateless, alertContext: activity(facts) }),
  serviceHealth: (facts) => ({
    essentials: { ...stateless, alertTargetIDs: [subscription(facts)] },
    alertContext: incident(facts, "string"),
  }),
  serviceHealthTest: (facts) => ({
    essentials: { ...stateless, signalType: "ActivityLog", alertTargetIDs: [subscription(facts)], configurationItems: undefined },
    alertContext: incident(facts, "array"),
  }),
  resourceHealth: (facts) => ({ essentials: stateless, alertContext: health(facts) }),
  resourceHealthTest: (facts) => ({ essentials: stateless, alertContext: health(facts) }),
};

/** Activity-log alerts always say that they fired: what is over comes as a new one (azure-facts 5.3). */
const stateless = { monitorCondition: "Fired", resolvedDateTime: undefined };

const SERVICES = {
  metricStatic: ["Metric", "Platform"],
  metricDynamic: ["Metric", "Platform"],
  webtest: ["Metric", "Platform"],
  log: ["Log", "Log Alerts V2"],
  activity: ["Activity Log", "Activity Log - Administrative"],
  serviceHealth: ["Activity Log", "ServiceHealth"],
  serviceHealthTest: ["Activity Log", "ServiceHealth"],
  resourceHealth: ["Activity Log", "ResourceHealth"],
  resourceHealthTest: ["Activity Log", "Resource Health"],
} as const satisfies Record<AlertVariant, readonly [signalType: string, monitoringService: string]>;

function commonEssentials(variant: AlertVariant, facts: AlertFacts): Record<string, unknown> {
  const [signalType, monitoringService] = SERVICES[variant];
  const at = facts.at.toISOString();
  return {
    alertId: `${subscription(facts)}/providers/Microsoft.AlertsManagement/alerts/${facts.id}`,
    alertRule: `${variant}-${facts.region}`,
    severity: "Sev1",
    signalType,
    monitorCondition: facts.fired ? "Fired" : "Resolved",
    monitoringService,
    alertTargetIDs: [accountId(facts)],
    configurationItems: [accountId(facts).split("/").at(-1)],
    originAlertId: facts.id,
    firedDateTime: at,
    ...(facts.fired ? {} : { resolvedDateTime: at }),
    description: "",
    essentialsVersion: "1.0",
    alertContextVersion: "1.0",
  };
}

function metric(facts: AlertFacts, { conditionType, criterion = {} }: { conditionType: string; criterion?: object }): Parts {
  const availability = {
    metricName: "AzureOpenAIAvailabilityRate",
    metricNamespace: "Microsoft.CognitiveServices/accounts",
    operator: "LessThan",
    threshold: "99",
    timeAggregation: "Average",
    dimensions: [],
    metricValue: facts.fired ? 71.1105 : 100,
    ...criterion,
  };
  return { alertContext: { properties: null, conditionType, condition: { ...window(facts, 5), allOf: [availability] } } };
}

function window({ at }: AlertFacts, minutes: number): object {
  const start = new Date(at.getTime() - minutes * 60_000);
  return { windowSize: `PT${minutes}M`, windowStartTime: start.toISOString(), windowEndTime: at.toISOString() };
}

function logCriterion({ estate, region, fired }: AlertFacts): object {
  const deployments = estate.deployments.filter((deployment) => deployment.region === region).map(({ id }) => id);
  const members = estate.gateways.flatMap(({ pools }) => pools.flatMap((pool) => pool.members));
  const backend = members.find(({ deployment }) => deployments.includes(deployment))?.backend ?? "unknown";
  return {
    searchQuery: "ApiManagementGatewayLogs | where ResponseCode >= 500",
    metricMeasureColumn: null,
    targetResourceTypes: "['Microsoft.ApiManagement/service']",
    operator: "GreaterThan",
    threshold: "1",
    timeAggregation: "Count",
    dimensions: [{ name: "BackendId", value: backend }],
    metricValue: fired ? 5 : 0,
    failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
    linkToSearchResultsUI: "https://portal.azure.com#",
  };
}

function activity(facts: AlertFacts): Parts["alertContext"] {
  const time = facts.at.toISOString();
  return {
    authorization: { action: "Microsoft.CognitiveServices/accounts/regenerateKey/action", scope: accountId(facts) },
    channels: "Operation",
    claims: "{}",
    caller: "somebody@contoso.com",
    correlationId: facts.id,
    eventSource: "Administrative",
    eventTimestamp: time,
    eventDataId: facts.id,
    level: facts.fired ? "Warning" : "Informational",
    operationName: "Microsoft.CognitiveServices/accounts/regenerateKey/action",
    operationId: facts.id,
    status: facts.fired ? "Started" : "Succeeded",
    subStatus: "",
    submissionTimestamp: time,
  };
}

/** `channels`, `eventSource` and `level` are numbers here and words elsewhere. */
function incident(facts: AlertFacts, services: "string" | "array"): Parts["alertContext"] {
  const { fired, region, id } = facts;
  const time = facts.at.toISOString();
  const stage = fired ? "Active" : "Resolved";
  const impacted = [{ ImpactedRegions: [{ RegionName: DISPLAY_NAMES[region] ?? region }], ServiceName: "Azure OpenAI Service" }];
  const properties = {
    title: `Azure OpenAI Service, ${DISPLAY_NAMES[region] ?? region}: elevated errors`,
    service: "Azure OpenAI Service",
    region: DISPLAY_NAMES[region] ?? region,
    communication: "We are investigating.",
    incidentType: "Incident",
    trackingId: `R-${id.slice(-4).toUpperCase()}`,
    impactStartTime: time,
    impactedServices: services === "string" ? JSON.stringify(impacted) : impacted,
    stage,
    communicationId: id,
    isHIR: "false",
    version: "0.1.1",
  };
  return {
    ...{ authorization: null, channels: 1, claims: null, caller: null, correlationId: id, eventSource: 2, eventTimestamp: time },
    ...{ httpRequest: null, eventDataId: id, level: 3, operationName: "Microsoft.ServiceHealth/incident/action", operationId: id },
    ...{ properties, status: stage, subStatus: null, submissionTimestamp: time, ResourceType: null },
  };
}

function health({ fired, id, at }: AlertFacts): Parts["alertContext"] {
  const [now, before] = fired ? ["Unavailable", "Available"] : ["Available", "Unavailable"];
  const properties = {
    title: "",
    details: null,
    currentHealthStatus: now,
    previousHealthStatus: before,
    type: "Downtime",
    cause: "PlatformInitiated",
  };
  return {
    ...{ channels: "Admin, Operation", correlationId: id, eventSource: "ResourceHealth", eventTimestamp: at.toISOString() },
    ...{ eventDataId: id, level: "Informational", operationId: id, properties },
    operationName: `Microsoft.Resourcehealth/healthevent/${fired ? "Activated" : "Resolved"}/action`,
    status: fired ? "Active" : "Resolved",
    submissionTimestamp: at.toISOString(),
  };
}

function subscription(facts: AlertFacts): string {
  return accountId(facts).split("/").slice(0, 3).join("/");
}

/** Of the region's first account, lower-cased as Azure writes targets; its gateway's when it has none. */
function accountId(facts: AlertFacts): string {
  const deployment = facts.estate.deployments.find(({ region }) => region === facts.region);
  return deployment === undefined ? gatewayId(facts) : deployment.resourceId.replace(/\/deployments\/.*$/i, "").toLowerCase();
}

function gatewayId({ estate, region }: AlertFacts): string {
  const gateway = estate.gateways.find((item) => item.region === region) ?? estate.gateways[0];
  return gateway?.resourceId.toLowerCase() ?? "";
}

/** As Service Health writes regions; names of others stay as they are. */
const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  eastus: "East US",
  eastus2: "East US 2",
  westus: "West US",
  westus2: "West US 2",
  westus3: "West US 3",
  centralus: "Central US",
  northcentralus: "North Central US",
  southcentralus: "South Central US",
  canadaeast: "Canada East",
  swedencentral: "Sweden Central",
  francecentral: "France Central",
  germanywestcentral: "Germany West Central",
  switzerlandnorth: "Switzerland North",
  westeurope: "West Europe",
  northeurope: "North Europe",
  uksouth: "UK South",
  japaneast: "Japan East",
  australiaeast: "Australia East",
  southeastasia: "Southeast Asia",
  koreacentral: "Korea Central",
};
