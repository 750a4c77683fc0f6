/** The alert webhook: whatever Azure Monitor sends is answered at once and makes the product look for itself. */
import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { alertAbout, alertOf, appUnderTest, isOver, WAIT, type Answer, registeredHandler } from "../support/app-under-test.ts";

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
let alerts = 0;

/** One that was never sent before. */
function fresh(region = "eastus2", essentials: object = {}): object {
  return alertAbout(region, { alertId: `alert-${(alerts += 1)}`, alertRule: "availability", ...essentials });
}

describe("causes an immediate probe round", () => {
  it.each<[what: string, body: () => unknown]>([
    ["an alert that names a region", () => fresh()],
    ["a byte order mark before it", () => `\uFEFF${JSON.stringify(fresh())}`],
    ["300 KB of it", () => fresh("eastus2", { description: "x".repeat(300_000) })],
    ["a rule's name of 10 KB", () => fresh("eastus2", { alertRule: "n".repeat(10_000) })],
    ["a Service Health incident of the region", () => serviceHealth(JSON.stringify(IMPACTED), { firedDateTime: new Date().toISOString() })],
  ])("%s", async (_what, body) => {
    const before = running().world.deploymentCalls.length;
    const { status, body: answer } = await send(body());
    expect([status, answer]).toEqual([202, { outcome: "started" }]);
    await quiet();

    // Every deployment once, and the suspected one's burst.
    expect(running().world.deploymentCalls).toHaveLength(before + 4);
    const { ledger } = (await running().ask("GET", "/api/runs")).body as { ledger: { text: string }[] };
    expect(ledger.at(-1)?.text).toMatch(/^immediate probe round: (metricAlert|serviceHealth): .{1,200}$/);
    expect((await running().ask("GET", "/api/status")).body.signals.suspicions.length).toBeGreaterThan(0);
  });
});

describe("is answered, and starts nothing", () => {
  it.each<[what: string, body: () => unknown, outcome: string]>([
    ["a metric alert of months ago", () => METRIC_FIRED, "known"],
    ["one of a region that the estate has not", () => fresh("mars"), "unknownTarget"],
    ["nulls everywhere", () => alertOf(NULLS), "ignored"],
    ["no essentials", () => ({ schemaId: "azureMonitorCommonAlertSchema", data: { essentials: null } }), "ignored"],
    ["no data", () => ({ schemaId: "azureMonitorCommonAlertSchema", data: null }), "ignored"],
    ["nothing but the schema's name", () => ({ schemaId: "azureMonitorCommonAlertSchema" }), "ignored"],
    ["a fired one of an hour ago", () => fresh("eastus2", { firedDateTime: new Date(Date.now() - 3_600_000).toISOString() }), "known"],
  ])("%s", async (_what, body, outcome) => {
    const before = [running().world.deploymentCalls.length, running().host.counts.durable.starts];
    const answer = await send(body());

    expect([answer.status, answer.body.outcome]).toEqual([202, outcome]);
    expect([running().world.deploymentCalls.length, running().host.counts.durable.starts]).toEqual(before);
  });

  it("its resolution, which clears it", async () => {
    const alertId = "to-be-resolved";
    await send(fresh("eastus2", { alertId }));
    await quiet();
    const resolved = { alertId, monitorCondition: "Resolved", resolvedDateTime: new Date(Date.now() + 1000).toISOString() };
    expect((await send(fresh("eastus2", resolved))).body).toEqual({ outcome: "cleared" });
    const { suspicions } = (await running().ask("GET", "/api/status")).body.signals;
    expect(JSON.stringify(suspicions)).not.toContain(alertId);
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
  it("ten different alerts make one round at a time, and all are answered while it is under way", async () => {
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 800 };
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(fresh())));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(answers.filter(({ body }) => body.outcome === "started")).toHaveLength(1);
    expect(answers.filter(({ body }) => body.outcome === "joined")).toHaveLength(9);
    await quiet();
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
  });

  it("a hundred duplicates start one round, and write nothing more", async () => {
    const alert = fresh();
    expect((await send(alert)).body.outcome).toBe("started");
    await quiet();
    const [rows, starts] = [await rowsOfRounds(), running().host.counts.durable.starts];
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(alert)));

    expect(new Set(answers.map(({ status, body }) => `${status} ${body.outcome}`))).toEqual(new Set(["202 known"]));
    expect([await rowsOfRounds(), running().host.counts.durable.starts]).toEqual([rows, starts]);
  });

  /** The knowledge timer writes its own rows in the meantime, when the minute's 45th second falls into the test. */
  async function rowsOfRounds(): Promise<unknown> {
    const timers = /\/(knowledge|metrics)$/;
    return Object.fromEntries(Object.entries(await running().rows()).filter(([key]) => !timers.test(key)));
  }
});

