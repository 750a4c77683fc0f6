import { ApiManagementClient } from "@azure/arm-apimanagement";
import { afterEach, describe, expect, it } from "vitest";
import { GROUP, PREFIX, SUBSCRIPTION } from "./estate.ts";
import { credential, raw, rehearsed } from "./start.ts";

const running = rehearsed();
const SERVICE = "apim-eastus2";
const SERVICE_ID = `${PREFIX}/Microsoft.ApiManagement/service/${SERVICE}`;
const POOL = `${SERVICE_ID}/backends/gpt?api-version=2024-05-01`;
const EAST = `${SERVICE_ID}/backends/foundry-eastus2`;
const SWEDEN = `${SERVICE_ID}/backends/foundry-swedencentral`;

function client() {
  const { azure } = running();
  return new ApiManagementClient(credential(running()), SUBSCRIPTION, {
    endpoint: azure.url,
    $host: azure.url,
    retryOptions: { maxRetries: 0 },
  });
}

function services(...members: readonly unknown[]) {
  return { properties: { pool: { services: members } } };
}

async function etag(): Promise<string> {
  return (await raw(running(), POOL)).headers.get("etag") ?? "";
}

afterEach(async () => {
  const { azure, world } = running();
  Object.assign(azure.faults, { resourceManager: {}, etagConflicts: {} });
  await raw(running(), POOL, {
    method: "PATCH",
    headers: { "if-match": "*" },
    body: services({ id: EAST, priority: 1 }, { id: SWEDEN, priority: 2, weight: 50 }),
  });
  world.pools.length = 0;
});

describe("API Management by the real client", () => {
  it("a pool starts with local members at priority 1 without a weight and remote ones at 2", async () => {
    const pool = await client().backend.get(GROUP, SERVICE, "gpt");
    expect(pool.pool?.services).toEqual([
      { id: EAST, priority: 1 },
      { id: SWEDEN, priority: 2, weight: 50 },
    ]);
    expect(pool.typePropertiesType).toBe("Pool");
    expect(pool.eTag).toMatch(/^"[A-Za-z0-9+/]{11}="$/);
  });

  it("a single backend leads to its deployment and carries the breaker of the guidance", async () => {
    const backend = await client().backend.get(GROUP, SERVICE, "foundry-eastus2");
    expect(backend.url).toBe("https://foundry-eastus2.openai.azure.com/openai");
    expect(backend.circuitBreaker?.rules?.[0]).toMatchObject({
      acceptRetryAfter: true,
      tripDuration: "PT60S",
      failureCondition: {
        count: 3,
        interval: "PT300S",
        statusCodeRanges: [
          { min: 429, max: 429 },
          { min: 500, max: 599 },
        ],
      },
    });
  });

  it("lists backends page by page", async () => {
    const names: unknown[] = [];
    for await (const backend of client().backend.listByService(GROUP, SERVICE, { top: 2 })) names.push(backend.name);
    expect(names).toEqual(["foundry-eastus2", "foundry-swedencentral", "gpt"]);
  });

  it("HEAD gives the same ETag as GET", async () => {
    const { eTag } = await client().backend.getEntityTag(GROUP, SERVICE, "gpt");
    expect(eTag).toBe(await etag());
  });

  it("reads the service itself", async () => {
    expect(await client().apiManagementService.get(GROUP, SERVICE)).toMatchObject({
      name: SERVICE,
      location: "eastus2",
      gatewayUrl: "https://apim-eastus2.azure-api.net",
    });
  });

  it("PATCH replaces the members as a whole, keeps absent fields absent, renews the ETag and tells the world", async () => {
    const before = await etag();
    const written = await client().backend.update(GROUP, SERVICE, "gpt", before, { pool: { services: [{ id: SWEDEN }] } });
    expect(written.pool?.services).toEqual([{ id: SWEDEN }]);
    expect(written.eTag).not.toBe(before);
    expect((await client().backend.get(GROUP, SERVICE, "gpt")).pool?.services).toEqual([{ id: SWEDEN }]);
    expect(running().world.pools).toEqual([[expect.any(Number), "gw-eastus2", "gpt", [{ id: SWEDEN }]]]);
  });

  it("a stale If-Match is refused with 412 and changes nothing", async () => {
    const stale = await etag();
    await client().backend.update(GROUP, SERVICE, "gpt", "*", { pool: { services: [{ id: EAST }] } });
    await expect(client().backend.update(GROUP, SERVICE, "gpt", stale, { pool: { services: [{ id: SWEDEN }] } })).rejects.toMatchObject({
      statusCode: 412,
      code: "PreconditionFailed",
    });
    expect((await client().backend.get(GROUP, SERVICE, "gpt")).pool?.services).toEqual([{ id: EAST }]);
  });

  it("creates with 201, replaces with 200, and deletes a backend that no pool uses", async () => {
    const spare = { url: "https://spare.openai.azure.com/openai", protocol: "http" as const };
    const path = `${SERVICE_ID}/backends/spare?api-version=2024-05-01`;
    expect((await raw(running(), path, { method: "PUT", body: { properties: spare } })).status).toBe(201);
    expect((await client().backend.createOrUpdate(GROUP, SERVICE, "spare", { ...spare, title: "spare" }, { ifMatch: "*" })).title).toBe(
      "spare",
    );
    await client().backend.delete(GROUP, SERVICE, "spare", "*");
    await expect(client().backend.get(GROUP, SERVICE, "spare")).rejects.toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
  });

  it("PUT of a pool tells the world, DELETE of it too", async () => {
    await client().backend.createOrUpdate(GROUP, SERVICE, "second", {
      typePropertiesType: "Pool",
      pool: { services: [{ id: "/backends/foundry-eastus2" }] },
    });
    await client().backend.delete(GROUP, SERVICE, "second", "*");
    expect(running().world.pools.map(([, , pool, members]) => [pool, members.length])).toEqual([
      ["second", 1],
      ["second", 0],
    ]);
  });
});

