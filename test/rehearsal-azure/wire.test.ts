import { request } from "node:https";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PREFIX, SUBSCRIPTION } from "./estate.ts";
import { FOUNDRY_AUDIENCE, raw, rehearsed, tokenFor } from "./start.ts";

const holds = { open: 0, ports: new Set<number>(), seen: () => undefined as void };
const running = rehearsed(
  { tokenLifetimeSeconds: 3600, armWriteBucket: 3, armWriteRefillPerSecond: 1, armReadMilliseconds: 120, armWriteMilliseconds: 900 },
  {
    hooks: {
      held: (port) => {
        holds.open += 1;
        holds.ports.add(port);
        holds.seen();
        return () => void (holds.open -= 1);
      },
    },
  },
);
const SERVICE = `${PREFIX}/Microsoft.ApiManagement/service/apim-eastus2`;
const POOL = `${SERVICE}/backends/gpt?api-version=2024-05-01`;

/** Runs the request while the clock moves whenever a response is held. */
async function moving<T>(act: () => Promise<T>): Promise<T> {
  // Only after the embedded Azure has set its timer, which it does in the turn that holds the response.
  holds.seen = () =>
    queueMicrotask(() => {
      while (holds.open > 0) vi.advanceTimersToNextTimer();
    });
  return act().finally(() => (holds.seen = () => undefined));
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["Date", "setTimeout", "clearTimeout"],
    now: Date.parse("2026-01-05T00:00:00Z") + Math.max(1, day++) * 86_400_000,
  });
});
let day = 1;

afterEach(() => {
  Object.assign(running().azure.faults, { resourceManager: {}, resourceManagerSlow: {} });
  vi.useRealTimers();
});

