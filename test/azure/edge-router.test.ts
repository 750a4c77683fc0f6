import { describe, expect, it } from "vitest";
import { createEdgeRouter } from "../../src/azure/front-door/edge-router.ts";
import { failingCredential, staticCredential } from "../support/credential.ts";
import { CLASSIC_EDGE, CLASSIC_ID, estate, OPERATION_PATH, PROFILE_ID, STANDARD_EDGE } from "./fixtures.ts";
import { startStub, type Reply, type Seen } from "./stub.ts";

const ORIGINS = `${PROFILE_ID}/originGroups/og/origins`;

async function setUp(answer: (request: Seen, count: number, url: string) => Reply) {
  let url = "";
  const stub = await startStub((request, count) => answer(request, count, url));
  url = stub.url;
  const credential = staticCredential();
  return { stub, credential, router: createEdgeRouter(estate(url), credential), [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose]() };
}

function origin(name: string, enabledState?: string): unknown {
  return {
    name,
    properties: { hostName: `${name}.azure-api.net`, priority: null, weight: null, ...(enabledState ? { enabledState } : {}) },
  };
}

function change(name: string, enabled: boolean) {
  return { edge: "edge", group: "og", origin: name, enabled };
}

describe("origins of a Standard profile", () => {
  it("are read per origin group and never by the profile, whose reads are few", async () => {
    await using it = await setUp(() => ({ body: { value: [origin("O1", "Disabled"), origin("o2"), origin("other", "Enabled")] } }));
    expect(await it.router.read(STANDARD_EDGE)).toEqual({ ok: true, origins: [change("o1", false), change("o2", true)] });
    expect(it.stub.routes()).toEqual([`GET ${ORIGINS}`]);
  });

  it("are missing when Azure does not list them", async () => {
    await using it = await setUp(() => ({ body: { value: [origin("o1")] } }));
    expect(await it.router.read(STANDARD_EDGE)).toMatchObject({ ok: false, kind: "missing" });
  });

  it("are written by one PATCH each and no poll; the last operation is handed out as it came", async () => {
    await using it = await setUp((_request, count, url) => ({
      status: 202,
      headers: { "azure-asyncoperation": `${url}${OPERATION_PATH}${count}`, "retry-after": "10" },
      body: origin("o1", "Disabled"),
    }));
    const written = await it.router.write(STANDARD_EDGE, [change("o1", false), change("o2", true)]);
    expect(written).toEqual({ ok: true, operation: `${it.stub.url}${OPERATION_PATH}2` });
    expect(it.stub.routes()).toEqual([`PATCH ${ORIGINS}/o1`, `PATCH ${ORIGINS}/o2`]);
    expect(it.stub.seen.map(({ body }): unknown => JSON.parse(body))).toEqual([
      { properties: { enabledState: "Disabled" } },
      { properties: { enabledState: "Enabled" } },
    ]);
  });

  it.each<[string, Reply, object]>([
    ["done at once", { status: 200, body: origin("o1", "Disabled") }, { ok: true }],
    ["accepted without an operation", { status: 202, body: origin("o1", "Disabled") }, { ok: true }],
    [
      "429: owed",
      { status: 429, headers: { "retry-after": "372" }, body: { error: { code: "TooManyRequests", message: "m" } } },
      { ok: false, kind: "busy", retryAfterSeconds: 372 },
    ],
    ["409: another write runs", { status: 409, body: { error: { code: "Conflict", message: "m" } } }, { ok: false, kind: "busy" }],
    [
      "400: the last enabled origin",
      { status: 400, body: { error: { code: "BadRequest", message: "must contain at least one enabled endpoint" } } },
      { ok: false, kind: "invalid" },
    ],
  ])("%s", async (_rule, reply, result) => {
    await using it = await setUp(() => reply);
    expect(await it.router.write(STANDARD_EDGE, [change("o1", false)])).toMatchObject(result);
    expect(it.stub.routes()).toEqual([`PATCH ${ORIGINS}/o1`]);
  });

  it("stop at the first that is refused", async () => {
    await using it = await setUp(() => ({ status: 500 }));
    expect(await it.router.write(STANDARD_EDGE, [change("o1", false), change("o2", false)])).toMatchObject({ ok: false, kind: "busy" });
    expect(it.stub.seen).toHaveLength(1);
  });
});

const CLASSIC = {
  name: "fd0",
  location: "global",
  tags: { owner: "ops" },
  properties: {
    friendlyName: "fd0",
    enabledState: "Enabled",
    frontendEndpoints: [],
    healthProbeSettings: [],
    loadBalancingSettings: [],
    routingRules: [],
    backendPools: [
      {
        id: `${CLASSIC_ID}/backendPools/bp`,
        name: "bp",
        properties: {
          backends: [
            {
              address: "A.azure-api.net",
              httpPort: 80,
              httpsPort: 443,
              enabledState: "Enabled",
              priority: 1,
              weight: 50,
              backendHostHeader: "a.azure-api.net",
            },
            {
              address: "b.azure-api.net",
              httpPort: 80,
              httpsPort: 443,
              enabledState: "Enabled",
              priority: 1,
              weight: 50,
              backendHostHeader: "b.azure-api.net",
            },
          ],
        },
      },
    ],
  },
};
const CLASSIC_ORIGIN = { edge: "old-edge", group: "bp", origin: "a.azure-api.net" };

