import { beforeEach, describe, expect, it } from "vitest";
import { converge } from "../../src/activities/converge.ts";
import type { Converged } from "../../src/domain/run.ts";
import { hold } from "../support/builders.ts";
import { failure } from "../support/fake-azure.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { setState, states, writes } from "./support.ts";

let deps: FakeDeps;
beforeEach(async () => {
  deps = fakeDeps();
  await setState(deps, [hold("east", 0, { origin: "disabled" })]);
});

async function look(write = true): Promise<readonly Converged[]> {
  await deps.clock.advance(1);
  return (await converge(deps, { run: "run", write })).items.filter((item) => item.kind === "origin");
}
const edge = async (write = true): Promise<readonly string[]> => states({ at: "", items: await look(write) });
const ALL_MATCHED = ["fd/gateways/apim-east matched", "fd/gateways/apim-west matched", "fd/gateways/apim-north matched"];

describe("the edge", () => {
  it("is not even read while no hold wants an origin disabled", async () => {
    await setState(deps, [hold("east", 0)]);
    expect(await edge()).toEqual([]);
    expect(deps.edges.calls).toEqual([]);
  });

  it("all origins of a profile are written in one go, only those that differ", async () => {
    await setState(deps, [hold("east", 0, { origin: "disabled" }), hold("west", 0, { origin: "disabled" })]);
    await edge();
    expect(writes(deps.edges.calls)).toEqual(["write fd apim-east=off apim-west=off"]);
  });

  it("the intent is on record before the write", async () => {
    let known: readonly string[] = [];
    deps.edges.beforeWrite = async () => void (known = await ledger(deps, "run"));
    await edge();
    expect(known).toContain("intend write fd: apim-east disabled");
  });

  it("comes back when the hold wants the origin enabled again", async () => {
    await edge();
    expect(deps.edges.enabled("apim-east")).toBe(false);
    await setState(deps, [hold("east", 1)]);
    await edge();
    expect(deps.edges.enabled("apim-east")).toBe(true);
    expect(await edge()).toEqual(ALL_MATCHED);
  });

  it.each([409, 429, 503])("a write answered with %i is owed and tried again by the next converge", async (status) => {
    deps.edges.fail("write fd", failure("busy", status), 1);
    expect(await edge()).toEqual(["fd/gateways/apim-east owed"]);
    expect(await edge()).toEqual(["fd/gateways/apim-east propagating"]);
    expect(await edge()).toEqual(ALL_MATCHED);
  });

  it("an edge that cannot be read does not stop the pools", async () => {
    deps.edges.fail("read fd", failure("busy", 429));
    const { items } = await converge(deps, { run: "run", write: true });
    expect(states({ at: "", items })).toEqual(["apim-east/gpt written", "apim-west/gpt written", "apim-north/gpt written", "fd/ owed"]);
  });

  it("the last enabled origin is never disabled", async () => {
    await setState(
      deps,
      ["east", "west", "north"].map((region) => hold(region, 0.5, { origin: "disabled" })),
    );
    expect(await edge()).toEqual(["fd/gateways/apim-east unserved", "fd/gateways/apim-west unserved", "fd/gateways/apim-north unserved"]);
    expect(writes(deps.edges.calls)).toEqual([]);
  });

  it("an origin of a region without a hold that somebody else disabled stays disabled", async () => {
    await edge();
    deps.edges.edit("apim-north", false);
    expect(await edge()).toEqual(ALL_MATCHED);
    await setState(deps, [hold("east", 1)]);
    await edge();
    expect([deps.edges.enabled("apim-east"), deps.edges.enabled("apim-north")]).toEqual([true, false]);
  });
});

describe("a write that Azure is still carrying out", () => {
  beforeEach(async () => {
    deps.edges.slow = true;
    await edge();
    // The hold changes its mind while the first write is on its way.
    await setState(deps, [hold("east", 1)]);
  });

  it("is looked at once a converge, and no second write is made", async () => {
    const [item] = await look();
    expect(item).toMatchObject({ state: "propagating", operation: "operation-1", since: "2026-01-05T00:00:01.000Z" });
    await look();
    expect(deps.edges.calls.filter((call) => call === "poll fd")).toHaveLength(2);
    expect(writes(deps.edges.calls)).toHaveLength(1);
  });

  it("survives a verify in between", async () => {
    await edge(false);
    await edge();
    expect(writes(deps.edges.calls)).toHaveLength(1);
  });

  it("is taken as running while its state cannot be asked for", async () => {
    deps.edges.fail("poll fd", failure("busy", 429), 1);
    expect(await edge()).toEqual(["fd/gateways/apim-east propagating"]);
    expect(writes(deps.edges.calls)).toHaveLength(1);
  });

  it("has been forgotten by Azure: ARM is read again", async () => {
    deps.edges.fail("poll fd", failure("missing", 404), 1);
    expect(await edge()).toEqual(ALL_MATCHED);
  });

  it.each(["succeeded", "failed"] as const)("%s: ARM is read again and the next write follows if need be", async (state) => {
    deps.edges.finish(state);
    deps.edges.slow = false;
    await edge();
    expect(deps.edges.enabled("apim-east")).toBe(true);
    expect(writes(deps.edges.calls)).toHaveLength(state === "succeeded" ? 2 : 1);
    expect(await ledger(deps, "run")).toContain(`verify the write of fd ${state} in ARM`);
    expect(await edge()).toEqual(ALL_MATCHED);
  });
});
