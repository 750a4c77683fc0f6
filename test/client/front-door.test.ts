import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChat } from "../../examples/client/chat.ts";
import { frontDoorPlane } from "../../rehearsal/azure/front-door-plane.ts";
import type { Call, Reply } from "../../rehearsal/azure/http.ts";
import { createSigner, type Claims } from "../../rehearsal/azure/jwt.ts";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import type { ClientStage } from "../../rehearsal/cli/client-stage.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { normalRouting } from "../../rehearsal/drill/normal-routing.ts";
import type { FlightContext } from "../../rehearsal/traffic/flight.ts";
import { createWorld } from "../../rehearsal/traffic/world.ts";
import type { Answer, RequestRecord } from "../../rehearsal/world.ts";
import { parseEstate } from "../../src/config/load.ts";
import { startStage } from "./support.ts";

const loaded = parseEstate(readFileSync("examples/hub-to-hub.estate.json", "utf8"));
if (!loaded.ok) throw new Error("the example estate is not valid");
const { estate } = loaded;
const constants = scaled();
const signer = createSigner();
const NOW = Math.floor(Date.now() / 1000);
const GOOD: Claims = { iss: "https://login/t/v2.0", aud: "api://models", nbf: NOW - 5, exp: NOW + 600 };
const CHAT = { model: "gpt-4o", messages: [{ role: "user", content: "Who?" }], max_tokens: 20 };

type Ended = Parameters<FlightContext["ended"]>;
const ANSWER = { result: 200, latencyMilliseconds: 1, generationMilliseconds: 0 } satisfies Answer & { generationMilliseconds: number };

interface Asking {
  readonly token?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly record?: Partial<RequestRecord>;
  readonly answer?: Ended[1];
  readonly gateway?: Answer["result"];
}

/** A world that ends every request as told. */
async function ask({
  token = signer.sign(GOOD),
  path = "/openai/v1/chat/completions",
  body = CHAT,
  record,
  answer,
  gateway = 200,
}: Asking) {
  const sent: Parameters<FlightContext["ended"]>[0][] = [];
  const service = frontDoorPlane({
    estate,
    platform: platformFromEstate(estate, constants),
    constants,
    clientRegion: "eastus2",
    tokens: { signer, audience: GOOD.aud, issuer: GOOD.iss },
    world: {
      advanceTo: () => undefined,
      nextAt: () => 0,
      callGatewayStatus: () => ({ result: gateway, latencyMilliseconds: 0 }),
      send({ id, arrivesAt, clientRegion }, ended) {
        const usual = {
          id,
          arrivedAt: arrivesAt,
          endedAt: arrivesAt,
          clientRegion,
          gateway: "apim-eastus2",
          tried: ["gpt-4o-eastus2"],
          result: 200,
          tokens: 1,
        };
        sent.push({ ...usual, ...record });
        ended({ ...usual, ...record }, answer);
      },
    },
  });
  const url = new URL(path, "https://fd");
  const headers: Call["headers"] = token === "" ? {} : { authorization: `Bearer ${token}` };
  const call: Call = { method: "POST", path: url.pathname, search: url.search, query: url.searchParams, headers, body, base: "https://fd" };
  const reply = await service(call, async () => undefined);
  if (typeof reply === "string") return expect.fail(reply);
  return { reply, sent };
}

describe("the gateways' token check", () => {
  const unsigned = signer.sign(GOOD).split(".").with(2, "").join(".");
  it.each([
    ["no token", ""],
    ["no token at all", "word"],
    ["an unsigned one", unsigned],
    ["one of another key", createSigner().sign(GOOD)],
    ["one for another API", signer.sign({ ...GOOD, aud: "https://management.azure.com" })],
    ["one of another tenant", signer.sign({ ...GOOD, iss: "https://login/u/v2.0" })],
    ["one that is over", signer.sign({ ...GOOD, exp: NOW - 1 })],
    ["one that is not valid yet", signer.sign({ ...GOOD, nbf: NOW + 60 })],
  ])("refuses %s with 401 and sends nothing on", async (_, token) => {
    const { reply, sent } = await ask({ token, answer: ANSWER });
    expect([reply.status, sent]).toEqual([401, []]);
  });
});

