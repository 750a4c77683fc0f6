import { CognitiveServicesManagementClient } from "@azure/arm-cognitiveservices";
import { describe, expect, it } from "vitest";
import { GROUP, SUBSCRIPTION } from "./estate.ts";
import { credential, rehearsed } from "./start.ts";

const running = rehearsed();

function client() {
  const { azure } = running();
  return new CognitiveServicesManagementClient(credential(running()), SUBSCRIPTION, {
    endpoint: azure.url,
    $host: azure.url,
    retryOptions: { maxRetries: 0 },
  });
}

describe("Foundry's control plane by the real client", () => {
  it("a standard deployment tells its capacity in thousands and both rate limits", async () => {
    const deployment = await client().deployments.get(GROUP, "foundry-eastus2", "gpt-4o");
    expect(deployment.sku).toEqual({ name: "Standard", capacity: 300 });
    expect(deployment.properties?.model).toEqual({ format: "OpenAI", name: "gpt-4o", version: "2024-11-20" });
    expect(deployment.properties?.rateLimits).toEqual([
      { key: "request", renewalPeriod: 10, count: 300 },
      { key: "token", renewalPeriod: 60, count: 300_000 },
    ]);
  });

  it("a provisioned deployment has no rate limits, and one whose estate leaves the limit to ARM has the assumed capacity", async () => {
    const deployment = await client().deployments.get(GROUP, "foundry-eastus2", "gpt-4o-ptu");
    expect(deployment.properties?.rateLimits).toBeUndefined();
    expect(deployment.sku).toEqual({ name: "ProvisionedManaged", capacity: running().constants.assumedTokensPerMinute / 1000 });
  });

  it("lists the deployments of an account", async () => {
    const names = [];
    for await (const { name } of client().deployments.list(GROUP, "foundry-eastus2")) names.push(name);
    expect(names).toEqual(["gpt-4o", "gpt-4o-ptu"]);
  });

  it("usages sum what is allocated per model and deployment type in the region", async () => {
    const usages = [];
    for await (const { name, currentValue, limit } of client().usages.list("eastus2")) usages.push([name?.value, currentValue, limit]);
    expect(usages).toEqual([
      ["OpenAI.Standard.gpt-4o", 300, 450],
      ["OpenAI.ProvisionedManaged.gpt-4o", 300, 450],
    ]);
  });

  it.each([
    ["account", "none", "gpt-4o"],
    ["deployment", "foundry-eastus2", "none"],
  ])("an unknown %s: 404", async (_, account, deployment) => {
    await expect(client().deployments.get(GROUP, account, deployment)).rejects.toMatchObject({ statusCode: 404 });
  });

  it("the list of an unknown account: 404", async () => {
    await expect(client().deployments.list(GROUP, "none").next()).rejects.toMatchObject({ statusCode: 404 });
  });

  it("fails with its region's management plane", async () => {
    const { faults } = running().azure;
    faults.resourceManager["eastus2"] = { answer: 503 };
    await expect(client().deployments.get(GROUP, "foundry-eastus2", "gpt-4o")).rejects.toMatchObject({ statusCode: 503 });
    await expect(client().usages.list("eastus2").next()).rejects.toMatchObject({ statusCode: 503 });
    expect((await client().deployments.get(GROUP, "foundry-swedencentral", "gpt-4o")).name).toBe("gpt-4o");
    delete faults.resourceManager["eastus2"];
  });
});
