import { CdnManagementClient } from "@azure/arm-cdn";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GROUP, PREFIX, SUBSCRIPTION } from "./estate.ts";
import { credential, raw, rehearsed } from "./start.ts";

const running = rehearsed({ originOperationSeconds: 30 });
const PROFILE = `${PREFIX}/Microsoft.Cdn/profiles/fd1`;
const origin = (name: string) => `${PROFILE}/originGroups/og/origins/${name}?api-version=2024-02-01`;
const disabled = { properties: { enabledState: "Disabled" } };
const enabled = { properties: { enabledState: "Enabled" } };
const START = Date.parse("2026-01-05T00:00:00Z");

/** Virtual days between tests, so that no operation of one is still running in the next. */
let day = 0;

function client() {
  const { azure } = running();
  return new CdnManagementClient(credential(running()), SUBSCRIPTION, { endpoint: azure.url, retryOptions: { maxRetries: 0 } });
}

function patch(name: string, body: unknown) {
  return raw(running(), origin(name), { method: "PATCH", body });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], shouldAdvanceTime: false, now: START + (day += 1) * 86_400_000 });
});

afterEach(async () => {
  running().azure.faults.frontDoorFrozen = false;
  for (const name of ["o-eastus2", "o-swedencentral"]) await patch(name, enabled);
  vi.runAllTimers();
  running().world.origins.length = 0;
  vi.useRealTimers();
});

