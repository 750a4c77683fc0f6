/** The alert webhook: whatever Azure Monitor sends is answered at once and makes the product look for itself. */
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { alertOf, appUnderTest, isOver, WAIT, type Answer, registeredHandler } from "../support/app-under-test.ts";

const running = appUnderTest({ automation: "auto" });

function send(body: unknown): Promise<Answer> {
  return running().ask("POST", "/api/alerts", { body });
}

async function quiet(): Promise<void> {
  await vi.waitUntil(
    () =>
      running()
        .host.instances()
        .every(({ runtimeStatus }) => isOver(runtimeStatus)),
    WAIT,
  );
}

beforeEach(quiet);

/** azure-facts 5.1 */
const METRIC_FIRED = {
  schemaId: "azureMonitorCommonAlertSchema",
  data: {
    essentials: {
      alertId: "/subscriptions/S/providers/Microsoft.AlertsManagement/alerts/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
      alertRule: "foundry-eus2-availability",
      alertRuleId: "/subscriptions/S/resourceGroups/rg/providers/microsoft.insights/metricAlerts/foundry-eus2-availability",
      severity: "Sev1",
      signalType: "Metric",
      monitorCondition: "Fired",
      monitoringService: "Platform",
      alertTargetIDs: ["/subscriptions/s/resourcegroups/rg/providers/microsoft.cognitiveservices/accounts/foundry-eus2"],
      configurationItems: ["foundry-eus2"],
      originAlertId: "s_rg_microsoft.insights_metricAlerts_foundry-eus2-availability_-117781227",
      firedDateTime: "2026-03-22T13:58:24.3713213Z",
      description: "",
      essentialsVersion: "1.0",
      alertContextVersion: "1.0",
    },
    alertContext: {
      properties: null,
      conditionType: "SingleResourceMultipleMetricCriteria",
      condition: { windowSize: "PT5M", allOf: [{ metricName: "AzureOpenAIAvailabilityRate", threshold: "99", metricValue: 71.1105 }] },
    },
    customProperties: { region: "eastus2", Key2: "Value2" },
  },
};

/** azure-facts 5.3: numbers where others have words, and JSON within a string, which the test payload gives as an array. */
function serviceHealth(impactedServices: unknown, essentials: object = {}): object {
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: "/subscriptions/S/providers/Microsoft.AlertsManagement/alerts/1",
        alertRule: "incident",
        signalType: "Activity Log",
        monitorCondition: "Fired",
        monitoringService: "ServiceHealth",
        alertTargetIDs: ["/subscriptions/s"],
        ...essentials,
      },
      alertContext: {
        authorization: null,
        channels: 1,
        eventSource: 2,
        level: 3,
        operationName: "Microsoft.ServiceHealth/incident/action",
        properties: { region: "East US 2", incidentType: "Incident", impactedServices, stage: "Active" },
        status: "Active",
        ResourceType: null,
      },
    },
  };
}

const IMPACTED = [{ ImpactedRegions: [{ RegionName: "East US 2" }], ServiceName: "Azure OpenAI Service" }];
const NULLS = {
  alertId: null,
  alertRule: null,
  signalType: null,
  monitorCondition: null,
  monitoringService: null,
  configurationItems: null,
};

describe("causes an immediate probe round", () => {
  it.each([
    ["a metric alert that fired", METRIC_FIRED, "Platform: foundry-eus2-availability"],
    ["a Service Health incident", serviceHealth(JSON.stringify(IMPACTED)), "ServiceHealth: incident"],
    ["its test payload", serviceHealth(IMPACTED, { signalType: "ActivityLog", configurationItems: undefined }), "ServiceHealth: incident"],
    ["nulls everywhere", alertOf(NULLS), "alert: unnamed"],
    ["no essentials", { schemaId: "azureMonitorCommonAlertSchema", data: { essentials: null } }, "alert: unnamed"],
    ["no data", { schemaId: "azureMonitorCommonAlertSchema", data: null }, "alert: unnamed"],
    ["nothing but the schema's name", { schemaId: "azureMonitorCommonAlertSchema" }, "alert: unnamed"],
    ["numbers for names", alertOf({ alertRule: 7, monitoringService: ["x"], monitorCondition: 1 }), "alert: unnamed"],
    [
      "an alert of unknown kind",
      alertOf({ monitoringService: "Something New", monitorCondition: "Acknowledged", alertRule: "r" }),
      "Something New: r",
    ],
    ["one key twice", '{"schemaId":"azureMonitorCommonAlertSchema","data":{"essentials":{"alertRule":"a","alertRule":"b"}}}', "alert: b"],
    ["a byte order mark", `\uFEFF${JSON.stringify(alertOf({ alertRule: "bom" }))}`, "Platform: bom"],
    ["300 KB of it", alertOf({ alertRule: "large", description: "x".repeat(300_000) }), "Platform: large"],
    ["a rule's name of 10 KB", alertOf({ alertRule: "n".repeat(10_000) }), `Platform: ${"n".repeat(190)}`],
  ])("%s", async (_what, body, cause) => {
    const before = running().world.deploymentCalls.length;
    const { status, body: answer } = await send(body);
    expect([status, answer]).toEqual([202, { outcome: "started" }]);
    await quiet();

    expect(running().world.deploymentCalls).toHaveLength(before + 3);
    const { ledger } = (await running().ask("GET", "/api/runs")).body as { ledger: { text: string }[] };
    expect(ledger.at(-1)?.text).toBe(`immediate probe round: ${cause}`);
  });

  it("but not one that is resolved: there is nothing to look for", async () => {
    const before = [running().world.deploymentCalls.length, running().host.counts.durable.starts];
    const resolved = { ...METRIC_FIRED.data.essentials, monitorCondition: "Resolved", resolvedDateTime: "2026-03-22T14:10:00Z" };
    const { status, body } = await send(alertOf(resolved));

    expect([status, body]).toEqual([202, { outcome: "noted" }]);
    expect([running().world.deploymentCalls.length, running().host.counts.durable.starts]).toEqual(before);
  });
});

