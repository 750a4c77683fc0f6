/** What a client's request goes through. */
import { describe, expect, it } from "vitest";
import { chat, jsonOf, steps, type Player, type Result, type Scenario } from "./scenarios.ts";

function forwarded(result: Result): { url: string; headers: Record<string, string>; body: string | null } {
  const request = steps(result, "forward-request").at(-1)?.request;
  if (!request) throw new Error(`nothing was forwarded: ${result.answer.status} ${result.lastError}`);
  return request;
}

export function describeClients({ play, playOne }: Player): void {
  describe("requests of clients", () => {
    it.each<[string, string, string, Parameters<typeof chat>[0]]>([
      ["the path (dated API)", "gpt-4o", "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", {}],
      [
        "the body (v1)",
        "gpt-4o-mini",
        "/openai/v1/chat/completions",
        { path: "/openai/v1/chat/completions", body: { model: "gpt-4o-mini", max_tokens: 5 } },
      ],
      [
        "x-model before the path",
        "o4-mini",
        "/openai/deployments/o4-mini/chat/completions?api-version=2024-10-21",
        { headers: { "x-model": "o4-mini" } },
      ],
      [
        "an api-version that is not given",
        "gpt-4o",
        "/openai/deployments/gpt-4o/embeddings?api-version=2024-10-21",
        { path: "/openai/deployments/gpt-4o/embeddings" },
      ],
      [
        "a dated version on v1",
        "gpt-4o",
        "/openai/v1/responses",
        { path: "/openai/v1/responses?api-version=2024-10-21", body: { model: "gpt-4o" } },
      ],
    ])("go to the pool and the path that follow from %s", async (_, pool, path, different) => {
      const result = await playOne(chat(different));
      expect(steps(result, "set-backend-service")).toMatchObject([{ "backend-id": pool }]);
      // rewrite-uri is relative to the backend, whose URL ends in /openai.
      const url = forwarded(result).url.replace("https://apim-contoso.azure-api.net", "");
      expect(url.replace("/openai", "")).toBe(path.replace("/openai", ""));
    });

    it.each([
      ["unknown", { path: "/openai/deployments/llama/chat/completions" }],
      ["none at all", { path: "/openai/v1/chat/completions" }],
      ["a list", { headers: { "x-model": "gpt-4o,gpt-4o-mini" } }],
      ["not JSON", { path: "/openai/v1/audio/transcriptions", headers: { "Content-Type": "multipart/form-data" } }],
    ])("a model that is %s is refused with what there is", async (_, different) => {
      const result = await playOne(chat(different));
      expect(result.answer.status).toBe(404);
      expect(jsonOf(result.answer.body)).toMatchObject({
        error: { code: "model_not_found", message: expect.stringContaining("gpt-4o, gpt-4o-mini, o4-mini") },
      });
      expect(steps(result, "forward-request")).toEqual([]);
    });

    it("the list of models is the pools that there are, whatever one region has", async () => {
      const { request, ...rest } = chat({ path: "/openai/v1/models" });
      const result = await playOne({ ...rest, request: { url: request.url, method: "GET" } });
      expect(steps(result, "forward-request")).toEqual([]);
      expect(jsonOf(result.answer.body)).toMatchObject({
        object: "list",
        data: [{ id: "gpt-4o" }, { id: "gpt-4o-mini" }, { id: "o4-mini" }],
      });
    });

    it("carry the gateway's identity on, and nothing that is meant for the gateway", async () => {
      const headers = { "api-key": "k", "Ocp-Apim-Subscription-Key": "k", "x-priority": "low", "x-request-id": "7" };
      const sent = forwarded(await playOne(chat({ headers }))).headers;
      expect(sent).toEqual({
        authorization: "Bearer of https://cognitiveservices.azure.com",
        "content-type": "application/json",
        "x-request-id": "7",
      });
    });

    it.each<[string, object, object]>([
      ["without a bound get one", { messages: [] }, { max_tokens: 4096, messages: [] }],
      ["with a bound keep it", { messages: [], max_tokens: 7 }, { messages: [], max_tokens: 7 }],
      ["with the newer field keep it", { messages: [], max_completion_tokens: 7 }, { messages: [], max_completion_tokens: 7 }],
    ])("chat completions %s", async (_, body, expected) => {
      expect(jsonOf(forwarded(await playOne(chat({ body }))).body)).toEqual(expected);
    });

    it("text that looks like a date is not touched by the bound", async () => {
      const body = { messages: [{ role: "user", content: "2024-05-01T10:00:00+02:00" }] };
      expect(jsonOf(forwarded(await playOne(chat({ body }))).body)).toMatchObject(body);
    });

    it("reasoning models are given no bound that they do not know", async () => {
      const body = { messages: [] };
      expect(jsonOf(forwarded(await playOne(chat({ path: "/openai/deployments/o4-mini/chat/completions", body }))).body)).toEqual(body);
    });

    it.each([
      ["a subscription counts for itself", { subscription: "team-a" }, "standard/team-a"],
      ["without one, the person or service", {}, "standard/person-1"],
    ])("tokens are counted once per caller: %s", async (_, different, key) => {
      expect(steps(await playOne(chat(different)), "llm-token-limit")).toMatchObject([
        { "counter-key": key, "tokens-per-minute": "20000" },
      ]);
    });

    it("outside a product tokens are counted all the same", async () => {
      const { product: _, ...scenario } = chat();
      const outside = { ...scenario, scopes: ["global", "apis/openai"] };
      expect(steps(await playOne(outside), "llm-token-limit")).toMatchObject([{ "counter-key": "none/person-1" }]);
    });

    it("metrics say region, client and deployment", async () => {
      expect(steps(await playOne(chat()), "llm-emit-token-metric")).toMatchObject([
        { dimensions: { region: "eastus2", client: "client-1", deployment: "gpt-4o" } },
      ]);
    });
  });

  describe("retry over the pool", () => {
    const busy = { status: 429, headers: { "Retry-After": "9" }, body: '{"error":{"code":"429","message":"m"}}' };
    const good = { status: 200, headers: { "x-ms-region": "Sweden Central" }, body: "{}" };

    it.each<[string, number, number, NonNullable<Scenario["answers"]>]>([
      ["a 429", 2, 200, [busy, good]],
      ["a 500", 2, 200, [{ status: 500 }, good]],
      ["a time-out", 2, 200, ["Timeout", good]],
      ["a failed connection", 3, 200, ["BackendConnectionFailure", { status: 502 }, good]],
      ["not for ever", 3, 429, [busy]],
      ["not a 400", 1, 400, [{ status: 400 }, good]],
      ["not a 401", 1, 401, [{ status: 401 }, good]],
      [
        "not when the whole pool's breakers have tripped",
        1,
        503,
        [{ status: 503, reason: "Backend pool gpt-4o is temporarily unavailable" }, good],
      ],
    ])("%s: %i tries, then %i", async (_, tries, status, answers) => {
      const result = await playOne(chat({ answers, body: { messages: [], stream: true, max_tokens: 5 } }));
      expect(steps(result, "forward-request")).toHaveLength(tries);
      expect(result.answer.status).toBe(status);
    });

    it("a call that streams waits for its first byte, another for its whole answer, which leaves no time for a second try", async () => {
      const [streams, waits] = await play(
        chat({ answers: ["Timeout"], body: { messages: [], stream: true } }),
        chat({ answers: ["Timeout"], body: { messages: [] } }),
      );
      expect(streams && steps(streams, "forward-request").map((step) => step["timeout"])).toEqual(["25", "25", "25"]);
      expect(waits && steps(waits, "forward-request").map((step) => step["timeout"])).toEqual(["120"]);
      expect(waits?.answer.status).toBe(504);
    });
  });

  describe("answers to clients", () => {
    it("name the region that answered, and hide the backend's inner life", async () => {
      expect((await playOne(chat())).answer).toEqual({
        status: 200,
        headers: { "x-ms-region": "East US 2", "x-failover-region": "eastus2", "x-failover-model": "gpt-4o" },
        body: "{}",
      });
    });

    it.each<[string, Record<string, string>, string, string]>([
      ["seconds alone", { "Retry-After": "9" }, "9", "9000"],
      ["milliseconds alone", { "retry-after-ms": "1500" }, "2", "1500"],
      ["neither", {}, "1", "1000"],
      ["minus one", { "Retry-After": "-1" }, "1", "1000"],
    ])("say how long to wait in both forms: %s", async (_, headers, seconds, milliseconds) => {
      const { answer } = await playOne(chat({ answers: [{ status: 429, headers, body: '{"error":{"code":"429"}}' }] }));
      expect(answer.headers).toMatchObject({ "retry-after": seconds, "retry-after-ms": milliseconds });
    });

    it.each<[string, string, string]>([
      ["keeps the model's own words", '{"error":{"code":"content_filter","message":"filtered"}}', "content_filter"],
      ["gives a page the shape of an error", "<html>nginx</html>", "400"],
      ["gives other JSON the shape of an error", '{"statusCode":401,"message":"m"}', "400"],
    ])("an error %s", async (_, body, code) => {
      expect(jsonOf((await playOne(chat({ answers: [{ status: 400, body }] }))).answer.body)).toMatchObject({ error: { code } });
    });

    it.each<[string, number, Partial<Scenario>]>([
      ["a time-out", 504, { answers: ["Timeout"] }],
      ["a failed connection", 502, { answers: ["BackendConnectionFailure"] }],
    ])("%s is %i and tells nothing of the backend", async (_, status, different) => {
      const { answer } = await playOne(chat(different));
      expect(answer.status).toBe(status);
      expect(answer.body).not.toContain("openai.azure.com");
      expect(jsonOf(answer.body)).toMatchObject({ error: { code: String(status) } });
    });

    it("without a token it is 401, and no token is counted", async () => {
      const { token: _, ...scenario } = chat();
      const result = await playOne(scenario);
      expect(result.answer.status).toBe(401);
      expect(jsonOf(result.answer.body)).toMatchObject({ error: { code: "401", message: expect.stringContaining("token") } });
      expect(steps(result, "llm-token-limit")).toEqual([]);
    });

    it("over the product's limit it is 429 with the time to wait", async () => {
      const { answer } = await playOne(chat({ isOverTokenLimit: true }));
      expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "17", "retry-after-ms": "17000" } });
    });
  });

  describe("work of low priority while a pool is throttled", () => {
    const throttled = chat({ answers: [{ status: 429, headers: { "Retry-After": "33" }, body: '{"error":{}}' }], cache: "throttled" });
    const low = { "x-priority": "low" };

    it.each<[string, string | number, Partial<Scenario> & { headers?: Record<string, string> }]>([
      ["of no declared priority goes on", "gpt-4o", {}],
      ["that steps back is shed", 429, { headers: low }],
      ["of the role Batch is shed", 429, { token: { aud: "api://foundry-failover", oid: "o", azp: "c", roles: "Reader,Batch" } }],
      ["goes to the model that it names", "gpt-4o-mini", { headers: { ...low, "x-fallback-model": "gpt-4o-mini" } }],
      ["is shed when that is not known", 429, { headers: { ...low, "x-fallback-model": "llama" } }],
      ["is shed when that is throttled too", 429, { headers: { ...low, "x-fallback-model": "gpt-4o" } }],
    ])("a request %s: %s", async (_, expected, different) => {
      const [, result] = await play(throttled, chat({ ...different, cache: "throttled" }));
      if (!result) throw new Error("no result");
      if (typeof expected === "string") expect(forwarded(result).url).toContain(`/deployments/${expected}/`);
      else expect(result.answer).toMatchObject({ status: expected, headers: { "retry-after": "33", "retry-after-ms": "33000" } });
    });

    it("is remembered for a minute at most, whatever the model asks for", async () => {
      const day = await playOne(chat({ answers: [{ status: 429, headers: { "Retry-After": "86400" }, body: '{"error":{}}' }] }));
      expect(steps(day, "cache-store-value")).toMatchObject([{ key: "failover-throttled-gpt-4o", duration: "60" }]);
    });

    it("is served as ever when nothing is throttled", async () => {
      expect(forwarded(await playOne(chat({ headers: low }))).url).toContain("/deployments/gpt-4o/");
    });
  });
}
