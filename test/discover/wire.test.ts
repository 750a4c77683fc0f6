import { describe, expect, it } from "vitest";
import { raw, rehearsed } from "../rehearsal-azure/start.ts";
import { withShipped } from "./hubs.ts";
import { example, platformOf } from "./support.ts";

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000";
const HUB = `${SUBSCRIPTION}/resourceGroups/rg-contoso-ai-swedencentral/providers/Microsoft.ApiManagement/service/apim-contoso-hub`;

const spokes = withShipped(platformOf(await example("hub-and-spoke")));

describe("what the embedded Azure lists", () => {
  const running = rehearsed({ cdnProfileReads: 2 }, { platform: spokes });
  const get = (path: string) => raw(running(), `${path}${path.includes("?") ? "&" : "?"}api-version=2024-05-01`);

  it.each([
    ["Microsoft.ApiManagement/service", 1],
    ["Microsoft.CognitiveServices/accounts", 3],
    ["Microsoft.Network/frontDoors", 0],
    ["Microsoft.Network/applicationGateways", 0],
  ])("%s of a subscription", async (type, count) => {
    expect((await get(`${SUBSCRIPTION}/providers/${type}`)).body).toMatchObject({ value: { length: count } });
  });

  it("only what stands in a resource group, in whatever case it is asked for", async () => {
    const reply = await get(`${SUBSCRIPTION}/resourcegroups/RG-contoso-ai-japaneast/providers/Microsoft.CognitiveServices/accounts`);
    expect(reply.body).toMatchObject({ value: [{ name: "foundry-contoso-japaneast", location: "japaneast" }] });
  });

  it.each([
    ["resource group", `${SUBSCRIPTION}/resourceGroups/none`, "ResourceGroupNotFound"],
    ["subscription", "/subscriptions/00000000-0000-4000-8000-000000000009", "SubscriptionNotFound"],
  ])("an unknown %s is 404 by its own code", async (_, scope, code) => {
    expect(await get(`${scope}/providers/Microsoft.CognitiveServices/accounts`)).toMatchObject({ status: 404, body: { error: { code } } });
  });

  it("a list of profiles is a read of profiles: throttled with them (azure-facts 13.4)", async () => {
    const profiles = `${SUBSCRIPTION}/providers/Microsoft.Cdn/profiles`;
    expect([(await get(profiles)).status, (await get(profiles)).status, (await get(profiles)).status]).toEqual([200, 200, 429]);
  });

  it.each([
    ["policies/policy?format=rawxml", 501],
    ["policies/policy?format=xml", 200],
    ["policies/policy", 200],
    ["apis/openai/operations/post/policies/policy", 404],
    ["apis/none/operations", 404],
    ["products/none/policies/policy", 404],
    ["policyFragments/none", 404],
    ["loggers", 501],
  ])("%s: %i", async (path, status) => {
    expect((await get(`${HUB}/${path}`)).status).toBe(status);
  });
});
