/** The health gate that gateways ask: anonymous, quiet, and open whenever it cannot tell. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { appUnderTest, WAIT, type Answer } from "../support/app-under-test.ts";

const running = appUnderTest();

function gate(region = "eastus2"): Promise<Answer> {
  return running().ask("GET", `/api/gates/${region}`, { key: null });
}

function setGate(state: "open" | "closed" | "auto", region = "eastus2"): Promise<Answer> {
  return running().ask("PUT", `/api/gates/${region}`, { body: { state, reason: "a drill", requestedBy: "sre" } });
}

beforeAll(() => running().round());

describe("without a hold", () => {
  it("is open, for a few seconds' cache", async () => {
    const { status, headers, body } = await gate();

    expect([status, headers.get("cache-control"), body]).toEqual([200, "max-age=5", { region: "eastus2", state: "open" }]);
  });

  it("answers a HEAD as a GET, without the body", async () => {
    const { status, text } = await running().ask("HEAD", "/api/gates/eastus2", { key: null });

    expect([status, text]).toEqual([200, ""]);
  });

  it("of a region that is not there is neither open nor closed, and tells no other's name", async () => {
    const { status, text } = await gate("mars");

    expect(status).toBe(404);
    for (const name of ["swedencentral", "contoso", "mars"]) expect(text).not.toContain(name);
  });
});

describe("set by a person", () => {
  it("closes at once for whoever set it, and only for that region", async () => {
    expect((await setGate("closed")).body).toEqual({ region: "eastus2", state: "closed" });
    const { status, body } = await gate();

    expect([status, body]).toEqual([503, { region: "eastus2", state: "closed" }]);
    expect((await gate("japaneast")).status).toBe(200);
  });

  it("says nothing of who, when and why", async () => {
    const { text } = await gate();

    expect(text).toBe('{"region":"eastus2","state":"closed"}');
  });

  it("goes on record with who and why", async () => {
    const { body } = await running().ask("GET", "/api/runs");

    expect(body.ledger).toContainEqual(expect.objectContaining({ kind: "intend", text: "gate of eastus2 closed by sre: a drill" }));
  });

  it("survives a restart", async () => {
    await running().restart();

    expect((await gate()).status).toBe(503);
  });

  it("is given back by auto", async () => {
    expect((await setGate("auto")).body).toEqual({ region: "eastus2", state: "open" });
    expect((await gate()).status).toBe(200);
  });
});

describe("of a region whose gateway is sick", () => {
  beforeAll(async () => {
    running().fail("gateway", "swedencentral", 503);
    await running().round();
    await vi.waitUntil(async () => (await gate("swedencentral")).status === 503, WAIT);
  });

  it("is closed by the run that leaves it, until a person says otherwise", async () => {
    expect((await setGate("open", "swedencentral")).body.state).toBe("open");
    expect((await gate("swedencentral")).status).toBe(200);
    expect((await setGate("auto", "swedencentral")).body.state).toBe("closed");
    expect((await gate("swedencentral")).status).toBe(503);
  });
});

// Last: nothing works after it.
describe("when the state store is gone", () => {
  it("keeps a closed gate closed and an open one open for a while", async () => {
    expect([(await gate("swedencentral")).status, (await gate("japaneast")).status]).toEqual([503, 200]);
    running().tables.stop();
    await vi.waitUntil(async () => (await running().ask("GET", "/api/status")).status === 500, WAIT);

    expect([(await gate("swedencentral")).status, (await gate("japaneast")).status]).toEqual([503, 200]);
  });

  it("everything else says that it failed, and where to look", async () => {
    const answers = await Promise.all([
      running().ask("GET", "/api/runs"),
      running().ask("GET", "/api/kill-switch"),
      setGate("closed"),
      running().ask("POST", "/api/runbooks/evacuate", { body: { region: "eastus2", reason: "try" } }),
    ]);
    for (const { status, headers, body } of answers) {
      expect([status, headers.get("content-type")]).toEqual([500, "application/problem+json"]);
      expect(body).toEqual({
        type: "urn:foundry-failover:problem:failed",
        title: "The request could not be carried out",
        status: 500,
        detail: expect.stringMatching(/^The log of invocation [0-9a-f-]{36} says why$/),
      });
    }
    const [, invocation] = /invocation (\S+)/.exec(String(answers[0]?.body.detail)) ?? [];
    expect(invocation).toBeDefined();
    expect(running().said.join("\n")).toMatch(/table AppUnderTest, list runs-contoso-hub-to-hub: connection failed: ECONNREFUSED/);
  });
});