it("an alert evacuates nobody by itself, however often it is sent: the probes must agree", async () => {
  for (let i = 0; i < 3; i += 1) {
    await send(fresh());
    await quiet();
  }
  const { body } = await running().ask("GET", "/api/status");

  expect([body.episode, body.holds]).toEqual([null, []]);
});

/** As Event Grid delivers it to the extension's own route. */
function deliver(schema: "eventGrid" | "cloudEvents", type: string, backendName: string, minutes = 0): Promise<Answer> {
  const at = new Date(Date.now() + minutes * 60_000).toISOString();
  const source = GATEWAY;
  const common = { id: `event-${(alerts += 1)}`, subject: backendName, data: { backendName } };
  const event =
    schema === "eventGrid"
      ? { ...common, topic: source, eventType: type, eventTime: at, dataVersion: "1", metadataVersion: "1" }
      : { ...common, source, type, time: at, specversion: "1.0" };
  const headers = {
    "aeg-event-type": "Notification",
    ...(schema === "cloudEvents" ? { "content-type": "application/cloudevents+json" } : {}),
  };
  return running().ask("POST", "/runtime/webhooks/eventgrid?functionName=breakerEvents", {
    body: schema === "eventGrid" ? [event] : event,
    headers,
  });
}

const OPENED = "Microsoft.ApiManagement.CircuitBreaker.Opened";
const estate = JSON.parse(readFileSync("examples/hub-to-hub.estate.json", "utf8")) as {
  gateways: { resourceId: string; pools: { members: { backend: string }[] }[] }[];
};
const GATEWAY = estate.gateways[0]?.resourceId ?? "";
const BACKEND = estate.gateways[0]?.pools[0]?.members[0]?.backend ?? "";

describe("a breaker event", () => {
  it.each([
    ["eventGrid", 1],
    ["cloudEvents", 2],
  ] as const)("in the %s schema has its deployment probed", async (schema, minutes) => {
    const before = running().world.deploymentCalls.length;
    expect((await deliver(schema, OPENED, BACKEND, minutes)).status).toBeLessThan(300);
    await vi.waitUntil(() => running().world.deploymentCalls.length >= before + 4, WAIT);
    await quiet();
    const { ledger } = (await running().ask("GET", "/api/runs")).body as { ledger: { text: string }[] };
    expect(ledger.at(-1)?.text).toMatch(/^immediate probe round: breaker: /);
  });

  it.each([
    ["of another kind", "Microsoft.ApiManagement.UserCreated", BACKEND],
    ["of a backend that the estate has not", OPENED, "nobody"],
  ])("%s starts nothing, and is not delivered again", async (_what, type, backend) => {
    const before = running().host.counts.durable.starts;
    expect((await deliver("eventGrid", type, backend)).status).toBeLessThan(300);
    expect(running().host.counts.durable.starts).toBe(before);
  });
});

describe("when the probes agree", () => {
  beforeAll(() => running().fail("foundry", "eastus2", 503));

  it("the round that the alert caused evacuates, without waiting for the timer", async () => {
    await (
      await registeredHandler("knowledge")
    )();
    await send(fresh());
    await vi.waitUntil(() => running().world.pools.length === 3, WAIT);

    const { runs } = (await running().ask("GET", "/api/runs")).body as { runs: object[] };
    expect(runs).toMatchObject([{ run: { runbook: "evacuate", region: "eastus2", initiator: "automatic" } }]);
    expect(running().host.counts.invocations["probe"]).toBeUndefined();
  });
});
