import { FrontDoorManagementClient, type FrontDoor } from "@azure/arm-frontdoor";
import { afterEach, describe, expect, it } from "vitest";
import { GROUP, PREFIX, SUBSCRIPTION } from "./estate.ts";
import { ARM_AUDIENCE, credential, raw, rehearsed } from "./start.ts";

const running = rehearsed({ originOperationSeconds: 0 });
const PATH = `${PREFIX}/Microsoft.Network/frontDoors/fd0?api-version=2025-11-01`;

function client() {
  const { azure } = running();
  return new FrontDoorManagementClient(credential(running()), SUBSCRIPTION, {
    endpoint: azure.url,
    credentials: { scopes: [`${ARM_AUDIENCE}/.default`] },
    retryOptions: { maxRetries: 0 },
  });
}

function withState(frontDoor: FrontDoor, state: "Enabled" | "Disabled", count = 1): FrontDoor {
  const pools = frontDoor.backendPools?.map((pool) => ({
    ...pool,
    backends: pool.backends?.map((backend, index) => (index < count ? { ...backend, enabledState: state } : backend)) ?? [],
  }));
  return { ...frontDoor, ...(pools ? { backendPools: pools } : {}) };
}

afterEach(async () => {
  running().azure.faults.frontDoorFrozen = false;
  const current = await client().frontDoors.get(GROUP, "fd0");
  await client().frontDoors.createOrUpdate(GROUP, "fd0", withState(current, "Enabled", 2));
  running().world.origins.length = 0;
});

describe("Front Door (classic) by the real client", () => {
  it("reads the whole resource; a backend is known by its address", async () => {
    const { backendPools } = await client().frontDoors.get(GROUP, "fd0");
    expect(
      backendPools?.map(({ name, backends }) => [name, backends?.map(({ address, enabledState }) => [address, enabledState])]),
    ).toEqual([
      [
        "bp",
        [
          ["apim-eastus2.azure-api.net", "Enabled"],
          ["apim-swedencentral.azure-api.net", "Enabled"],
        ],
      ],
    ]);
  });

  it("PUT of the whole resource is a long-running operation; only the changed backend is told", async () => {
    const current = await client().frontDoors.get(GROUP, "fd0");
    const written = await client().frontDoors.createOrUpdate(GROUP, "fd0", withState(current, "Disabled"));
    expect(written.backendPools?.[0]?.backends?.map(({ enabledState }) => enabledState)).toEqual(["Disabled", "Enabled"]);
    expect(running().world.origins).toEqual([[expect.any(Number), "old-edge", "bp", "apim-eastus2.azure-api.net", false]]);
  });

  it("refuses a pool without an enabled backend", async () => {
    const current = await client().frontDoors.get(GROUP, "fd0");
    await expect(client().frontDoors.createOrUpdate(GROUP, "fd0", withState(current, "Disabled", 2))).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(running().world.origins).toEqual([]);
  });

  it("frozen: refuses the write", async () => {
    const current = await client().frontDoors.get(GROUP, "fd0");
    running().azure.faults.frontDoorFrozen = true;
    await expect(client().frontDoors.createOrUpdate(GROUP, "fd0", withState(current, "Disabled"))).rejects.toMatchObject({
      statusCode: 503,
    });
  });

  it.each([
    ["a body without backend pools", PATH, "PUT", { properties: {} }, 400],
    ["an unknown Front Door", PATH.replace("fd0", "none"), "GET", undefined, 404],
    [
      "an unknown operation",
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/operationresults/none?api-version=2020-05-01`,
      "GET",
      undefined,
      404,
    ],
  ])("%s is refused", async (_, path, method, body, status) => {
    expect((await raw(running(), path, { method, body })).status).toBe(status);
  });
});
