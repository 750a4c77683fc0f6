import { describe, expect, it } from "vitest";
import { suspicionFromAlert } from "../../src/azure/events/alerts.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { Suspicion } from "../../src/domain/signals.ts";
import { activityAlert, ALERT_ID, IMPACTED, logAlert, metricAlert, resourceHealth, serviceHealth } from "./alert-payloads.ts";
import { ACCOUNT_ID, deployment, estate, gateway, GATEWAY_ID, SUBSCRIPTION } from "./fixtures.ts";

const SWEDEN = ACCOUNT_ID.replace("foundry1", "foundry2");

/** Two deployments in East US 2, one in Sweden Central, a gateway in each. */
function known(): Estate {
  const members = ["gpt-eus2", "mini-eus2", "gpt-swc"].map((id) => ({ backend: `to-${id}`, deployment: id }));
  return estate("https://h", {
    regions: ["eastus2", "swedencentral"].map((name) => ({ name, dataBoundary: null })),
    deployments: [
      deployment("https://h"),
      deployment("https://h", { id: "mini-eus2", resourceId: `${ACCOUNT_ID}/deployments/mini` }),
      deployment("https://h", { id: "gpt-swc", region: "swedencentral", resourceId: `${SWEDEN}/deployments/gpt-4o` }),
    ],
    gateways: [
      gateway("https://h", { pools: [{ name: "pool1", members }] }),
      gateway("https://h", { id: "apim-swc", region: "swedencentral", resourceId: GATEWAY_ID.replace("apim1", "apim2"), pools: [] }),
    ],
  });
}

function suspicion(body: unknown): Suspicion {
  const read = suspicionFromAlert(known(), body);
  if (!read.ok) throw new Error(read.reason);
  return read.suspicion;
}

const EAST = ["gpt-eus2", "mini-eus2", "apim-eus2"];
const SWEDISH = ["gpt-swc", "apim-swc"];