describe("what is no alert is refused, and changes nothing", () => {
  it.each([
    ["no body", "", "schemaId"],
    ["garbage", "not json", "line 1, column 1"],
    ["half an alert", '{"schemaId":"azureMonitorCommonAlertSchema","data":{', "line 1, column 53"],
    ["an array", [METRIC_FIRED], "body"],
    ["null", "null", "body"],
    ["an object of somebody else's", { hello: "world" }, "schemaId"],
    ["an alert in its own old schema", { schemaId: "Microsoft.Insights/activityLogs", data: { status: "Activated" } }, "schemaId"],
  ])("%s", async (_what, body, field) => {
    const before = await running().rows();
    const { status, body: problem } = await send(body);

    expect([status, problem.type, problem.errors[0].field]).toEqual([400, "urn:foundry-failover:problem:invalid-body", field]);
    expect(await running().rows()).toEqual(before);
  });

  it("an alert that is too large even for Azure Monitor", async () => {
    expect((await send(alertOf({ description: "x".repeat(1_100_000) }))).status).toBe(413);
  });

  it("and told how to send the common schema", async () => {
    const { body } = await send({ schemaId: "AzureMonitorMetricAlert" });

    expect(body.detail).toContain("turn on the common alert schema in the action group");
  });
});

describe("many at once", () => {
  it("ten alerts make one round, and all are answered while it is under way", async () => {
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 800 };
    const before = running().host.counts.durable.starts;
    const calls = running().world.deploymentCalls.length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(METRIC_FIRED)));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(answers.filter(({ body }) => body.outcome === "started")).toHaveLength(1);
    expect(answers.filter(({ body }) => body.outcome === "joined")).toHaveLength(9);
    expect(
      running()
        .host.instances()
        .filter(({ runtimeStatus }) => !isOver(runtimeStatus)),
    ).toHaveLength(1);
    await quiet();
    expect(running().host.counts.durable.starts).toBe(before + 1);
    expect(running().world.deploymentCalls).toHaveLength(calls + 3);
  });

  it("the same alert after the round makes another one, which finds the same", async () => {
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
    expect((await send(METRIC_FIRED)).body.outcome).toBe("started");
    await quiet();
    expect((await send(METRIC_FIRED)).body.outcome).toBe("started");
    await quiet();

    expect((await running().ask("GET", "/api/status")).body.holds).toEqual([]);
  });
});

it("an alert evacuates nobody by itself, however often it is sent: the probes must agree", async () => {
  for (let i = 0; i < 5; i += 1) {
    await send(METRIC_FIRED);
    await quiet();
  }
  const { body } = await running().ask("GET", "/api/status");

  expect([body.episode, body.holds]).toEqual([null, []]);
});

describe("when the probes agree", () => {
  beforeAll(() => running().fail("foundry", "eastus2", 503));

  it("the round that the alert caused evacuates, without waiting for the timer", async () => {
    await (
      await registeredHandler("knowledge")
    )();
    await send(METRIC_FIRED);
    await vi.waitUntil(() => running().world.pools.length === 3, WAIT);

    const { runs } = (await running().ask("GET", "/api/runs")).body as { runs: object[] };
    expect(runs).toMatchObject([{ run: { runbook: "evacuate", region: "eastus2", initiator: "automatic" } }]);
    expect(running().host.counts.invocations["probe"]).toBeUndefined();
  });
});