describe("Front Door Standard/Premium", () => {
  it("reads profile, origin groups and origins through the real client, with lower-cased ids", async () => {
    const cdn = client();
    expect(await cdn.profiles.get(GROUP, "fd1")).toMatchObject({ name: "fd1", sku: { name: "Standard_AzureFrontDoor" } });
    const groups = [];
    for await (const group of cdn.afdOriginGroups.listByProfile(GROUP, "fd1")) groups.push(group);
    expect(groups).toMatchObject([
      {
        name: "og",
        healthProbeSettings: { probeIntervalInSeconds: 30 },
        loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 2 },
      },
    ]);
    expect(await cdn.afdOriginGroups.get(GROUP, "fd1", "og")).toMatchObject({ name: "og" });
    const origins = [];
    for await (const item of cdn.afdOrigins.listByOriginGroup(GROUP, "fd1", "og")) origins.push(item);
    expect(origins.map(({ name, enabledState, priority, weight }) => [name, enabledState, priority, weight])).toEqual([
      ["o-eastus2", "Enabled", 1, 1000],
      ["o-swedencentral", "Enabled", 1, 1000],
    ]);
    const one = await cdn.afdOrigins.get(GROUP, "fd1", "og", "o-eastus2");
    expect(one).toMatchObject({ hostName: "apim-eastus2.azure-api.net", provisioningState: "Succeeded", deploymentStatus: "NotStarted" });
    expect(one.id).toBe(`${PROFILE.replace("resourceGroups", "resourcegroups")}/origingroups/og/origins/o-eastus2`);
  });

  it("the real client waits for the operation and gets the origin", async () => {
    const now = Date.now();
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ["Date"], now });
    const poller = await client().afdOrigins.beginUpdate(
      GROUP,
      "fd1",
      "og",
      "o-eastus2",
      { enabledState: "Disabled" },
      { updateIntervalInMs: 1 },
    );
    expect(poller.isDone()).toBe(false);
    vi.setSystemTime(now + 31_000);
    expect(await poller.pollUntilDone()).toMatchObject({ name: "o-eastus2", enabledState: "Disabled", provisioningState: "Succeeded" });
  });

  it("PATCH answers 202 with a long signed URL whose polls carry an error of None, fine or not", async () => {
    const accepted = await patch("o-eastus2", disabled);
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get("retry-after")).toBe("10");
    expect(accepted.body).toMatchObject({ properties: { enabledState: "Disabled", provisioningState: "Updating" } });
    const url = accepted.headers.get("azure-asyncoperation") ?? "";
    expect(url).toMatch(/^https:.*\/operationresults\/[-0-9a-f]{36}\?api-version=2024-02-01&t=\d+&c=[\w-]{1000,}&s=[\w-]+&h=[\w-]{43}$/);
    expect((await raw(running(), url)).body).toEqual({ status: "InProgress", error: { code: "None", message: null } });
    vi.setSystemTime(Date.now() + 30_000);
    expect((await raw(running(), url)).body).toEqual({ status: "Succeeded", error: { code: "None", message: null } });
    expect((await raw(running(), origin("o-eastus2"))).body).toMatchObject({ properties: { provisioningState: "Succeeded" } });
  });

  it("the Location header answers 202 until the origin is there", async () => {
    const location = (await patch("o-eastus2", disabled)).headers.get("location") ?? "";
    const early = await raw(running(), location);
    expect([early.status, early.headers.get("location")]).toEqual([202, location]);
    vi.setSystemTime(Date.now() + 30_000);
    expect((await raw(running(), location)).body).toMatchObject({ name: "o-eastus2", properties: { enabledState: "Disabled" } });
  });

  it.each([
    ["shortened", (url: string) => url.replace(/&h=.*/, ""), 403],
    ["of an unknown operation", (url: string) => url.replace("000000000001?", "999999999999?"), 404],
  ])("a poll URL %s is refused", async (_, change, status) => {
    const url = (await patch("o-eastus2", disabled)).headers.get("azure-asyncoperation") ?? "";
    const known = url.replace(/operationresults\/[-0-9a-f]+/, "operationresults/00000000-0000-4000-8000-000000000001");
    expect((await raw(running(), change(status === 404 ? known : url))).status).toBe(status);
  });

  it("tells the world at once, and of a change behind it only when its turn comes", async () => {
    const now = Date.now();
    await patch("o-eastus2", disabled);
    await patch("o-eastus2", enabled);
    expect(running().world.origins).toEqual([[now, "edge", "og", "o-eastus2", false]]);
    vi.advanceTimersByTime(30_000);
    expect(running().world.origins[1]).toEqual([now + 30_000, "edge", "og", "o-eastus2", true]);
  });

  it("a PATCH that changes no state tells the world nothing", async () => {
    await patch("o-eastus2", { properties: { weight: 500 } });
    expect(running().world.origins).toEqual([]);
    expect((await raw(running(), origin("o-eastus2"))).body).toMatchObject({
      properties: { weight: 500, priority: 1, enabledState: "Enabled" },
    });
  });

  it("refuses to disable the last enabled origin", async () => {
    await patch("o-eastus2", disabled);
    const refused = await patch("o-swedencentral", disabled);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ error: { message: "Endpoint pools must contain at least one enabled endpoint" } });
    expect((await raw(running(), origin("o-swedencentral"))).body).toMatchObject({ properties: { enabledState: "Enabled" } });
  });

  it.each([
    ["weight 0", { weight: 0 }],
    ["weight 1001", { weight: 1001 }],
    ["priority 6", { priority: 6 }],
    ["an unknown state", { enabledState: "Off" }],
  ])("refuses %s", async (_, properties) => {
    expect((await patch("o-eastus2", { properties })).status).toBe(400);
  });

  it.each([
    ["an unknown profile", `${PREFIX}/Microsoft.Cdn/profiles/none?api-version=2024-02-01`],
    ["an unknown group", `${PROFILE}/originGroups/none?api-version=2024-02-01`],
    ["the origins of an unknown group", `${PROFILE}/originGroups/none/origins?api-version=2024-02-01`],
    ["an unknown origin", origin("none")],
  ])("%s: 404", async (_, path) => {
    expect((await raw(running(), path)).status).toBe(404);
  });

  it("frozen: writes are refused, reads go on, and nothing changes", async () => {
    running().azure.faults.frontDoorFrozen = true;
    expect((await patch("o-eastus2", disabled)).status).toBe(503);
    expect((await raw(running(), origin("o-eastus2"))).body).toMatchObject({ properties: { enabledState: "Enabled" } });
    expect(running().world.origins).toEqual([]);
  });

  it("the profile may be read 50 times in 5 minutes, then asks to wait 372 s; the origins may be read on", async () => {
    const profile = `${PROFILE}?api-version=2024-02-01`;
    const statuses = [];
    for (let read = 0; read < 51; read += 1) statuses.push((await raw(running(), profile)).status);
    expect(statuses).toEqual([...Array.from({ length: 50 }, () => 200), 429]);
    const throttled = await raw(running(), profile);
    expect(throttled.headers.get("retry-after")).toBe("372");
    expect(throttled.body).toMatchObject({ error: { code: "ResourceRequestsThrottled" } });
    expect((await raw(running(), origin("o-eastus2"))).status).toBe(200);
    vi.setSystemTime(Date.now() + 301_000);
    expect((await raw(running(), profile)).status).toBe(200);
  });
});