describe("every variant is read", () => {
  it.each<[string, object, Partial<Suspicion>]>([
    [
      "a metric alert",
      metricAlert(),
      {
        source: "metricAlert",
        key: `metricalert ${ALERT_ID.toLowerCase()}`,
        state: "raised",
        at: "2026-03-22T13:58:24.371Z",
        title: "foundry-eus2-availability: AzureOpenAIAvailabilityRate 71.1105 LessThan 99",
      },
    ],
    [
      "a dynamic threshold",
      metricAlert(
        { essentials: { monitoringService: null }, context: { conditionType: "DynamicThresholdCriteria" } },
        { alertSensitivity: "Low", threshold: null },
      ),
      { source: "metricAlert", title: "foundry-eus2-availability: AzureOpenAIAvailabilityRate 71.1105 LessThan" },
    ],
    [
      "a web test",
      metricAlert(
        { context: { conditionType: "WebtestLocationAvailabilityCriteria" } },
        { metricNamespace: null, webTestName: "ping", dimensions: null },
      ),
      { source: "metricAlert" },
    ],
    [
      "a Prometheus rule, by its signal",
      metricAlert({ essentials: { monitoringService: "Prometheus" }, context: { conditionType: null } }),
      { source: "metricAlert" },
    ],
    ["a log alert", logAlert(), { source: "logAlert", title: "gateway-5xx: 5 GreaterThan 1" }],
    ["a log alert of the first generation", logAlert({ essentials: { monitoringService: "Log Analytics" } }), { source: "logAlert" }],
    [
      "an administrative activity",
      activityAlert(),
      {
        source: "activityLog",
        state: "raised",
        at: "2026-06-24T15:42:54.074Z",
        title: "deployment-deleted: Microsoft.CognitiveServices/accounts/deployments/delete Succeeded",
      },
    ],
    [
      "Service Health",
      serviceHealth(),
      {
        source: "serviceHealth",
        key: "servicehealth abcd-123",
        state: "raised",
        at: "2026-06-24T11:31:19.031Z",
        title: "incidents: Azure OpenAI in East US 2, Active",
      },
    ],
    [
      "its test payload",
      serviceHealth({ impactedServices: IMPACTED }, { essentials: { signalType: "ActivityLog" } }),
      { source: "serviceHealth", targets: EAST },
    ],
    ["Resource Health", resourceHealth(), { source: "resourceHealth", state: "raised", title: "resources: Down, Unavailable" }],
    ["its other spelling", resourceHealth({}, { essentials: { monitoringService: "Resource Health" } }), { source: "resourceHealth" }],
  ])("%s", (_variant, body, expected) => {
    expect(suspicion(body)).toMatchObject(expected);
  });

  it.each<[string, unknown, string]>([
    ["no alert at all", { hello: 1 }, "not of the common alert schema"],
    ["no JSON object", "alert", "not of the common alert schema"],
    ["another schema", { schemaId: "AzureMonitorMetricAlert", data: {} }, "not of the common alert schema"],
    ["nothing but the schema's name", { schemaId: "azureMonitorCommonAlertSchema" }, "not a signal of health: no monitoring service"],
    [
      "null essentials",
      { schemaId: "azureMonitorCommonAlertSchema", data: { essentials: null, alertContext: null } },
      "not a signal of health",
    ],
    [
      "a budget's test",
      metricAlert({
        essentials: { monitoringService: "CostAlerts", signalType: null, alertTargetIDs: null, alertId: null, firedDateTime: null },
        context: { conditionType: null, condition: null },
      }),
      "not a signal of health: CostAlerts",
    ],
    [
      "one without any name",
      metricAlert({ essentials: { alertId: null, originAlertId: null, alertRule: null } }),
      "it names neither itself nor a resource",
    ],
    ["one without a time", metricAlert({ essentials: { firedDateTime: null } }), "it does not say when it happened"],
    ["one with an odd time", metricAlert({ essentials: { firedDateTime: "yesterday" } }), "it does not say when it happened"],
  ])("but not %s", (_what, body, reason) => {
    expect(suspicionFromAlert(known(), body)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it("fields of the wrong type count as absent", () => {
    const odd = metricAlert({
      essentials: { alertTargetIDs: "x", severity: 4, alertId: 7 },
      context: { condition: [], properties: "p" },
      rest: { customProperties: [] },
    });
    expect(suspicion(odd)).toMatchObject({ key: "metricalert origin-1", targets: [] });
  });
});

describe("what was raised and what clears it", () => {
  it.each<[string, object, object]>([
    [
      "a metric alert",
      metricAlert(),
      metricAlert({ essentials: { monitorCondition: "Resolved", resolvedDateTime: "2026-03-22T14:03:16Z" } }),
    ],
    ["a log alert", logAlert(), logAlert({ essentials: { monitorCondition: "Resolved", resolvedDateTime: "2026-03-22T14:03:16Z" } })],
    [
      "Service Health, by a new payload's stage",
      serviceHealth(),
      serviceHealth({ stage: "Resolved" }, { essentials: { alertId: "another" } }),
    ],
    ["Service Health, by a new payload's status", serviceHealth(), serviceHealth({ stage: null }, { context: { status: "Resolved" } })],
    ["Service Health, by the review after it", serviceHealth(), serviceHealth({ stage: "RCA" })],
    [
      "Resource Health, by its status",
      resourceHealth(),
      resourceHealth({ currentHealthStatus: "Available" }, { essentials: { alertId: "another" } }),
    ],
    [
      "Resource Health, by its operation",
      resourceHealth(),
      resourceHealth({ currentHealthStatus: null }, { context: { operationName: "Microsoft.Resourcehealth/healthevent/Resolved/action" } }),
    ],
  ])("of %s have the same key", (_what, raised, cleared) => {
    expect(suspicion(raised).state).toBe("raised");
    expect(suspicion(cleared)).toMatchObject({ state: "cleared", key: suspicion(raised).key });
  });

  it("of a stateful alert is dated by when it resolved", () => {
    const cleared = metricAlert({ essentials: { monitorCondition: "Resolved", resolvedDateTime: "2026-03-22T14:03:16Z" } });
    expect(suspicion(cleared).at).toBe("2026-03-22T14:03:16.000Z");
  });

  it.each([
    ["two alerts of one rule", metricAlert(), metricAlert({ essentials: { alertId: `${ALERT_ID}2` } })],
    ["two incidents", serviceHealth(), serviceHealth({ trackingId: "EFGH-456" })],
    ["two resources", resourceHealth(), resourceHealth({}, { essentials: { alertTargetIDs: [SWEDEN.toLowerCase()] } })],
    [
      "two operations on a resource",
      activityAlert(),
      activityAlert({ context: { operationName: "Microsoft.CognitiveServices/accounts/write" } }),
    ],
  ])("%s have two keys", (_what, one, other) => {
    expect(suspicion(one).key).not.toBe(suspicion(other).key);
  });
});

describe("targets", () => {
  const ids = (...alertTargetIDs: string[]) => ({ essentials: { alertTargetIDs } });
  const by = (name: string, value: string) => ({ dimensions: [{ name, value }] });

  it.each<[string, object, readonly string[]]>([
    ["an account: all of its deployments", metricAlert(), ["gpt-eus2", "mini-eus2"]],
    ["narrowed by the deployment's name", metricAlert({}, by("ModelDeploymentName", "MINI")), ["mini-eus2"]],
    ["not by a name that is not there", metricAlert({}, by("ModelDeploymentName", "other")), ["gpt-eus2", "mini-eus2"]],
    ["a deployment, in lower case", metricAlert(ids(`${ACCOUNT_ID}/deployments/mini`.toLowerCase())), ["mini-eus2"]],
    ["a deployment whose name begins alike is another", metricAlert(ids(`${ACCOUNT_ID}/deployments/mini2`)), []],
    ["a gateway", metricAlert(ids(GATEWAY_ID.toLowerCase())), ["apim-eus2"]],
    ["a gateway's part", metricAlert(ids(`${GATEWAY_ID}/apis/a`)), ["apim-eus2"]],
    ["a gateway, narrowed by the backend", metricAlert(ids(GATEWAY_ID), by("BackendId", "to-gpt-swc")), ["gpt-swc"]],
    ["several resources", metricAlert(ids(SWEDEN, GATEWAY_ID)), ["gpt-swc", "apim-eus2"]],
    ["a resource the estate does not know", metricAlert(ids(`${ACCOUNT_ID}9`)), []],
    ["a workspace's log alert, by the backend", logAlert(ids("/subscriptions/s/workspaces/w"), by("BackendId", "To-Gpt-Swc")), ["gpt-swc"]],
    [
      "a workspace's log alert, by the resource",
      logAlert(ids("/subscriptions/s/workspaces/w"), by("_ResourceId", GATEWAY_ID)),
      ["apim-eus2"],
    ],
    [
      "a region of the alert's own properties",
      metricAlert({ ...ids("/subscriptions/s"), rest: { customProperties: { Region: "SwedenCentral" } } }),
      SWEDISH,
    ],
    [
      "a resource counts more than a region",
      metricAlert({ rest: { customProperties: { region: "swedencentral" } } }),
      ["gpt-eus2", "mini-eus2"],
    ],
    ["Service Health, by the regions of its services", serviceHealth({ region: null }), EAST],
    ["Service Health, by its region", serviceHealth({ impactedServices: "not JSON", region: "Sweden Central" }), SWEDISH],
    [
      "Service Health of several regions",
      serviceHealth({ region: "East US 2, Sweden Central", impactedServices: null }),
      [...EAST.slice(0, 2), "gpt-swc", "apim-eus2", "apim-swc"],
    ],
    [
      "Service Health everywhere",
      serviceHealth({ region: "Global", impactedServices: null }),
      [...EAST.slice(0, 2), "gpt-swc", "apim-eus2", "apim-swc"],
    ],
    ["Service Health elsewhere", serviceHealth({ region: "Japan East", impactedServices: null }), []],
    ["Resource Health, by its resource", resourceHealth(), ["gpt-eus2", "mini-eus2"]],
  ])("of %s", (_what, body, targets) => {
    expect(suspicion(body).targets).toEqual(targets);
  });
});

describe("the key", () => {
  it("is bounded, whatever is sent for an id", () => {
    expect(suspicion(metricAlert({ essentials: { alertId: "x".repeat(200_000) } })).key).toHaveLength(600);
  });
});

describe("the title", () => {
  it("is one short line, without signed URLs", () => {
    const { title } = suspicion(serviceHealth({ title: `see https://portal.azure.com/x?sig=secret\n${"long ".repeat(200)}` }));
    expect(title).not.toContain("secret");
    expect(title).not.toContain("\n");
    expect(title.length).toBeLessThanOrEqual(300);
  });

  it("names the subscription's alert when there is no rule", () => {
    expect(
      suspicion(serviceHealth({}, { essentials: { alertRule: null, alertTargetIDs: [`/subscriptions/${SUBSCRIPTION}`] } })).title,
    ).toMatch(/^ServiceHealth: /);
  });
});