describe("what API Management refuses", () => {
  const thirtyOne = Array.from({ length: 31 }, () => ({ id: EAST }));
  it.each([
    ["an empty pool", services(), "pool"],
    ["more than 30 members", services(...thirtyOne), "pool"],
    ["an unknown member", services({ id: `${SERVICE_ID}/backends/nowhere` }), "Backend Entity 'nowhere' not found."],
    ["a pool in a pool", services({ id: `${SERVICE_ID}/backends/gpt` }), "cannot contain another"],
    ["a weight above 100", services({ id: EAST, weight: 101 }), "weight"],
    ["a priority above 100", services({ id: EAST, priority: 101 }), "priority"],
    ["a negative weight", services({ id: EAST, weight: -1 }), "weight"],
    ["a url on a pool", { properties: { url: "https://x" } }, "Url is not supported for backend pool."],
    ["a protocol on a pool", { properties: { protocol: "http" } }, "Protocol is not supported for backend pool."],
    ["a body without properties", {}, "properties"],
  ])("%s: 400, and nothing changes", async (_, body, text) => {
    const before = await etag();
    const reply = await raw(running(), POOL, { method: "PATCH", headers: { "if-match": "*" }, body });
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body)).toContain(text);
    expect(await etag()).toBe(before);
    expect(running().world.pools).toEqual([]);
  });

  it.each(["PATCH", "DELETE"])("%s without If-Match: 400", async (method) => {
    expect((await raw(running(), POOL, { method, body: services({ id: EAST }) })).status).toBe(400);
  });

  it("deleting a backend that a pool uses: 400", async () => {
    await expect(client().backend.delete(GROUP, SERVICE, "foundry-eastus2", "*")).rejects.toMatchObject({ statusCode: 400 });
  });

  it("patching what does not exist: 404", async () => {
    const path = `${SERVICE_ID}/backends/none?api-version=2024-05-01`;
    expect((await raw(running(), path, { method: "PATCH", headers: { "if-match": "*" }, body: services({ id: EAST }) })).status).toBe(404);
  });

  it("a service that does not exist: 404", async () => {
    await expect(client().backend.get(GROUP, "nowhere", "gpt")).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("faults of the management plane", () => {
  it.each([
    [503, "ServiceUnavailable"],
    [500, "InternalServerError"],
    [409, "PessimisticConcurrencyConflict"],
    [422, "ManagementApiRequestFailed"],
    [403, "AuthorizationFailed"],
    [429, "ResourceRequestsThrottled"],
  ])("%i for the region's gateway, not for another region's", async (answer, code) => {
    running().azure.faults.resourceManager["eastus2"] = { answer, ...(answer === 429 ? { retryAfterSeconds: 5 } : {}) };
    const reply = await raw(running(), POOL);
    expect(reply.status).toBe(answer);
    expect(reply.body).toMatchObject({ error: { code } });
    expect(reply.headers.get("retry-after")).toBe(answer === 429 ? "5" : null);
    expect((await raw(running(), POOL.replace(SERVICE, "apim-swedencentral"))).status).toBe(200);
  });

  it("can hit writes only", async () => {
    running().azure.faults.resourceManager["eastus2"] = { answer: 503, only: "writes" };
    expect((await raw(running(), POOL)).status).toBe(200);
    const write = await raw(running(), POOL, { method: "PATCH", headers: { "if-match": "*" }, body: services({ id: EAST }) });
    expect(write.status).toBe(503);
    expect(running().world.pools).toEqual([]);
  });

  it("somebody else writes first, so many times: 412 and a new ETag, then the write goes through", async () => {
    running().azure.faults.etagConflicts["eastus2"] = 1;
    const first = await etag();
    const write = (ifMatch: string) =>
      raw(running(), POOL, { method: "PATCH", headers: { "if-match": ifMatch }, body: services({ id: EAST }) });
    expect((await write(first)).status).toBe(412);
    const second = await etag();
    expect(second).not.toBe(first);
    expect((await write(second)).status).toBe(200);
  });
});
