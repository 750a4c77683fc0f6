import { afterEach, describe, expect, it, vi } from "vitest";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import { failingCredential, staticCredential } from "../support/credential.ts";
import { deployment, estate, gateway, START, steppingClock } from "./fixtures.ts";
import { setUp } from "./probing.ts";
import { startStub, type Reply } from "./stub.ts";

afterEach(() => vi.restoreAllMocks());

describe("the witness", () => {
  const witness = (
    it: { probe: ReturnType<typeof createWorkloadProbe>; stub: { url: string } },
    path: string | null = "/witness/{backend}",
  ) => it.probe.witness(gateway(it.stub.url, { witnessPath: path }), "foundry eus2/a", deployment("https://never.invalid"));

  it("asks the gateway to ask the backend, with a token for the data plane", async () => {
    await using it = await setUp(() => ({ body: { status: 200 } }));
    expect(await witness(it)).toEqual({
      target: "gpt-eus2",
      kind: "deployment",
      region: "eastus2",
      at: START.toISOString(),
      outcome: "ok",
      latencyMilliseconds: 1000,
      statusCode: 200,
      detail: "200 to apim-eus2",
      via: "apim-eus2",
    });
    expect(it.stub.routes()).toEqual(["GET /witness/foundry%20eus2%2Fa"]);
    expect(it.stub.seen[0]?.headers.authorization).toBe("Bearer test-token");
    expect(it.credential.scopes).toEqual(["https://cognitiveservices.azure.com/.default"]);
  });

  it.each<[string, Reply, object]>([
    ["429 is throttled", { body: { status: 429 } }, { outcome: "throttled", statusCode: 429 }],
    ["503 failed", { body: { status: 503 } }, { outcome: "failed", errorClass: "serverError", statusCode: 503 }],
    ["0 is no answer at all", { body: { status: 0 } }, { outcome: "failed", errorClass: "timeout" }],
    ["401 is the gateway's configuration", { body: { status: 401 } }, { outcome: "misconfigured", statusCode: 401 }],
  ])("takes the gateway's word: %s", async (_rule, reply, finding) => {
    await using it = await setUp(() => reply);
    expect(await witness(it)).toMatchObject({ ...finding, via: "apim-eus2" });
  });

  it.each<[string, Reply, string]>([
    ["404", { status: 404, body: { message: "no such operation" } }, "apim-eus2 answered 404 no such operation"],
    ["401", { status: 401 }, "apim-eus2 answered 401"],
    ["503", { status: 503 }, "apim-eus2 answered 503"],
    ["a page", { body: "<html>" }, "apim-eus2 answered 200 without a status"],
    ["a status in words", { body: { status: "ok" } }, "apim-eus2 answered 200 without a status"],
    ["no HTTP status", { body: { status: 7 } }, "apim-eus2 answered 200 without a status"],
    ["a broken connection", "reset", "no answer of apim-eus2: connection failed"],
  ])("knows nothing from %s", async (_what, reply, detail) => {
    await using it = await setUp(() => reply);
    const seen = await witness(it);
    expect(seen).toMatchObject({ outcome: "unmeasured", via: "apim-eus2", detail: expect.stringContaining(detail) });
    expect(seen).not.toHaveProperty("errorClass");
  });

  it("waits longer than the gateway does", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout");
    await using it = await setUp(() => ({ body: { status: 200 } }));
    await witness(it);
    expect(timeout).toHaveBeenCalledWith(11_000);
  });

  it.each([
    ["the gateway has no path for it", null, staticCredential()],
    ["there is no token", "/witness/{backend}", failingCredential()],
  ])("is unmeasured when %s, and asks nothing", async (_why, path, credential) => {
    await using stub = await startStub(() => ({ body: { status: 200 } }));
    const probe = createWorkloadProbe(estate(stub.url), credential, steppingClock());
    expect(await witness({ probe, stub }, path)).toMatchObject({ outcome: "unmeasured", via: "apim-eus2" });
    expect(stub.seen).toEqual([]);
  });
});
