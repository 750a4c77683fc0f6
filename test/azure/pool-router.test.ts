import { describe, expect, it } from "vitest";
import { createPoolRouter } from "../../src/azure/apim/pool-router.ts";
import type { PoolMember } from "../../src/domain/routing.ts";
import { staticCredential } from "../support/credential.ts";
import { estate, gateway, GATEWAY_ID } from "./fixtures.ts";
import { startStub, type Reply } from "./stub.ts";

const POOL_PATH = `${GATEWAY_ID}/backends/pool1`;
const A = `${GATEWAY_ID}/backends/a`;
const B = `${GATEWAY_ID}/backends/b`;
const MEMBERS = [{ id: A, weight: 30, priority: 1 }, { id: B }];

function pool(services: readonly unknown[]): Reply {
  return {
    headers: { etag: '"AAAAAADmoew="' },
    body: { id: POOL_PATH, name: "pool1", properties: { title: null, url: null, protocol: null, type: "Pool", pool: { services } } },
  };
}

async function setUp(answer: () => Reply) {
  const stub = await startStub(answer);
  const credential = staticCredential();
  return {
    stub,
    credential,
    router: createPoolRouter(estate(stub.url), credential),
    gateway: gateway(stub.url),
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  };
}

describe("reading a pool", () => {
  it("keeps absent weights and priorities absent, and the ETag as it came", async () => {
    await using it = await setUp(() =>
      pool([
        { id: A, weight: 30, priority: 1 },
        { id: B, weight: null },
      ]),
    );
    expect(await it.router.read(it.gateway, "pool1")).toEqual({ ok: true, members: MEMBERS, etag: '"AAAAAADmoew="' });
    expect(it.stub.routes()).toEqual([`GET ${POOL_PATH}`]);
    expect(it.credential.scopes).toEqual(["https://management.azure.com/.default"]);
    expect(it.stub.seen[0]?.headers.authorization).toBe("Bearer test-token");
  });

  it("refuses a backend that is no pool", async () => {
    await using it = await setUp(() => ({
      headers: { etag: '"1"' },
      body: { properties: { type: "Single", url: "https://x", protocol: "http" } },
    }));
    expect(await it.router.read(it.gateway, "pool1")).toMatchObject({ ok: false, kind: "invalid" });
  });
});

describe("writing a pool", () => {
  it("is one PATCH of the members and nothing else, under the version that was read", async () => {
    await using it = await setUp(() => ({ headers: { etag: '"2"' }, body: {} }));
    expect(await it.router.write(it.gateway, "pool1", MEMBERS, '"1"')).toEqual({ ok: true, etag: '"2"' });
    expect(it.stub.routes()).toEqual([`PATCH ${POOL_PATH}`]);
    expect(it.stub.seen[0]?.headers["if-match"]).toBe('"1"');
    expect(JSON.parse(it.stub.seen[0]?.body ?? "")).toEqual({ properties: { pool: { services: MEMBERS } } });
  });

  it("a member that somebody parked at weight 0 does not keep its pool from being written, and stays as it was", async () => {
    await using it = await setUp(() => ({ headers: { etag: '"2"' }, body: {} }));
    const members = [
      { id: A, weight: 100 },
      { id: B, weight: 0 },
    ];
    expect(await it.router.write(it.gateway, "pool1", members, '"1"')).toMatchObject({ ok: true });
    expect(JSON.parse(it.stub.seen[0]?.body ?? "")).toEqual({ properties: { pool: { services: members } } });
  });

  it.each<[string, Reply, object]>([
    [
      "412: somebody else was faster",
      { status: 412, body: { error: { code: "PreconditionFailed", message: "Resource was modified" } } },
      { kind: "conflict", statusCode: 412 },
    ],
    [
      "409: another operation runs",
      { status: 409, body: { error: { code: "PessimisticConcurrencyConflict", message: "in progress" } } },
      { kind: "busy" },
    ],
    ["403: a person must act", { status: 403, body: { error: { code: "AuthorizationFailed", message: "no" } } }, { kind: "forbidden" }],
    ["404: no such pool", { status: 404, body: { error: { code: "ResourceNotFound", message: "no" } } }, { kind: "missing" }],
    ["400: not valid", { status: 400, body: { error: { code: "ValidationError", message: "no" } } }, { kind: "invalid" }],
    ["a broken connection", "reset", { kind: "busy" }],
  ])("answers %s, after one request", async (_rule, reply, failure) => {
    await using it = await setUp(() => reply);
    expect(await it.router.write(it.gateway, "pool1", MEMBERS, '"1"')).toMatchObject({ ok: false, ...failure });
    expect(it.stub.seen).toHaveLength(1);
  });

  it("does not wait out a long Retry-After: it reports it, capped", async () => {
    await using it = await setUp(() => ({
      status: 429,
      headers: { "retry-after": "86400" },
      body: { error: { code: "TooMany", message: "later" } },
    }));
    expect(await it.router.write(it.gateway, "pool1", MEMBERS, '"1"')).toMatchObject({
      kind: "busy",
      statusCode: 429,
      retryAfterSeconds: 900,
    });
    expect(it.stub.seen).toHaveLength(1);
  });

  it("reads a Retry-After that is a date against the answer's own date", async () => {
    const headers = { date: "Sun, 01 Mar 2026 12:00:00 GMT", "retry-after": "Sun, 01 Mar 2026 12:00:07 GMT" };
    await using it = await setUp(() => ({ status: 503, headers }));
    expect(await it.router.write(it.gateway, "pool1", MEMBERS, '"1"')).toMatchObject({ kind: "busy", retryAfterSeconds: 7 });
  });

  it.each<[string, readonly PoolMember[]]>([
    ["an empty pool", []],
    ["more than 30 members", Array.from({ length: 31 }, (_, index) => ({ id: `${A}${index}` }))],
    ["a negative weight", [{ id: A, weight: -1 }]],
    ["weight 101", [{ id: A, weight: 101 }]],
    ["half a weight", [{ id: A, weight: 1.5 }]],
    ["a negative priority", [{ id: A, priority: -1 }]],
    ["a member twice", [{ id: A }, { id: A.toUpperCase() }]],
  ])("sends nothing for %s", async (_rule, members) => {
    await using it = await setUp(() => pool([]));
    expect(await it.router.write(it.gateway, "pool1", members, '"1"')).toMatchObject({ ok: false, kind: "invalid" });
    expect(it.stub.seen).toEqual([]);
  });

  it("sends nothing without a version", async () => {
    await using it = await setUp(() => pool([]));
    expect(await it.router.write(it.gateway, "pool1", MEMBERS, "")).toMatchObject({ ok: false, kind: "conflict" });
    expect(it.stub.seen).toEqual([]);
  });
});
