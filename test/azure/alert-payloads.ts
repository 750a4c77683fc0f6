/** Azure Monitor's alerts as azure-facts 5 has them; what a test cares about is changed on top. */
import { ACCOUNT_ID, SUBSCRIPTION } from "./fixtures.ts";

interface Change {
  readonly essentials?: object;
  readonly context?: object;
  readonly rest?: object;
}

function envelope(essentials: object, alertContext: object, { essentials: e, context, rest }: Change): object {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: { essentials: { ...essentials, ...e }, alertContext: { ...alertContext, ...context }, ...rest },
  };
}

export const ALERT_ID = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e`;

const ESSENTIALS = {
  alertId: ALERT_ID,
  alertRule: "foundry-eus2-availability",
  severity: "Sev1",
  signalType: "Metric",
  monitorCondition: "Fired",
  monitoringService: "Platform",
  alertTargetIDs: [ACCOUNT_ID.toLowerCase()],
  configurationItems: ["foundry1"],
  originAlertId: "origin-1",
  firedDateTime: "2026-03-22T13:58:24.3713213Z",
  description: "",
  essentialsVersion: "1.0",
  alertContextVersion: "1.0",
};

const CRITERION = {
  metricName: "AzureOpenAIAvailabilityRate",
  metricNamespace: "Microsoft.CognitiveServices/accounts",
  operator: "LessThan",
  threshold: "99",
  timeAggregation: "Average",
  dimensions: [],
  metricValue: 71.1105,
};

export function metricAlert(change: Change = {}, criterion: object = {}): object {
  const condition = { windowSize: "PT5M", allOf: [{ ...CRITERION, ...criterion }] };
  return envelope(ESSENTIALS, { properties: null, conditionType: "SingleResourceMultipleMetricCriteria", condition }, change);
}

export function logAlert(change: Change = {}, criterion: object = {}): object {
  const allOf = [
    { searchQuery: "ApiManagementGatewayLogs", operator: "GreaterThan", threshold: "1", metricValue: 5.0, dimensions: [], ...criterion },
  ];
  return envelope(
    { ...ESSENTIALS, signalType: "Log", monitoringService: "Log Alerts V2", alertRule: "gateway-5xx" },
    { properties: { name1: "value1" }, conditionType: "LogQueryCriteria", condition: { windowSize: "PT10M", allOf } },
    change,
  );
}

/** Stateless alerts say "Fired" and get a new id every time. */
const STATELESS = {
  ...ESSENTIALS,
  alertTargetIDs: [`/subscriptions/${SUBSCRIPTION}`],
  signalType: "Activity Log",
  configurationItems: undefined,
};

export function activityAlert(change: Change = {}): object {
  return envelope(
    {
      ...STATELESS,
      monitoringService: "Activity Log - Administrative",
      alertRule: "deployment-deleted",
      alertTargetIDs: [ACCOUNT_ID.toLowerCase()],
    },
    {
      channels: "Operation",
      eventTimestamp: "2026-06-24T15:42:54.074+00:00",
      operationName: "Microsoft.CognitiveServices/accounts/deployments/delete",
      status: "Succeeded",
      properties: null,
    },
    change,
  );
}

export const IMPACTED = [{ ImpactedRegions: [{ RegionName: "East US 2" }], ServiceName: "Azure OpenAI Service" }];

export function serviceHealth(properties: object = {}, change: Change = {}): object {
  return envelope(
    { ...STATELESS, monitoringService: "ServiceHealth", alertRule: "incidents" },
    {
      authorization: null,
      channels: 1,
      eventSource: 2,
      eventTimestamp: "2026-06-24T11:31:19.0312699+00:00",
      level: 3,
      operationName: "Microsoft.ServiceHealth/incident/action",
      properties: {
        title: "Azure OpenAI in East US 2",
        service: "Azure OpenAI Service",
        region: "East US 2",
        incidentType: "Incident",
        trackingId: "ABCD-123",
        impactedServices: JSON.stringify(IMPACTED),
        stage: "Active",
        ...properties,
      },
      status: "Active",
      ResourceType: null,
    },
    change,
  );
}

export function resourceHealth(properties: object = {}, change: Change = {}): object {
  return envelope(
    { ...STATELESS, monitoringService: "ResourceHealth", alertRule: "resources", alertTargetIDs: [ACCOUNT_ID.toLowerCase()] },
    {
      channels: "Admin, Operation",
      eventSource: "ResourceHealth",
      eventTimestamp: "2026-06-24T15:42:54.074+00:00",
      level: "Informational",
      operationName: "Microsoft.Resourcehealth/healthevent/Activated/action",
      properties: { title: "Down", details: null, currentHealthStatus: "Unavailable", previousHealthStatus: "Available", ...properties },
      status: "Active",
    },
    change,
  );
}
