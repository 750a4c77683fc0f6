/** What the app's own operations on a gateway do. */
import { describe, expect, it } from "vitest";
import { health, jsonOf, steps, witness, type Player, type Scenario } from "./scenarios.ts";

export function describeOperations({ play, playOne }: Player): void {
  describe("health gate", () => {
    const own = (state: string, region = "eastus2"): string => JSON.stringify({ region, state });

    it.each<[number, string, Scenario["asked"]]>([
      [200, "the app says open", { status: 200, body: own("open") }],
      [503, "the app says closed", { status: 503, body: own("closed") }],
      [200, "no answer in time: it fails open", undefined],
      [200, "an app that is down answers 503 with a page", { status: 503, body: "<html>The service is unavailable.</html>" }],
      [200, "a 503 without a body", { status: 503 }],
      [200, "a closed gate of another region", { status: 503, body: own("closed", "swedencentral") }],
      [200, "a 500", { status: 500, body: own("closed") }],
      [200, "a 404: the estate has no such region", { status: 404, body: "{}" }],
    ])("answers %i: %s", async (status, _, asked) => {
      expect((await playOne(health(asked))).answer.status).toBe(status);
    });

    it.each(["cache-lookup-value", "send-request", "cache-store-value"])("answers 200 when %s itself breaks", async (breaks) => {
      const closed = { status: 503, body: own("closed") };
      expect((await playOne({ ...health(closed), breaks })).answer.status).toBe(200);
    });

    it("asks once for all probes within the cache's seconds", async () => {
      const [first, second] = await play(health({ status: 503, body: own("closed") }, "shared"), health(undefined, "shared"));
      expect(first && steps(first, "send-request").map(({ request }) => request?.url)).toEqual([
        "https://func-contoso.azurewebsites.net/api/gates/eastus2",
      ]);
      expect(second && steps(second, "send-request")).toEqual([]);
      expect(second?.answer.status).toBe(503);
    });
  });

  describe("witness", () => {
    it("asks the one backend for a tiny completion with the app's own token, and says what it got", async () => {
      const result = await playOne(witness("foundry-swedencentral-gpt-4o-mini", { asked: { status: 503, body: "" } }));
      expect(jsonOf(result.answer.body)).toEqual({ status: 503 });
      const request = steps(result, "send-request")[0]?.request;
      expect(request).toMatchObject({
        method: "POST",
        url: "https://aif-contoso-swedencentral.openai.azure.com/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21",
        headers: { authorization: "Bearer app" },
      });
      expect(jsonOf(request?.body ?? null)).toEqual({ messages: [{ role: "user", content: "ping" }], max_tokens: 5 });
    });

    it("says 0 when there was no answer at all", async () => {
      expect((await playOne(witness("foundry-eastus2-gpt-4o"))).answer).toMatchObject({ status: 200, body: '{"status":0}' });
    });

    it("asks a reasoning model in its own words, and takes its thinking past the bound for an answer", async () => {
      const body = JSON.stringify({ error: { message: "Could not finish: max_tokens or model output limit was reached." } });
      const result = await playOne(witness("foundry-eastus2-o4-mini", { asked: { status: 400, body } }));
      expect(jsonOf(result.answer.body)).toEqual({ status: 200 });
      const request = steps(result, "send-request")[0]?.request;
      expect(request?.url).toContain("api-version=2024-12-01-preview");
      expect(jsonOf(request?.body ?? null)).toMatchObject({ max_completion_tokens: 16 });
    });

    it.each([
      ["a region that it does not know", 404, witness("foundry-westus-gpt-4o")],
      ["a model that it does not know", 404, witness("foundry-eastus2-llama")],
      ["another name", 404, witness("other-eastus2-gpt-4o")],
      ["no token", 401, (({ token: _, ...rest }) => rest)(witness("foundry-eastus2-gpt-4o"))],
      [
        "another client",
        401,
        witness("foundry-eastus2-gpt-4o", { token: { aud: "https://cognitiveservices.azure.com", appid: "client-1" } }),
      ],
      [
        "another audience",
        401,
        witness("foundry-eastus2-gpt-4o", { token: { aud: "api://foundry-failover", appid: "22222222-2222-2222-2222-222222222222" } }),
      ],
    ])("asks nobody for %s: %i", async (_, status, scenario) => {
      const result = await playOne(scenario);
      expect(steps(result, "send-request")).toEqual([]);
      expect(result.answer.status).toBe(status);
    });
  });
}
