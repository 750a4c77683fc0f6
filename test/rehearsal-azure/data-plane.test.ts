import { afterEach, describe, expect, it } from "vitest";
import { ARM_AUDIENCE, FOUNDRY_AUDIENCE, rehearsed, tokenFor } from "./start.ts";

const running = rehearsed();
const ACCOUNT = "https://foundry-eastus2.openai.azure.com";
const DATED = `${ACCOUNT}/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21`;
const V1 = `${ACCOUNT}/openai/v1/chat/completions`;
const chat = { messages: [{ role: "user", content: "ping" }], max_tokens: 1 };

async function post(url: string, body: unknown = chat, headers?: Record<string, string>) {
  const { azure } = running();
  return fetch(azure.localUrl(url), {
    method: "POST",
    headers: { "content-type": "application/json", ...(headers ?? { authorization: `Bearer ${await tokenFor(azure, FOUNDRY_AUDIENCE)}` }) },
    body: JSON.stringify(body),
  });
}

async function get(url: string) {
  const { azure } = running();
  return fetch(azure.localUrl(url), { headers: { authorization: `Bearer ${await tokenFor(azure, FOUNDRY_AUDIENCE)}` } });
}

afterEach(() => {
  const { world, azure } = running();
  world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
  world.gatewayAnswer = { result: 200, latencyMilliseconds: 0 };
  world.deploymentCalls.length = 0;
  azure.faults.rateLimitHeaders = "present";
});

describe("Foundry's data plane", () => {
  it.each([
    ["the dated API", DATED, chat],
    ["the v1 API", V1, { ...chat, model: "gpt-4o" }],
    ["max_completion_tokens", V1, { model: "gpt-4o", messages: chat.messages, max_completion_tokens: 1 }],
  ])("answers a completion by %s and takes its tokens from the world", async (_, url, body) => {
    const response = await post(url, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ object: "chat.completion", usage: { completion_tokens: 1 } });
    expect(running().world.deploymentCalls).toMatchObject([{ deployment: "gpt-eastus2", maxTokens: 1 }]);
  });

  it("tells its region by display name, and the rate limits that the world knows", async () => {
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0, remainingTokens: 1200, limitTokens: 300_000 };
    const { headers } = await post(DATED);
    expect(headers.get("x-ms-region")).toBe("East US 2");
    expect(headers.get("x-ratelimit-remaining-tokens")).toBe("1200");
    expect(headers.get("x-ratelimit-limit-tokens")).toBe("300000");
  });

  it.each([
    ["minusOne", "-1", "0"],
    ["absent", null, null],
  ] as const)("rate-limit headers in the form %s", async (form, remaining, reset) => {
    running().azure.faults.rateLimitHeaders = form;
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0, remainingTokens: 1200 };
    const { headers } = await post(DATED);
    expect([headers.get("x-ratelimit-remaining-tokens"), headers.get("x-ratelimit-reset-tokens")]).toEqual([remaining, reset]);
  });

  it("a provisioned deployment sends no x-ratelimit headers, only retry-after", async () => {
    running().world.deploymentAnswer = { result: 429, latencyMilliseconds: 0, remainingTokens: 0, retryAfterSeconds: 2 };
    const { headers } = await post(DATED.replace("gpt-4o/", "gpt-4o-ptu/"));
    expect([...headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
    expect([headers.get("retry-after"), headers.get("retry-after-ms")]).toEqual(["2", "2000"]);
  });

  it("a 429 comes in three wordings", async () => {
    running().world.deploymentAnswer = { result: 429, latencyMilliseconds: 0, retryAfterSeconds: 33 };
    const messages = [];
    for (let index = 0; index < 3; index += 1) messages.push(JSON.stringify(await (await post(DATED)).json()));
    expect(messages.toSorted()).toEqual([
      expect.stringContaining("Rate limit is exceeded. Try again in 33 seconds."),
      expect.stringContaining("have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 33 seconds."),
      expect.stringContaining("The system is currently experiencing high demand"),
    ]);
  });

  it("a 429 may come without retry-after", async () => {
    running().world.deploymentAnswer = { result: 429, latencyMilliseconds: 0 };
    expect((await post(DATED)).headers.get("retry-after")).toBeNull();
  });

  it.each([500, 502, 503, 404, 401, 403])("answers %i when the world says so", async (result) => {
    running().world.deploymentAnswer = { result, latencyMilliseconds: 0 };
    const response = await post(DATED);
    expect(response.status).toBe(result);
    expect(await response.json()).toHaveProperty("error.message");
  });

  it("breaks the connection when the world says so", async () => {
    running().world.deploymentAnswer = { result: "reset", latencyMilliseconds: 0 };
    await expect(post(DATED)).rejects.toThrow();
  });

  it.each([
    ["no token", {}, 401, "statusCode"],
    ["a wrong token", { authorization: "Bearer nonsense" }, 401, "statusCode"],
    ["an api-key", { "api-key": "k" }, 401, "error.code"],
  ])("%s: 401, and the deployment is not asked", async (_, headers, status, property) => {
    const response = await post(DATED, chat, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty(property);
    expect(running().world.deploymentCalls).toEqual([]);
  });

  it("a token for another audience: 401", async () => {
    const response = await post(DATED, chat, { authorization: `Bearer ${await tokenFor(running().azure, ARM_AUDIENCE)}` });
    expect(response.status).toBe(401);
  });

  it.each([
    ["an unknown deployment", DATED.replace("gpt-4o/", "none/"), chat, 404],
    ["a dated call without api-version", DATED.split("?")[0] ?? "", chat, 404],
    ["a body without messages", DATED, {}, 400],
    ["a stream", DATED, { ...chat, stream: true }, 501],
    ["an unknown path", `${ACCOUNT}/openai/deployments/gpt-4o/embeddings?api-version=2024-10-21`, {}, 501],
    ["an unknown host", "https://nowhere.example.com/openai/v1/chat/completions", chat, 501],
  ])("%s: refused", async (_, url, body, status) => {
    expect((await post(url, body)).status).toBe(status);
    expect(running().world.deploymentCalls).toEqual([]);
  });

  it.each([`${ACCOUNT}/openai/v1/models`, `${ACCOUNT}/openai/models?api-version=2024-10-21`])(
    "%s names models, not deployments",
    async (url) => {
      expect(await (await get(url)).json()).toMatchObject({ data: [{ id: "gpt-4o-2024-11-20" }, { id: "gpt-4o-2024-11-20" }] });
    },
  );

  it("models need a token", async () => {
    expect((await fetch(running().azure.localUrl(`${ACCOUNT}/openai/v1/models`))).status).toBe(401);
  });
});

describe("a gateway", () => {
  const STATUS = "https://apim-eastus2.azure-api.net/status-0123456789abcdef";

  it.each([200, 503])("its status path answers %i as the world says, without a token", async (result) => {
    running().world.gatewayAnswer = { result, latencyMilliseconds: 0 };
    expect((await fetch(running().azure.localUrl(STATUS))).status).toBe(result);
    expect(running().world.gatewayCalls.at(-1)).toMatchObject({ gateway: "gw-eastus2" });
  });

  it("breaks the connection when the world says so", async () => {
    running().world.gatewayAnswer = { result: "reset", latencyMilliseconds: 0 };
    await expect(fetch(running().azure.localUrl(STATUS))).rejects.toThrow();
  });

  it("has nothing else: 501", async () => {
    expect((await fetch(running().azure.localUrl("https://apim-eastus2.azure-api.net/openai"))).status).toBe(501);
  });
});