describe("what a client sees", () => {
  it("an answer names its region in both forms, and nothing of the deployment", async () => {
    const { reply } = await ask({ answer: ANSWER });
    expect(reply.headers).toMatchObject({ "x-ms-region": "East US 2", "x-failover-region": "eastus2" });
    expect(Object.keys(reply.headers ?? {})).not.toContain("x-ms-deployment-name");
    expect(reply.body).toMatchObject({ choices: [{ finish_reason: "stop", message: { content: expect.stringContaining("Who?") } }] });
  });

  it("the dated API names the pool in its path", async () => {
    const { reply } = await ask({
      path: "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
      body: { ...CHAT, model: undefined },
      answer: ANSWER,
    });
    expect(reply.status).toBe(200);
  });

  const none = { tried: [] };
  it.each<[string, Asking, number, Record<string, string | undefined>]>([
    [
      "a throttled deployment asks to wait in both forms",
      { record: { result: 429 }, answer: { ...ANSWER, result: 429, retryAfterSeconds: 7 } },
      429,
      { "retry-after": "7", "retry-after-ms": "7000" },
    ],
    [
      "one that names no time gets one",
      { record: { result: 429 }, answer: { ...ANSWER, result: 429 } },
      429,
      { "retry-after": "1", "retry-after-ms": "1000" },
    ],
    [
      "a failing deployment's status comes through",
      { record: { result: 500 }, answer: { ...ANSWER, result: 500 } },
      500,
      { "x-failover-region": "eastus2" },
    ],
    ["no answer from any member", { record: { result: "timeout" } }, 504, {}],
    ["a broken connection to the last member", { record: { result: "reset" } }, 502, {}],
    ["a pool with nobody left asks to wait", { record: { ...none, result: 503 } }, 503, { "retry-after": "10", "retry-after-ms": "10000" }],
    [
      "a gateway that is down is Front Door's to tell",
      { record: { ...none, result: "reset" }, gateway: "reset" },
      503,
      { "retry-after": undefined },
    ],
    ["a gateway's own failure comes through", { record: { ...none, result: 500 }, gateway: 500 }, 500, { "retry-after": undefined }],
    ["no origin is enabled", { record: { ...none, gateway: "", result: 503 } }, 503, { "retry-after": undefined }],
    ["Front Door's patience is over", { record: { result: "timeout", arrivedAt: 0, endedAt: 60_000 } }, 504, { "retry-after": undefined }],
    ["an empty answer", { record: { result: "empty" } }, 200, { "retry-after": undefined }],
    ["an unknown model", { body: { ...CHAT, model: "gpt-9" } }, 404, {}],
    ["no messages", { body: { model: "gpt-4o", messages: [] } }, 400, {}],
    ["a route that is not served", { path: "/openai/v1/embeddings" }, 501, {}],
  ])("%s", async (_, asking, status, headers) => {
    const { reply } = await ask(asking);
    expect(reply.status).toBe(status);
    for (const [name, value] of Object.entries(headers)) expect(reply.headers?.[name]).toBe(value);
  });

  it("a streamed answer comes in events that end with a reason", async () => {
    const { reply } = await ask({ body: { ...CHAT, stream: true }, answer: ANSWER });
    const events: string[] = [];
    for await (const event of eventsOf(reply)) events.push(event);
    expect(events.at(-1)).toBe("data: [DONE]\n\n");
    const deltas = events
      .slice(0, -1)
      .map(
        (event) => JSON.parse(event.replace("data: ", "")) as { choices: [{ delta: { content?: string }; finish_reason: string | null }] },
      );
    expect(deltas.map(({ choices: [{ delta }] }) => delta.content ?? "").join("")).toBe('A model would answer "Who?" here.');
    expect(deltas.at(-1)?.choices[0].finish_reason).toBe("stop");
  });
});

function eventsOf({ stream }: Reply): AsyncIterable<string> {
  return stream ?? expect.fail("not streamed");
}

describe("a request from outside in the traffic model", () => {
  const { pools, origins } = normalRouting(estate);
  const world = createWorld({
    estate,
    constants,
    seed: 1,
    requests: [],
    maxTokens: 200,
    startAt: 0,
    initialPools: pools,
    initialOrigins: origins,
    policy: "breaker-and-retry",
    edgeProbe: "shallow",
  });
  const request = {
    id: 1_000_000_001,
    arrivesAt: 1000,
    clientRegion: "eastus2",
    contextTokens: 10,
    generatedTokens: 500,
    maxTokens: 50,
    pool: "GPT-4o",
  };

  it("goes to its pool, is bounded by its own max_tokens, and is told its end before it comes", () => {
    const ends: Ended[] = [];
    world.send(request, (...end) => void ends.push(end));
    while (ends.length === 0) world.advanceTo(world.nextAt());
    const [[record, answer]] = ends as [Ended];
    expect(record).toMatchObject({ gateway: "apim-eastus2", tried: ["gpt-4o-eastus2"], result: 200, tokens: 60 });
    const mostMilliseconds = 50 * constants.generatedTokenMilliseconds * (1 + constants.latencySpread);
    expect(answer?.generationMilliseconds).toBeLessThanOrEqual(Math.ceil(mostMilliseconds));
    expect(world.requests).toEqual([record]);
  });
});

describe("the client itself", () => {
  let stage: ClientStage;
  beforeAll(async () => void (stage = await startStage()));
  afterAll(() => stage.stop());

  it.each([
    ["a token that does not do", "word", "gpt-4o", 401],
    ["no token", " ", "gpt-4o", 401],
  ])("does not ask again with %s", async (_, token, model, status) => {
    const ask = createChat({
      settings: { endpoint: stage.endpoint, model, giveUpAfterSeconds: 30, stream: true },
      token: async () => token,
      surroundings: { now: Date.now, random: () => 0, sleep: async () => expect.fail("it waits") },
      onRetry: () => expect.fail("it asks again"),
    });
    await expect(ask("Who?")).rejects.toMatchObject({ status });
  });

  it("asks again where nobody listens, until its time is over", async () => {
    let now = 0;
    let retries = 0;
    const ask = createChat({
      settings: { endpoint: "https://127.0.0.1:1", model: "gpt-4o", giveUpAfterSeconds: 10, stream: false },
      token: async () => "word",
      surroundings: { now: () => now, random: () => 0.9, sleep: async (milliseconds) => void (now += milliseconds) },
      onRetry: ({ failure }) => expect([failure.status, (retries += 1)]).toEqual([undefined, retries]),
    });
    await expect(ask("Who?")).rejects.toThrow("Connection error");
    expect(retries).toBeGreaterThan(2);
  });
});