describe("every ARM route", () => {
  it.each([
    ["a doubled slash in front", `/${POOL}`],
    [
      "another case",
      POOL.replace("resourceGroups", "resourcegroups").replace("Microsoft.ApiManagement", "microsoft.apimanagement").replace("gpt", "GPT"),
    ],
  ])("tolerates %s", async (_, path) => {
    expect((await moving(() => raw(running(), path))).body).toMatchObject({ name: "gpt" });
  });

  it.each([
    ["GET", `${SERVICE}/loggers?api-version=2024-05-01`],
    ["POST", POOL],
    ["GET", `/subscriptions/${SUBSCRIPTION}/resourceGroups?api-version=2024-05-01`],
    ["GET", "/v1/workspaces/w/query"],
  ])("%s %s is not there: 501 that names it", async (method, path) => {
    const reply = await raw(running(), path, { method });
    expect(reply.status).toBe(501);
    expect(JSON.stringify(reply.body)).toContain(`${method} ${path.split("?")[0] ?? ""}`);
  });

  it("needs an api-version", async () => {
    const reply = await moving(() => raw(running(), POOL.split("?")[0] ?? ""));
    expect(reply.body).toMatchObject({ error: { code: "MissingApiVersionParameter" } });
  });

  it.each([
    ["no token", async () => "", "AuthenticationFailed"],
    ["a token nobody issued", async () => "Bearer nonsense", "InvalidAuthenticationToken"],
    [
      "a token for another audience",
      async () => `Bearer ${await tokenFor(running().azure, FOUNDRY_AUDIENCE)}`,
      "InvalidAuthenticationTokenAudience",
    ],
  ])("refuses %s with 401", async (_, authorization, code) => {
    const reply = await moving(async () => raw(running(), POOL, { headers: { authorization: await authorization() } }));
    expect(reply.status).toBe(401);
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
    expect(reply.body).toMatchObject({ error: { code } });
  });

  it("refuses a token after its life", async () => {
    const token = await moving(() => tokenFor(running().azure));
    vi.setSystemTime(Date.now() + 3_600_000);
    const reply = await moving(() => raw(running(), POOL, { headers: { authorization: `Bearer ${token}` } }));
    expect(reply.body).toMatchObject({ error: { code: "ExpiredAuthenticationToken" } });
  });

  it("refuses a body that is not JSON", async () => {
    const { azure } = running();
    const response = await fetch(azure.url + POOL, { method: "PATCH", body: "{", headers: { "if-match": "*" } });
    expect(await response.json()).toMatchObject({ error: { code: "InvalidRequestContent" } });
  });

  it("counts down the read budget and, for writes, both budgets", async () => {
    const read = await moving(() => raw(running(), POOL));
    expect(Number(read.headers.get("x-ms-ratelimit-remaining-subscription-global-reads"))).toBeLessThan(3750);
    expect(read.headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBeNull();
    const write = await moving(() => raw(running(), POOL, { method: "DELETE" }));
    expect(write.headers.get("x-ms-ratelimit-remaining-subscription-deletes")).toBe("2");
    expect(write.headers.get("x-ms-ratelimit-remaining-subscription-global-deletes")).toBe("44");
  });

  it("throttles when the bucket is empty and recovers as it refills", async () => {
    const write = () => moving(() => raw(running(), POOL, { method: "PUT", body: {} }));
    const statuses = [];
    // A bucket of 3, refilled by 0.9 during each write.
    for (let index = 0; index < 25; index += 1) statuses.push((await write()).status);
    expect(statuses.slice(0, 3)).toEqual([400, 400, 400]);
    expect(statuses).toContain(429);
    vi.setSystemTime(Date.now() + 5000);
    expect((await write()).status).toBe(400);
  });
});

describe("time", () => {
  it("a read waits for the global clock and is held meanwhile, named by the client's port", async () => {
    const before = Date.now();
    const reply = await moving(() => raw(running(), POOL));
    expect(Date.now() - before).toBeGreaterThanOrEqual(120);
    expect(holds.open).toBe(0);
    expect([...holds.ports].every((port) => port > 0)).toBe(true);
    expect(reply.headers.get("date")).toBe(new Date(before + 120).toUTCString());
  });

  it("a slow management plane adds to the latency of its region", async () => {
    running().azure.faults.resourceManagerSlow["eastus2"] = 5000;
    const before = Date.now();
    await moving(() => raw(running(), POOL));
    expect(Date.now() - before).toBeGreaterThanOrEqual(5120);
  });

  it("a write that the client gave up on still takes effect, as in Azure", async () => {
    const { azure, world } = running();
    const token = await moving(() => tokenFor(azure));
    world.pools.length = 0;
    const arrived = new Promise<void>((resolve) => (holds.seen = () => resolve()));
    const body = JSON.stringify({ properties: { pool: { services: [{ id: `${SERVICE}/backends/foundry-eastus2` }] } } });
    const client = request(azure.url + POOL, { method: "PATCH", headers: { authorization: `Bearer ${token}`, "if-match": "*" } });
    client.on("error", () => undefined).end(body);
    await arrived;
    client.destroy();
    await vi.waitFor(() => expect(holds.open).toBe(0));
    await vi.advanceTimersByTimeAsync(900);
    expect(world.pools).toHaveLength(1);
  });

  it("an answer that never comes is held until the client gives up", async () => {
    const { azure, world } = running();
    world.gatewayAnswer = { result: "timeout", latencyMilliseconds: 0 };
    const arrived = new Promise<void>((resolve) => (holds.seen = () => resolve()));
    const abort = new AbortController();
    const call = fetch(azure.localUrl("https://apim-eastus2.azure-api.net/status-0123456789abcdef"), { signal: abort.signal });
    await arrived;
    expect(holds.open).toBe(1);
    abort.abort();
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(holds.open).toBe(0));
  });
});

describe("the log of calls", () => {
  it("keeps route, resource, status and the body of writes", async () => {
    const from = running().azure.calls.length;
    const body = { properties: { pool: { services: [] } } };
    await moving(() => raw(running(), POOL));
    await moving(() => raw(running(), POOL, { method: "PATCH", headers: { "if-match": "*" }, body }));
    const route =
      "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ApiManagement/service/{service}/backends/{backend}";
    expect(running().azure.calls.slice(from)).toEqual([
      { at: expect.any(Number), method: "GET", route, resource: `${SERVICE}/backends/gpt`, status: 200 },
      { at: expect.any(Number), method: "PATCH", route, resource: `${SERVICE}/backends/gpt`, status: 400, body },
    ]);
  });
});
