import { describe, expect, it } from "vitest";
import { deployment, gateway } from "./fixtures.ts";
import { setUp } from "./probing.ts";
import type { Reply } from "./stub.ts";

describe("other kinds of probe", () => {
  it("models: asks the account for its list, with a token and without a single model token", async () => {
    await using it = await setUp(() => ({ body: { data: [] } }));
    const seen = await it.probe.deployment(deployment(it.stub.url, { probe: { kind: "models" } }));
    expect(seen).toMatchObject({ outcome: "ok", statusCode: 200 });
    expect(seen).not.toHaveProperty("spentTokens");
    expect(it.stub.routes()).toEqual(["GET /openai/v1/models"]);
    expect(it.stub.seen[0]?.headers.authorization).toBe("Bearer test-token");
  });

  it.each<[string, number, string]>([
    ["only 200 is ok", 200, "ok"],
    ["204 is not", 204, "misconfigured"],
    ["a redirect is not", 302, "misconfigured"],
    ["503 failed", 503, "failed"],
  ])("url: %s", async (_rule, status, outcome) => {
    await using it = await setUp(() => ({ status }));
    const probe = { kind: "url", url: `${it.stub.url}/healthz?deep=1` } as const;
    expect(await it.probe.deployment(deployment(it.stub.url, { probe }))).toMatchObject({ outcome, statusCode: status });
    expect(it.stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /healthz?deep=1"]);
  });

  it.each<[string, string, string | undefined]>([
    ["a token goes to the account's own host", "", "Bearer test-token"],
    ["none goes to another host, nor is one fetched", "https://elsewhere.invalid", undefined],
  ])("url: %s", async (_rule, endpoint, authorization) => {
    await using it = await setUp(() => ({}));
    const probe = { kind: "url", url: `${it.stub.url}/healthz` } as const;
    expect(await it.probe.deployment(deployment(endpoint || it.stub.url, { probe }))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen[0]?.headers.authorization).toBe(authorization);
    expect(it.credential.scopes).toHaveLength(authorization === undefined ? 0 : 1);
  });
});

describe("the gateway probe", () => {
  it.each<[string, Reply, object]>([
    ["200 is ok", { status: 200, body: "Service Operational" }, { outcome: "ok", statusCode: 200 }],
    ["503 failed", { status: 503 }, { outcome: "failed" }],
    ["404 is the prober's fault", { status: 404 }, { outcome: "misconfigured" }],
    ["a broken connection failed", "reset", { outcome: "failed" }],
  ])("%s", async (_rule, reply, finding) => {
    await using it = await setUp(() => reply);
    expect(await it.probe.gateway(gateway(it.stub.url))).toMatchObject({ target: "apim-eus2", kind: "gateway", ...finding });
    expect(it.stub.routes()).toEqual(["GET /status-0123456789abcdef"]);
  });

  it("is anonymous", async () => {
    await using it = await setUp(() => ({}));
    await it.probe.gateway(gateway(it.stub.url));
    expect(it.credential.scopes).toEqual([]);
    expect(it.stub.seen[0]?.headers.authorization).toBeUndefined();
  });
});
