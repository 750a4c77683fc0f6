/** The kill switch stops what the product does by itself; people can still act. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { appUnderTest, WAIT, type Answer } from "../support/app-under-test.ts";

const running = appUnderTest();

function kill(on: boolean): Promise<Answer> {
  return running().ask("PUT", "/api/kill-switch", { body: { on, reason: "a drill", requestedBy: "sre" } });
}

const status = async (): Promise<Answer["body"]> => (await running().ask("GET", "/api/status")).body;

beforeAll(async () => {
  await running().round();
  expect((await kill(true)).body).toEqual({ on: true, by: "sre", reason: "a drill", at: expect.any(String) });
});

describe("while it is on", () => {
  it("is read back, and stands in the status", async () => {
    const { body } = await running().ask("GET", "/api/kill-switch");

    expect(body).toEqual({ on: true, by: "sre", reason: "a drill", at: expect.any(String) });
    expect((await status()).killSwitch).toEqual(body);
  });

  it("no region is evacuated automatically, and the reason is told", async () => {
    running().fail("foundry", "eastus2", 503);
    await running().round();
    const { regions, holds } = await status();

    expect(holds).toEqual([]);
    expect(regions[0]).toMatchObject({
      region: "eastus2",
      foundry: { state: "failing" },
      decision: "refuse",
      reason: expect.stringMatching(/^automationEnabled: the kill switch is on since/),
    });
    expect(running().notified).toContainEqual(
      expect.objectContaining({ event: "refuse", region: "eastus2", title: "eastus2 is not evacuated" }),
    );
    expect(running().world.pools).toEqual([]);
  });

  it("it stays on over a restart", async () => {
    await running().restart();
    await running().round();

    expect((await status()).killSwitch).toMatchObject({ on: true, by: "sre" });
    expect(running().world.pools).toEqual([]);
  });

  it("a person's run starts and writes", async () => {
    const { body } = await running().ask("POST", "/api/runbooks/evacuate", {
      body: { region: "eastus2", mode: "ungraceful", reason: "by hand" },
    });
    expect(body.outcome).toBe("started");
    await vi.waitUntil(() => running().world.pools.length === 3, WAIT);

    const restore = await running().ask("POST", "/api/runbooks/restore", {
      body: { region: "eastus2", mode: "ungraceful", reason: "by hand" },
    });
    expect(restore.status).toBe(202);
  });
});

describe("switched off again", () => {
  beforeAll(async () => {
    running().fail("foundry", "eastus2", undefined);
    await running().round();
    await vi.waitUntil(async () => (await status()).episode === null, WAIT);
    await kill(false);
    running().fail("foundry", "japaneast", 503);
    await running().round();
  });

  it("the next failing region is evacuated automatically", async () => {
    expect((await status()).holds).toMatchObject([{ region: "japaneast", initiator: "automatic" }]);
    await vi.waitUntil(async () => (await status()).holds[0]?.share === 0, WAIT);
  });

  it("and on again in the middle of a run, it keeps what is written and writes no more", async () => {
    await vi.waitUntil(async () => (await status()).converged.length > 0, WAIT);
    await kill(true);
    running().fail("foundry", "japaneast", undefined);
    const written = running().world.pools.length;
    await running().round();
    const { regions, holds } = await status();

    expect(regions[2]).toMatchObject({ region: "japaneast", decision: "none", reason: "the kill switch is on: a person must restore it" });
    expect(holds).toMatchObject([{ region: "japaneast", share: 0 }]);
    expect(running().world.pools).toHaveLength(written);
  });
});
