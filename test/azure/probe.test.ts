import { afterEach, describe, expect, it, vi } from "vitest";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import type { Deployment } from "../../src/domain/estate.ts";
import type { Clock } from "../../src/ports.ts";
import { failingCredential, staticCredential } from "../support/credential.ts";
import { deployment, estate, gateway, START, steppingClock } from "./fixtures.ts";
import { startStub, type Reply, type Seen } from "./stub.ts";

const COMPLETION = { choices: [{ index: 0, finish_reason: "length", message: { role: "assistant", content: "p" } }] };
const PATH = "/openai/deployments/gpt-4o/chat/completions";

afterEach(() => vi.restoreAllMocks());

async function setUp(answer: (request: Seen, count: number) => Reply, credential = staticCredential()) {
  const stub = await startStub(answer);
  const probe = createWorkloadProbe(estate(stub.url), credential, steppingClock());
  return { stub, credential, probe, [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose]() };
}

function named(name: string, url: string): Deployment {
  return deployment(url, { model: { name, version: "1" } });
}

describe("the completion probe", () => {
  it("sends one tiny completion with a token for the data plane", async () => {
    await using it = await setUp(() => ({
      headers: { "x-ratelimit-remaining-tokens": "99984", "x-ms-region": "East US 2" },
      body: COMPLETION,
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
    ["500 failed", { status: 500 }, { outcome: "failed", statusCode: 500 }],
    ["503 failed", { status: 503, body: "<html>down</html>" }, { outcome: "failed", statusCode: 503, detail: "503" }],
    ["408, the service's own timeout, failed", { status: 408 }, { outcome: "failed" }],
    ["200 without a body failed", { status: 200 }, { outcome: "failed", detail: "200 without a completion" }],
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
    ["a broken connection failed", "reset", { outcome: "failed", detail: expect.stringContaining("connection failed") }],
  ])("%s", async (_rule, reply, finding) => {
    await using it = await setUp(() => reply);
    expect(await it.probe.deployment(deployment(it.stub.url))).toMatchObject(finding);
    expect(it.stub.seen).toHaveLength(1);
  });

  it.each(["-1", "", "many"])("reads no remaining tokens from %j", async (value) => {
    await using it = await setUp(() => ({ headers: { "x-ratelimit-remaining-tokens": value }, body: COMPLETION }));
    expect(await it.probe.deployment(deployment(it.stub.url))).not.toHaveProperty("remainingTokens");
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

describe("the field that bounds the answer", () => {
  it.each([
    ["gpt-4o", "max_tokens"],
    ["gpt-35-turbo", "max_tokens"],
    ["o3-mini", "max_completion_tokens"],
    ["gpt-5-mini", "max_completion_tokens"],
    ["gpt-5.6-sol", "max_completion_tokens"],
  ])("for %s is %s", async (model, field) => {
    await using it = await setUp(() => ({ body: COMPLETION }));
    await it.probe.deployment(named(model, it.stub.url));
    expect(JSON.parse(it.stub.seen[0]?.body ?? "")).toHaveProperty(field, 1);
  });

  it.each([
    [
      "new-model",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      "max_completion_tokens",
    ],
    ["o1-like", "Unrecognized request argument supplied: max_completion_tokens", "max_tokens"],
  ])("is learnt from the refusal of %s, once", async (model, message, accepted) => {
    await using it = await setUp((request) =>
      accepted in JSON.parse(request.body)
        ? { body: COMPLETION }
        : { status: 400, body: { error: { message, type: "invalid_request_error" } } },
    );
    expect(await it.probe.deployment(named(model, it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(await it.probe.deployment(named(model, it.stub.url))).toMatchObject({ outcome: "ok" });
    expect(it.stub.seen).toHaveLength(3);
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
