import { describe, expect, it } from "vitest";
import { suspicionFromBreaker } from "../../src/azure/events/breaker.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { deployment, estate, gateway, GATEWAY_ID } from "./fixtures.ts";

function known(): Estate {
  const pool = { name: "pool1", members: [{ backend: "Foundry-Eus2", deployment: "gpt-eus2" }] };
  return estate("https://h", {
    deployments: [deployment("https://h")],
    gateways: [gateway("https://h", { pools: [pool, { ...pool, name: "pool2" }] })],
  });
}

const DATA = { backendName: "foundry-eus2", circuitBreaker: { rules: {} } };
const CLOUD = {
  id: "1",
  specversion: "1.0",
  source: GATEWAY_ID,
  subject: "/backends/foundry-eus2",
  type: "Microsoft.ApiManagement.CircuitBreaker.Opened",
  time: "2026-03-22T13:58:24.3713213Z",
  data: DATA,
};
const GRID = {
  id: "1",
  topic: GATEWAY_ID,
  subject: "/backends/foundry-eus2",
  eventType: "Microsoft.ApiManagement.CircuitBreaker.Opened",
  eventTime: "2026-03-22T13:58:24.3713213Z",
  dataVersion: "1",
  metadataVersion: "1",
  data: DATA,
};

const OPENED = {
  source: "breaker",
  key: "breaker apim-eus2 foundry-eus2",
  state: "raised",
  targets: ["gpt-eus2"],
  at: "2026-03-22T13:58:24.371Z",
  title: "circuit breaker of apim-eus2 for foundry-eus2 opened",
};

describe("a circuit-breaker event", () => {
  it.each<[string, object, object]>([
    ["of CloudEvents", CLOUD, OPENED],
    ["of Event Grid's own schema", GRID, OPENED],
    ["with capitals in its keys", { ...CLOUD, type: undefined, time: undefined, Type: CLOUD.type, Time: CLOUD.time }, OPENED],
    ["of a gateway in other case", { ...GRID, topic: GATEWAY_ID.toUpperCase() }, OPENED],
    ["of a backend in other case", { ...GRID, data: { backendName: "FOUNDRY-EUS2" } }, OPENED],
    ["of a backend by its whole id", { ...GRID, data: { backendName: `${GATEWAY_ID}/backends/foundry-eus2` } }, OPENED],
    [
      "of a breaker that closed, under the same key",
      { ...CLOUD, type: "Microsoft.ApiManagement.CircuitBreaker.Closed" },
      { ...OPENED, state: "cleared", title: "circuit breaker of apim-eus2 for foundry-eus2 closed" },
    ],
    ["of an unknown backend has no targets", { ...CLOUD, data: { backendName: "other" } }, { targets: [], key: "breaker apim-eus2 other" }],
    ["of an unknown gateway has no targets", { ...CLOUD, source: `${GATEWAY_ID}9` }, { targets: [] }],
  ])("%s", (_what, event, expected) => {
    expect(suspicionFromBreaker(known(), event)).toMatchObject(expected);
  });

  it.each<[string, unknown]>([
    ["another event of the gateway", { ...CLOUD, type: "Microsoft.ApiManagement.APIUpdated" }],
    ["one without a backend", { ...CLOUD, data: {} }],
    ["one without a gateway", { ...CLOUD, source: undefined }],
    ["one without a time", { ...CLOUD, time: "now" }],
    ["the validation handshake", { ...GRID, eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "1" } }],
    ["no object", null],
    ["text", "opened"],
  ])("is not %s", (_what, event) => {
    expect(suspicionFromBreaker(known(), event)).toBeNull();
  });
});