describe("backends of a classic Front Door", () => {
  it("are found by pool and address", async () => {
    await using it = await setUp(() => ({ body: CLASSIC }));
    expect(await it.router.read(CLASSIC_EDGE)).toEqual({ ok: true, origins: [{ ...CLASSIC_ORIGIN, enabled: true }] });
  });

  it("are written by reading the whole, flipping one state and putting the whole back, without a poll", async () => {
    await using it = await setUp((request, _count, url) =>
      request.method === "GET"
        ? { body: CLASSIC }
        : { status: 202, headers: { "azure-asyncoperation": `${url}${OPERATION_PATH}` }, body: CLASSIC },
    );
    expect(await it.router.write(CLASSIC_EDGE, [{ ...CLASSIC_ORIGIN, enabled: false }])).toEqual({
      ok: true,
      operation: `${it.stub.url}${OPERATION_PATH}`,
    });
    expect(it.stub.routes()).toEqual([`GET ${CLASSIC_ID}`, `PUT ${CLASSIC_ID}`]);
    const sent = JSON.parse(it.stub.seen[1]?.body ?? "");
    expect(sent).toMatchObject({ location: "global", tags: { owner: "ops" }, properties: { friendlyName: "fd0" } });
    expect(sent.properties.backendPools[0].properties.backends).toMatchObject([
      { address: "A.azure-api.net", enabledState: "Disabled", weight: 50 },
      { address: "b.azure-api.net", enabledState: "Enabled", weight: 50 },
    ]);
    expect(it.credential.scopes).toEqual(["https://management.azure.com/.default"]);
  });

  it("are left alone when nothing changes", async () => {
    await using it = await setUp(() => ({ body: CLASSIC }));
    expect(await it.router.write(CLASSIC_EDGE, [{ ...CLASSIC_ORIGIN, enabled: true }])).toEqual({ ok: true });
    expect(it.stub.routes()).toEqual([`GET ${CLASSIC_ID}`]);
  });

  it.each<[string, number, string]>([
    ["a frozen control plane is owed", 429, "busy"],
    ["creation is not allowed any more", 400, "invalid"],
  ])("%s", async (_rule, status, kind) => {
    await using it = await setUp((request) =>
      request.method === "GET" ? { body: CLASSIC } : { status, body: { error: { code: "C", message: "m" } } },
    );
    expect(await it.router.write(CLASSIC_EDGE, [{ ...CLASSIC_ORIGIN, enabled: false }])).toMatchObject({
      ok: false,
      kind,
      statusCode: status,
    });
    expect(it.stub.seen).toHaveLength(2);
  });
});

describe("a look at a running operation", () => {
  it.each<[string, Reply, object]>([
    [
      "runs, whatever stands in error",
      { body: { status: "InProgress", error: { code: "None", message: null } } },
      { ok: true, state: "running" },
    ],
    [
      "succeeded, whatever stands in error",
      { body: { status: "Succeeded", error: { code: "None", message: null } } },
      { ok: true, state: "succeeded" },
    ],
    [
      "failed, with its reason",
      { body: { status: "Failed", error: { code: "Conflict", message: "why" } } },
      { ok: true, state: "failed", detail: "Failed: Conflict why" },
    ],
    ["was cancelled", { body: { status: "Canceled" } }, { ok: true, state: "failed" }],
    ["runs by Location", { status: 202 }, { ok: true, state: "running" }],
    ["is done by Location", { status: 200, body: origin("o1") }, { ok: true, state: "succeeded" }],
    [
      "cannot be read without the permission for operation results",
      { status: 403, body: { error: { code: "AuthorizationFailed", message: "m" } } },
      { ok: false, kind: "forbidden" },
    ],
    ["is throttled", { status: 429, headers: { "retry-after": "5" } }, { ok: false, kind: "busy", retryAfterSeconds: 5 }],
    ["is unknown", { status: 404, body: { error: { code: "NotFound", message: "m" } } }, { ok: false, kind: "missing" }],
    ["is redirected: not followed", { status: 302, headers: { location: "https://elsewhere.example/" } }, { ok: false, kind: "invalid" }],
    ["breaks off", "reset", { ok: false, kind: "busy" }],
  ])("%s", async (_rule, reply, result) => {
    await using it = await setUp(() => reply);
    const progress = await it.router.poll(STANDARD_EDGE, `${it.stub.url}${OPERATION_PATH}`);
    expect(progress).toMatchObject(result);
    expect(JSON.stringify(progress)).not.toContain("a_b-c");
    expect(it.stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`GET ${OPERATION_PATH}`]);
  });

  it.each(["https://evil.example/x", "http://127.0.0.1/x", "https://127.0.0.1.evil.example/x", "nonsense"])(
    "takes no token to %s",
    async (operation) => {
      await using it = await setUp(() => ({ body: { status: "Succeeded" } }));
      expect(await it.router.poll(STANDARD_EDGE, operation)).toMatchObject({ ok: false, kind: "invalid" });
      expect(it.credential.scopes).toEqual([]);
    },
  );

  it("is owed without a token", async () => {
    await using stub = await startStub(() => ({}));
    const router = createEdgeRouter(estate(stub.url), failingCredential());
    expect(await router.poll(STANDARD_EDGE, `${stub.url}${OPERATION_PATH}`)).toMatchObject({ ok: false, kind: "busy" });
    expect(stub.seen).toEqual([]);
  });
});
