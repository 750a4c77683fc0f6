import { describe, expect, it } from "vitest";
import { createCapacityReader } from "../../src/azure/foundry/capacity-reader.ts";
import { staticCredential } from "../support/credential.ts";
import { ACCOUNT_ID, deployment, estate, SUBSCRIPTION } from "./fixtures.ts";
import { startStub, type Reply } from "./stub.ts";

describe("tokens per minute of a deployment", () => {
  it.each<[string, object, number | null]>([
    [
      "come from its token limit",
      {
        sku: { name: "Standard", capacity: 10 },
        properties: {
          rateLimits: [
            { key: "request", renewalPeriod: 10, count: 5 },
            { key: "token", renewalPeriod: 60, count: 12_000 },
          ],
        },
      },
      12_000,
    ],
    [
      "are scaled to a minute",
      { sku: { name: "Standard", capacity: 10 }, properties: { rateLimits: [{ key: "token", renewalPeriod: 10, count: 2_000 }] } },
      12_000,
    ],
    ["come from the capacity when the limits are missing", { sku: { name: "GlobalStandard", capacity: 100 }, properties: {} }, 100_000],
    [
      "are unknown for provisioned types, whose capacity is PTUs",
      { sku: { name: "ProvisionedManaged", capacity: 100 }, properties: {} },
      null,
    ],
    ["are unknown without a SKU", { properties: {} }, null],
    ["are not divided by a period of zero", { properties: { rateLimits: [{ key: "token", renewalPeriod: 0, count: 2_000 }] } }, null],
  ])("%s", async (_rule, body, tokensPerMinute) => {
    await using stub = await startStub(() => ({ body }));
    const reader = createCapacityReader(estate(stub.url), staticCredential());
    expect(await reader.tokensPerMinute(deployment(stub.url))).toEqual({ ok: true, tokensPerMinute });
    expect(stub.routes()).toEqual([`GET ${ACCOUNT_ID}/deployments/gpt-4o`]);
  });

  it("are a failure when ARM does not answer", async () => {
    await using stub = await startStub(() => ({ status: 503 }));
    expect(await createCapacityReader(estate(stub.url), staticCredential()).tokensPerMinute(deployment(stub.url))).toMatchObject({
      ok: false,
      kind: "busy",
    });
    expect(stub.seen).toHaveLength(1);
  });
});

describe("usages", () => {
  it("are read from the deployment's subscription and region, over all pages", async () => {
    const usage = (name: string) => ({ name: { value: name }, currentValue: 300, limit: 450, unit: "Count" });
    await using stub = await startStub((request, count): Reply => {
      const next = `https://${request.headers.host}/next`;
      return count === 1
        ? { body: { value: [usage("OpenAI.Standard.gpt-4o")], nextLink: next } }
        : { body: { value: [usage("OpenAI.Standard.o3"), { limit: 1 }] } };
    });
    expect(await createCapacityReader(estate(stub.url), staticCredential()).usages(deployment(stub.url))).toEqual({
      ok: true,
      usages: [
        { name: "OpenAI.Standard.gpt-4o", allocated: 300, limit: 450 },
        { name: "OpenAI.Standard.o3", allocated: 300, limit: 450 },
      ],
    });
    expect(stub.routes()).toEqual([
      `GET /subscriptions/${SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/eastus2/usages`,
      "GET /next",
    ]);
  });
});
