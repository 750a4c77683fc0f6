import { afterEach, describe, expect, it, vi } from "vitest";
import { createChat } from "../../examples/client/chat.ts";
import type { Retry } from "../../examples/client/retry.ts";

afterEach(() => vi.unstubAllGlobals());

const COMPLETION = {
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "me" }, finish_reason: "stop" }],
};
const EVENTS = ["me", "!"].map((content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`);

function json(status: number, headers: Record<string, string> = {}, body: unknown = { error: { message: "no" } }): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

function events(...pieces: (string | Error)[]): Response {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else if (piece instanceof Error) controller.error(piece);
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "x-ms-region": "East US 2" } });
}

/** The real SDK over a network that answers in turn. */
function chat(answers: readonly (Response | Error)[], { stream = false, token = async () => "token" } = {}) {
  const requests: { url: string; authorization: string | null; body: unknown }[] = [];
  const retries: Retry[] = [];
  let now = 0;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit & { body: string }) => {
    requests.push({ url, authorization: new Headers(init.headers).get("authorization"), body: JSON.parse(init.body) });
    const answer = answers[requests.length - 1] ?? expect.fail("asked too often");
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const ask = createChat({
    settings: { endpoint: "https://fd", model: "gpt-4o", giveUpAfterSeconds: 60, stream },
    token,
    surroundings: { now: () => now, random: () => 0.5, sleep: async (milliseconds) => void (now += milliseconds) },
    onRetry: (retry) => void retries.push(retry),
  });
  return { ask, requests, retries, now: () => now };
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

describe("a question", () => {
  it("is one request an attempt, each with a token asked for anew", async () => {
    const tokens = ["first", "second"];
    const { ask, requests, retries } = chat([json(503), json(200, { "x-failover-region": "swedencentral" }, COMPLETION)], {
      token: async () => tokens.shift() ?? expect.fail("asked too often"),
    });
    const { region, pieces } = await ask("Who?");
    expect([region, await textOf(pieces)]).toEqual(["swedencentral", "me"]);
    expect(requests.map(({ url, authorization }) => [url, authorization])).toEqual([
      ["https://fd/openai/v1/chat/completions", "Bearer first"],
      ["https://fd/openai/v1/chat/completions", "Bearer second"],
    ]);
    expect(requests[0]?.body).toMatchObject({ model: "gpt-4o", messages: [{ role: "user", content: "Who?" }] });
    expect(retries).toHaveLength(1);
  });

  it.each([
    ["retry-after-ms", { "retry-after-ms": "1500", "retry-after": "2" }, 1750],
    ["Retry-After", { "retry-after": "2" }, 2250],
    ["nothing", {}, 250],
  ])("waits for what the answer asks by %s", async (_, headers, waited) => {
    const { ask, now } = chat([json(429, headers), json(200, {}, COMPLETION)]);
    await ask("Who?");
    expect(now()).toBe(waited);
  });

  it("prefers Foundry's own name of its region", async () => {
    const { ask } = chat([json(200, { "x-ms-region": "East US 2", "x-failover-region": "eastus2" }, COMPLETION)]);
    expect((await ask("Who?")).region).toBe("East US 2");
  });

  it.each([
    ["an empty 200", new Response(null, { headers: { "content-length": "0" } }), json(200, {}, COMPLETION), false],
    [
      "JSON that breaks off",
      new Response('{"choices": [', { headers: { "content-type": "application/json" } }),
      json(200, {}, COMPLETION),
      false,
    ],
    ["a stream without an event", events(), events(...EVENTS), true],
    ["a stream that breaks off before its first piece", events(new TypeError("terminated")), events(...EVENTS), true],
    ["a connection that fails", new TypeError("fetch failed"), json(200, {}, COMPLETION), false],
  ])("is asked again after %s", async (_, bad, good, stream) => {
    const { ask, retries } = chat([bad, good], { stream });
    expect(await textOf((await ask("Who?")).pieces)).toContain("me");
    expect(retries.map(({ failure }) => failure.status)).toEqual([undefined]);
  });

  it("is not asked again once a streamed answer has begun", async () => {
    const { ask, requests } = chat([events(EVENTS[0]!, new TypeError("terminated"))], { stream: true });
    const { pieces } = await ask("Who?");
    await expect(textOf(pieces)).rejects.toThrow("terminated");
    expect(requests).toHaveLength(1);
  });

  it("is not asked again when there is no token", async () => {
    const { ask, requests, retries } = chat([], { token: () => Promise.reject(new Error("signed out")) });
    await expect(ask("Who?")).rejects.toThrow("signed out");
    expect([requests, retries]).toEqual([[], []]);
  });
});
