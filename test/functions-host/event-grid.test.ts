import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NO_LATENCY } from "../../rehearsal/functions-host/constants.ts";
import { collectRegistrations, type Registrations } from "../../rehearsal/functions-host/core-module.ts";
import { type Host, type HostOptions, startHost } from "../../rehearsal/functions-host/host.ts";
import type { LogLine } from "../../rehearsal/functions-host/worker.ts";
import type { Received } from "./apps/events.ts";

const historyDirectory = mkdtempSync(join(tmpdir(), "functions-host-events-"));
const logs: LogLine[] = [];
let options: HostOptions;
let registrations: Registrations;
let received: Received[];
let host: Host;

beforeAll(async () => {
  registrations = await collectRegistrations(() => import("./apps/events.ts"));
  ({ received } = await import("./apps/events.ts"));
  options = { registrations, hostJson: {}, port: 0, historyDirectory, functionKey: "secret", latency: NO_LATENCY };
  host = await startHost({ ...options, onLog: (line) => logs.push(line) });
});

beforeEach(() => void received.splice(0));

afterAll(async () => {
  await host.stop();
  rmSync(historyDirectory, { recursive: true });
});

const WEBHOOK = "/runtime/webhooks/EventGrid";
const NOTIFICATION = { "aeg-event-type": "Notification", "content-type": "application/json; charset=utf-8" };

async function send(method: string, query: string, headers: Record<string, string>, body?: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = { method, headers, ...(body === undefined ? {} : { body: text }) };
  const response = await fetch(`${host.url}${WEBHOOK}?${query}`, request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** As Event Grid's own schema has it. */
function event(id: string, data: object = { backendName: "foundry-eastus2" }) {
  return {
    id,
    topic: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ApiManagement/service/apim-eastus2",
    subject: "/backends/foundry-eastus2",
    eventType: "Microsoft.ApiManagement.CircuitBreaker.Opened",
    eventTime: "2026-01-05T12:00:00.0000000Z",
    data,
    dataVersion: "1",
    metadataVersion: "1",
  };
}

const TO_LISTENS = "functionName=listens&code=secret";

describe("a delivery", () => {
  it("of several events is one invocation each, and is accepted", async () => {
    const answer = await send("POST", TO_LISTENS, NOTIFICATION, [event("a"), event("b")]);

    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect(received.map((each) => each.event)).toEqual([event("a"), event("b")]);
    expect(received[0]?.metadata).toMatchObject({ data: { backendName: "foundry-eastus2" } });
    expect(host.counts.invocations["listens"]).toBe(2);
  });

  it("may be a single CloudEvent", async () => {
    const { eventType: type, topic: source, eventTime: time, data, id, subject } = event("c");
    const cloudEvent = { specversion: "1.0", type, source, time, id, subject, data };
    const headers = { ...NOTIFICATION, "content-type": "application/cloudevents+json; charset=utf-8" };

    expect((await send("POST", TO_LISTENS, headers, cloudEvent)).status).toBe(202);
    expect(received.map((each) => each.event)).toEqual([cloudEvent]);
  });

  it("fails as a whole when one of its events does, though all are handled, so that it is sent again", async () => {
    const answer = await send("POST", TO_LISTENS, NOTIFICATION, [event("d", { bad: true }), event("e")]);

    expect([answer.status, answer.text]).toEqual([500, "Exception while executing function: Functions.listens"]);
    expect(received).toHaveLength(2);
    expect(logs.find(({ functionName, level }) => functionName === "listens" && level === "error")?.message).toContain("bad event");
  });

  it.each([
    ["without a key", "functionName=listens", NOTIFICATION, [event("f")], 401],
    ["with a wrong key", "functionName=listens&code=wrong", NOTIFICATION, [event("f")], 401],
    ["to nobody", "code=secret", NOTIFICATION, [event("f")], 404],
    ["to an unknown function", "functionName=nobody&code=secret", NOTIFICATION, [event("f")], 404],
    ["to a function of another trigger", "functionName=notForEvents&code=secret", NOTIFICATION, [event("f")], 404],
    ["of no known type", TO_LISTENS, { "aeg-event-type": "Surprise" }, [event("f")], 400],
    ["of no type", TO_LISTENS, {}, [event("f")], 400],
    ["that is not JSON", TO_LISTENS, NOTIFICATION, "{bad", 500],
    ["that is no object", TO_LISTENS, NOTIFICATION, "7", 500],
  ])("%s invokes nothing", async (_, query, headers, body, status) => {
    expect((await send("POST", query, headers, body)).status).toBe(status);
    expect(received).toEqual([]);
  });
});

describe("a subscription", () => {
  it("is validated by its code, without an invocation", async () => {
    const validation = [
      { ...event("v"), eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "512d38b6" } },
    ];
    const answer = await send("POST", TO_LISTENS, { "aeg-event-type": "SubscriptionValidation" }, validation);

    expect([answer.status, answer.text]).toEqual([200, `{"validationResponse":"512d38b6"}`]);
    expect(received).toEqual([]);
  });

  it.each([
    ["eventgrid.azure.us", "eventgrid.azure.us"],
    ["evil.example", "eventgrid.azure.net"],
  ])("of CloudEvents from %s is allowed to %s", async (origin, allowed) => {
    const answer = await send("OPTIONS", TO_LISTENS, { "webhook-request-origin": origin });

    expect([answer.status, answer.headers.get("webhook-allowed-origin")]).toEqual([200, allowed]);
  });

  it("may end: nothing comes of it", async () => {
    expect((await send("POST", TO_LISTENS, { "aeg-event-type": "Unsubscribe" })).status).toBe(202);
  });
});

it("a trigger of many events at once is refused by name", async () => {
  const bindings = { events: { type: "eventGridTrigger", direction: "in", cardinality: "many" } };
  const functions = [{ name: "batches", bindings, handler: () => undefined }];

  await expect(startHost({ ...options, registrations: { ...registrations, functions } })).rejects.toThrow(
    'function "batches": eventGridTrigger of cardinality "many"',
  );
});
