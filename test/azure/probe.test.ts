import { afterEach, describe, expect, it, vi } from "vitest";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import type { Clock } from "../../src/ports.ts";
import { failingCredential } from "../support/credential.ts";
import { deployment, estate, START, steppingClock } from "./fixtures.ts";
import { COMPLETION, setUp } from "./probing.ts";
import { startStub, type Reply } from "./stub.ts";

const PATH = "/openai/deployments/gpt-4o/chat/completions";

afterEach(() => vi.restoreAllMocks());

describe("the completion probe", () => {
  it("sends one tiny completion with a token for the data plane", async () => {
    await using it = await setUp(() => ({
      headers: { "x-ratelimit-remaining-tokens": "99984", "x-ratelimit-limit-tokens": "100000", "x-ms-region": "East US 2" },
      body: { ...COMPLETION, usage: { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 } },
    }));
    expect(await it.probe.deployment(deployment(it.stub.url))).toEqual({
      target: "gpt-eus2",
      kind: "deployment",
      region: "eastus2",
      at: START.toISOString(),
      outcome: "ok",
      latencyMilliseconds: 1000,
      statusCode: 200,
      detail: "200, East US 2",
      remainingTokens: 99984,
      limitTokens: 100000,
      spentTokens: 9,
    });
    expect(it.stub.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${PATH}?api-version=2024-10-21`]);
    expect(JSON.parse(it.stub.seen[0]?.body ?? "")).toEqual({ messages: [{ role: "user", content: "ping" }], max_tokens: 1 });
    expect(it.stub.seen[0]?.headers.authorization).toBe("Bearer test-token");
    expect(it.credential.scopes).toEqual(["https://cognitiveservices.azure.com/.default"]);
  });

  it.each<[string, Reply, object]>([
    [
      "429 is throttled",
      { status: 429, headers: { "retry-after": "33" }, body: { error: { code: "429", message: "exceeded token rate limit" } } },
      { outcome: "throttled", detail: "429, 429: exceeded token rate limit, retry after 33 s" },
    ],
    ["500 failed", { status: 500 }, { outcome: "failed", errorClass: "serverError", statusCode: 500 }],
    ["503 failed", { status: 503, body: "<html>down</html>" }, { outcome: "failed", statusCode: 503, detail: "503" }],
    ["408, the service's own timeout, failed", { status: 408 }, { outcome: "failed", errorClass: "serverError" }],
    ["200 without a body failed", { status: 200 }, { outcome: "failed", errorClass: "emptyAnswer", detail: "200 without a completion" }],
    ["200 with a page failed", { status: 200, body: "<html>hello</html>" }, { outcome: "failed" }],
    ["200 without a choice failed", { status: 200, body: { choices: [] } }, { outcome: "failed" }],
    [
      "401 is the prober's fault",
      { status: 401, body: { statusCode: 401, message: "Unauthorized. Access token is missing" } },
      { outcome: "misconfigured", detail: "401, Unauthorized. Access token is missing" },
    ],
    [
      "403 is the prober's fault",
      { status: 403, body: { error: { code: "PermissionDenied", message: "lacks" } } },
      { outcome: "misconfigured" },
    ],
    [
      "404 is the prober's fault",
      { status: 404, body: { error: { code: "DeploymentNotFound", message: "no" } } },
      { outcome: "misconfigured" },
    ],
    ["another 400 is the prober's fault", { status: 400, body: { error: { message: "bad" } } }, { outcome: "misconfigured" }],
    [
      "a redirect is the prober's fault and is not followed",
      { status: 307, headers: { location: "/elsewhere" } },
      { outcome: "misconfigured", statusCode: 307 },
    ],
    [
      "a model that ran into the limit ran",
      {
        status: 400,
        body: { error: { message: "Could not finish the message because max_tokens or model output limit was reached. Please try again" } },
      },
      { outcome: "ok", statusCode: 400 },
    ],
    [
      "a prompt that the content filter refuses is the prober's fault",
      { status: 400, body: { error: { code: "content_filter", message: "The response was filtered", status: 400 } } },
      { outcome: "misconfigured", statusCode: 400, detail: "400, content_filter: The response was filtered" },
    ],
    [
      "a broken connection failed",
      "reset",
      { outcome: "failed", errorClass: "connection", detail: expect.stringContaining("connection failed") },
    ],
  ])("%s", async (_rule, reply, finding) => {
    await using it = await setUp(() => reply);
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject(finding);
    expect(it.stub.seen).toHaveLength(1);
  });

  it.each(["-1", "", "many", "1.5"])("reads no remaining and no limit of tokens from %j", async (value) => {
    const headers = { "x-ratelimit-remaining-tokens": value, "x-ratelimit-limit-tokens": value };
    await using it = await setUp(() => ({ headers, body: COMPLETION }));
    const seen = await it.probe.deployment(deployment(it.stub.url));
    expect(seen).not.toHaveProperty("remainingTokens");
    expect(seen).not.toHaveProperty("limitTokens");
  });

  it("reads zero remaining tokens as zero, and a limit of zero as none", async () => {
    const headers = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-limit-tokens": "0" };
    await using it = await setUp(() => ({ status: 429, headers }));
    const seen = await it.probe.deployment(deployment(it.stub.url));
    expect(seen.remainingTokens).toBe(0);
    expect(seen).not.toHaveProperty("limitTokens");
  });

  it.each([undefined, null, { total_tokens: "9" }, { total_tokens: -1 }])("does not know what it spent from %j", async (usage) => {
    await using it = await setUp(() => ({ body: { ...COMPLETION, usage } }));
    expect(await it.probe.deployment(deployment(it.stub.url))).not.toHaveProperty("spentTokens");
  });

  it("without an answer has no status code", async () => {
    await using it = await setUp(() => "reset");
    expect(await it.probe.deployment(deployment(it.stub.url))).not.toHaveProperty("statusCode");
  });

  it("gives up at the deadline, which covers the body", async () => {
    const deadline = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(deadline.signal);
    await using it = await setUp(() => {
      queueMicrotask(() => deadline.abort(new DOMException("late", "TimeoutError")));
      return "hang";
    });
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject({
      outcome: "failed",
      errorClass: "timeout",
      detail: "no complete answer within 10 s",
    });
    expect(timeout).toHaveBeenCalledWith(10_000);
  });

  it("is unmeasured without a token, and asks nothing", async () => {
    await using stub = await startStub(() => ({ body: COMPLETION }));
    const probe = createWorkloadProbe(estate(stub.url), failingCredential("secret"), steppingClock());
    const seen = await probe.deployment(deployment(stub.url));
    expect(seen).toMatchObject({ outcome: "unmeasured" });
    expect(seen.detail).not.toContain("secret");
    expect(stub.seen).toEqual([]);
  });

  it("starts its clock and its deadline after the token is there", async () => {
    const steps: string[] = [];
    const clock: Clock = { now: () => (steps.push("clock"), START), sleep: async () => undefined };
    await using stub = await startStub(() => ({ body: COMPLETION }));
    const credential = { getToken: async () => (steps.push("token"), { token: "t", expiresOnTimestamp: 0 }) };
    await createWorkloadProbe(estate(stub.url), credential, clock).deployment(deployment(stub.url));
    expect(steps).toEqual(["token", "clock", "clock"]);
  });

  it("is the prober's fault when the endpoint is no URL", async () => {
    await using it = await setUp(() => ({}));
    expect(await it.probe.deployment(deployment("not a url"))).toMatchObject({ outcome: "misconfigured" });
  });
});
