/** What happens without anybody asking. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { appUnderTest, registeredHandler, WAIT, type Answer } from "../support/app-under-test.ts";

// The run itself looks again only after ten minutes: what is written meanwhile was written by the timer.
const running = appUnderTest({ probeSchedule: "* * * * * *", holdCheckSeconds: 600 });

const status = async (): Promise<Answer["body"]> => (await running().ask("GET", "/api/status")).body;
const rounds = (): number => running().host.counts.invocations["probe"] ?? 0;

beforeAll(async () => void (await (await registeredHandler("knowledge"))()));

describe("the probe timer", () => {
  it("probes every target of the estate", async () => {
    await vi.waitUntil(async () => (await status()).roundAgeSeconds !== null, WAIT);

    expect(new Set(running().world.deploymentCalls.map(({ deployment }) => deployment)).size).toBe(3);
    expect(new Set(running().world.gatewayCalls.map(({ gateway }) => gateway)).size).toBe(3);
  });

  it("evaluates at the end of the same invocation: a failing region is evacuated, a refused write is owed", async () => {
    running().azure.faults.resourceManager["japaneast"] = { answer: 503, only: "writes" };
    running().fail("foundry", "eastus2", 503);
    await vi.waitUntil(async () => (await status()).owed.length > 0, WAIT);

    expect((await status()).holds).toMatchObject([{ region: "eastus2", share: 0, initiator: "automatic" }]);
    expect((await status()).owed).toMatchObject([{ target: "apim-japaneast/gpt-4o" }]);
  });

  it("goes on while the region is held, and starts nothing twice", async () => {
    const before = rounds();
    await vi.waitUntil(() => rounds() >= before + 3, WAIT);

    expect((await running().ask("GET", "/api/runs")).body.runs).toHaveLength(1);
  });
});

describe("the reconcile timer", () => {
  let reconcile: () => Promise<void>;
  beforeAll(async () => {
    const handler = await registeredHandler("reconcile");
    reconcile = async () => void (await handler());
  });

  it("tries what is owed again", async () => {
    const written = (): readonly string[] => running().world.pools.map(([, gateway]) => gateway);
    expect(written()).not.toContain("apim-japaneast");
    await reconcile();
    expect(written()).not.toContain("apim-japaneast");

    delete running().azure.faults.resourceManager["japaneast"];
    await reconcile();
    expect(written()).toContain("apim-japaneast");
    expect((await status()).owed).toEqual([]);
  });

  it("writes nothing when everything is as it should be", async () => {
    const writes = (): number => running().azure.calls.filter(({ method }) => method !== "GET").length;
    const before = writes();
    await reconcile();

    expect(writes()).toBe(before);
  });

  it("reads nothing of Azure while no episode is open", async () => {
    running().fail("foundry", "eastus2", undefined);
    await vi.waitUntil(async () => (await status()).regions[0].foundry.state === "healthy", WAIT);
    await running().ask("POST", "/api/runbooks/restore", { body: { region: "eastus2", mode: "ungraceful", reason: "done" } });
    await vi.waitUntil(async () => (await status()).episode === null, WAIT);
    const pools = (): number => running().azure.calls.filter(({ route }) => /backends/i.test(route)).length;
    const before = pools();
    await reconcile();

    expect(before).toBeGreaterThan(0);
    expect(pools()).toBe(before);
  });
});
