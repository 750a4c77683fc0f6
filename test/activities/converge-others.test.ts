/** Converge beside others: people, lost answers, other converges, the kill switch. */
import { beforeEach, describe, expect, it } from "vitest";
import { converge } from "../../src/activities/converge.ts";
import { readMemory, setConvergence } from "../../src/activities/memory.ts";
import { readNormal, savePool } from "../../src/activities/normal-routing.ts";
import { deployment, hold, hubToHub, member } from "../support/builders.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { routing, setState, states, writes } from "./support.ts";

const EPISODE = "20260105T000000Z";
let deps: FakeDeps;
beforeEach(async () => {
  deps = fakeDeps();
  await setState(deps, [hold("east", 0)]);
});

async function write(): Promise<readonly string[]> {
  await deps.clock.advance(1);
  return states(await converge(deps, { run: "run", write: true }));
}

describe("somebody else's change", () => {
  beforeEach(async () => void (await write()));

  it("to members that we leave alone is kept, now and after the restore", async () => {
    deps.pools.edit("apim-east", [member("west", 2, 70), member("north", 2, 30)]);
    expect((await write())[0]).toBe("apim-east/gpt matched");
    expect(routing(deps, "apim-east")).toBe("west p2 w70, north p2 w30");
    await setState(deps, [hold("east", 1)]);
    await write();
    expect(routing(deps, "apim-east")).toBe("east p1, west p2 w70, north p2 w30");
  });

  it("to a member that we hold is not overwritten, and is reported until a person has settled it", async () => {
    deps.pools.edit("apim-east", [member("east", 1, 5), member("west", 2), member("north", 2)]);
    expect(await write()).toEqual(["apim-east/gpt drift", "apim-west/gpt matched", "apim-north/gpt matched"]);
    expect(routing(deps, "apim-east")).toBe("east p1 w5, west p2, north p2");
    deps.pools.edit("apim-east", [member("west", 2), member("north", 2)]);
    expect((await write())[0]).toBe("apim-east/gpt matched");
  });
});

describe("a pool that is reset to normal while it is held", () => {
  const reset = (): void => deps.pools.edit("apim-east", [member("east", 1), member("west", 2), member("north", 2)]);
  beforeEach(async () => void (await write()));

  it("is written again, as after a deployment, but the third time somebody means it", async () => {
    for (const state of ["written", "written", "drift"]) {
      reset();
      expect((await write())[0]).toBe(`apim-east/gpt ${state}`);
    }
    expect(routing(deps, "apim-east")).toBe("east p1, west p2, north p2");
  });

  it("is owed when nothing may be written", async () => {
    reset();
    expect(states(await converge(deps, { run: "run", write: false }))[0]).toBe("apim-east/gpt owed");
  });
});

describe("our own write whose record was lost", () => {
  it("is ours even after the hold has moved on meanwhile", async () => {
    await write();
    const row = (await readNormal(deps, EPISODE)).pools.find(({ gateway }) => gateway === "apim-east");
    if (row === undefined) throw new Error("not captured");
    // As if the process had died between the write and its record, and the next step had begun.
    await savePool(deps, EPISODE, row, { written: row.normal, writing: row.written });
    await setState(deps, [hold("east", 0.5)]);
    expect((await write())[0]).toBe("apim-east/gpt written");
    expect(routing(deps, "apim-east")).toBe("east p1 w50, west p1 w25, north p1 w25");
  });

  it("is not taken for somebody else's at the next change of the hold", async () => {
    await write();
    // As if the process had died between the write and its record.
    const row = (await readNormal(deps, EPISODE)).pools.find(({ gateway }) => gateway === "apim-east");
    if (row === undefined) throw new Error("not captured");
    await savePool(deps, EPISODE, row, { written: row.normal });
    expect((await write())[0]).toBe("apim-east/gpt matched");
    await setState(deps, [hold("east", 0.5)]);
    expect((await write())[0]).toBe("apim-east/gpt written");
    expect(routing(deps, "apim-east")).toBe("east p1 w50, west p1 w25, north p1 w25");
  });
});

describe("two converges at once", () => {
  it("write the same and end alike", async () => {
    const both = await Promise.all([converge(deps, { run: "a", write: true }), converge(deps, { run: "b", write: true })]);
    expect(both.flatMap(states).filter((state) => state.endsWith("owed") || state.endsWith("drift"))).toEqual([]);
    expect(["apim-east", "apim-west", "apim-north"].map((gate) => routing(deps, gate))).toEqual([
      "west p2, north p2",
      "west p1, north p2",
      "west p2, north p1",
    ]);
  });

  it("the one that began earlier does not overwrite what the later one found", async () => {
    const early = deps.clock.now().toISOString();
    await write();
    const found = (await readMemory(deps)).convergence;
    await setConvergence(deps, { at: early, items: [] });
    expect((await readMemory(deps)).convergence).toEqual(found);
  });

  it("normal routing of a closed episode cannot be mistaken for that of the next", async () => {
    await write();
    await setState(deps, [hold("west", 1)], { episode: "20260105T010000Z" });
    deps.pools.edit("apim-east", [member("north", 1)]);
    await write();
    expect((await readNormal(deps, "20260105T010000Z")).pools.find((row) => row.gateway === "apim-east")?.normal).toEqual([
      member("north", 1),
    ]);
  });
});

describe("a pool that nobody else could serve", () => {
  it("is left alone and reported as unserved", async () => {
    const alone = fakeDeps(hubToHub(["east", "west"], { deployments: [deployment("east")] }));
    await setState(alone, [hold("east", 0)]);
    expect(states(await converge(alone, { run: "run", write: true }))).toEqual(["apim-east/gpt unserved", "apim-west/gpt unserved"]);
    expect(writes(alone.pools.calls)).toEqual([]);
  });
});

describe("the kill switch", () => {
  const on = { killSwitch: { on: true, by: "ops", reason: "drill", at: "2026-01-05T00:00:00.000Z" } };

  it("stops every write for automatic holds, and shows what is not as wanted", async () => {
    await setState(deps, [hold("east", 0)], on);
    expect(await write()).toEqual(["apim-east/gpt owed", "apim-west/gpt owed", "apim-north/gpt owed"]);
    expect(writes(deps.pools.calls)).toEqual([]);
  });

  it("stops writes at the edge too", async () => {
    await setState(deps, [hold("east", 0, { origin: "disabled" })], on);
    await write();
    expect(writes(deps.edges.calls)).toEqual([]);
  });

  it("does not stop a person's hold", async () => {
    await setState(deps, [hold("east", 0, { initiator: "manual" })], on);
    expect(await write()).toEqual(["apim-east/gpt written", "apim-west/gpt written", "apim-north/gpt written"]);
  });

  it("does not stop what a person's run writes beside an automatic hold", async () => {
    await setState(deps, [hold("east", 0), hold("west", 0.5, { initiator: "manual" })], on);
    const { items } = await converge(deps, { run: "run", write: true, initiator: "manual" });
    expect(items.every((item) => item.state === "written")).toBe(true);
    expect(states(await converge(deps, { run: null, write: true }))).not.toContain("apim-east/gpt written");
  });

  it("lets the writes through when it is off again", async () => {
    await setState(deps, [hold("east", 0)], { killSwitch: { ...on.killSwitch, on: false } });
    expect(await write()).toEqual(["apim-east/gpt written", "apim-west/gpt written", "apim-north/gpt written"]);
  });
});
