/** Mode `approve`: automation proposes, a person disposes. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { appUnderTest, WAIT, type Answer } from "../support/app-under-test.ts";

const running = appUnderTest({ automation: "approve", safety: { cooldownSeconds: 0 } });

function answer(run: string, word: "approve" | "decline", body: object = { reason: "I looked", requestedBy: "sre" }): Promise<Answer> {
  return running().ask("POST", `/api/runs/${run}/${word}`, { body });
}

/** The run that waits. */
async function waiting(): Promise<string> {
  const { approvals } = (await running().ask("GET", "/api/status")).body;
  expect(approvals).toMatchObject([{ region: "eastus2", default: "decline" }]);
  return String(approvals[0].run);
}

beforeAll(async () => {
  await running().round();
  running().fail("foundry", "eastus2", 503);
  await running().round();
});

describe("a region that fails", () => {
  it("is told to people with how to answer, and nothing moves before somebody does", async () => {
    const run = await waiting();
    expect(running().notified).toContainEqual(
      expect.objectContaining({ event: "approve", region: "eastus2", reason: expect.stringContaining(`/api/runs/${run}/approve`) }),
    );
    expect(running().world.pools).toEqual([]);
  });

  it.each([
    ["nobody's run", "evacuate-eastus2-20200101T000000Z", { reason: "x" }, 404, "unknown-run"],
    ["what no run can be called", "key:a%23b", { reason: "x" }, 404, "unknown-run"],
    ["without a reason", undefined, {}, 400, "invalid-body"],
  ])("an answer for %s is refused", async (_what, run, body, status, type) => {
    const refused = await answer(run ?? (await waiting()), "approve", body);
    expect([refused.status, refused.body.type]).toEqual([status, `urn:foundry-failover:problem:${type}`]);
    expect(running().world.pools).toEqual([]);
  });

  it("that a person declines is not left, and the run is over", async () => {
    const run = await waiting();
    expect((await answer(run, "decline")).body).toEqual({ run, outcome: "declined", by: "sre" });
    await vi.waitUntil(async () => (await running().ask("GET", `/api/runs/${run}`)).body.outcome === "declined", WAIT);
    expect((await running().ask("GET", "/api/status")).body).toMatchObject({ holds: [], approvals: [], episode: null });
    expect(running().world.pools).toEqual([]);
    const again = await answer(run, "approve");
    expect([again.status, again.body.type]).toEqual([409, "urn:foundry-failover:problem:not-waiting"]);
  });

  it("that a person approves is left at once", async () => {
    await running().round();
    const run = await waiting();
    expect((await answer(run, "approve")).status).toBe(200);
    await vi.waitUntil(() => running().world.pools.length === 3, WAIT);
    const { timeline } = (await running().ask("GET", `/api/runs/${run}`)).body;
    expect(timeline).toContainEqual(expect.objectContaining({ kind: "decide", text: "approved by sre: I looked" }));
    const again = await answer(run, "decline");
    expect([again.status, again.body.detail]).toEqual([409, `${run} is approved already`]);
  });
});
