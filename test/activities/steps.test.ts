import { beforeEach, describe, expect, it } from "vitest";
import { converge } from "../../src/activities/converge.ts";
import { readMemory, readRun } from "../../src/activities/memory.ts";
import { readNormal } from "../../src/activities/normal-routing.ts";
import { finish, intend, record } from "../../src/activities/steps.ts";
import { holdOf } from "../../src/domain/hold.ts";
import type { Converged, ConvergedState } from "../../src/domain/run.ts";
import { at, hold, runOf, T0 } from "../support/builders.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { setState, stateOf } from "./support.ts";

const EPISODE = "20260105T000000Z";
const evacuate = runOf("evacuate");
const restore = runOf("restore");

let deps: FakeDeps;
beforeEach(async () => {
  deps = fakeDeps();
  await setState(deps, [hold("east", 1)]);
});

describe("intend", () => {
  it("changes the hold, with the intent on record first", async () => {
    await deps.clock.advance(30);
    deps.journal.length = 0;
    expect(await intend(deps, { run: evacuate, change: { share: 0 }, reason: "share 0 %" })).toBe("intended");
    expect(holdOf(await stateOf(deps), "east")).toMatchObject({ share: 0, shareSince: at(30) });
    expect(deps.journal.map((entry) => entry.split("/")[0])).toEqual([`set ledger-${evacuate.id}`, "put estate-test"]);
    expect(await ledger(deps, evacuate.id)).toEqual(["intend share 0 %"]);
  });

  it("twice is the same as once: an activity may run again", async () => {
    await intend(deps, { run: evacuate, change: { share: 0, relapses: 1 }, reason: "x" });
    const once = await stateOf(deps);
    await deps.clock.advance(60);
    await intend(deps, { run: evacuate, change: { share: 0, relapses: 1 }, reason: "x" });
    expect(await stateOf(deps)).toEqual(once);
  });

  it.each<[rule: string, owner: string | null]>([
    ["another run owns the hold", "restore-east-x"],
    ["the hold is gone", null],
  ])("is lost when %s, and changes nothing", async (_rule, owner) => {
    await setState(deps, owner === null ? [] : [hold("east", 0.5, { owner })]);
    const before = await stateOf(deps);
    expect(await intend(deps, { run: evacuate, change: { share: 0 }, reason: "x" })).toBe("lost");
    expect(await stateOf(deps)).toEqual(before);
  });

  it("loses no change of another run in between", async () => {
    await setState(deps, [hold("east", 1), hold("west", 1)]);
    await Promise.all(
      ["east", "west"].map((region) => intend(deps, { run: runOf("evacuate", region), change: { share: 0 }, reason: "x" })),
    );
    expect((await stateOf(deps)).holds.map((h) => h.share)).toEqual([0, 0]);
  });
});

describe("record", () => {
  const item = (state: ConvergedState): Converged => ({
    kind: "pool",
    target: "apim-east/gpt",
    region: "east",
    state,
    reason: "why",
    since: T0,
  });
  const tell = (states: readonly ConvergedState[], run = evacuate, change: object = { share: 0 }): Promise<null> =>
    record(deps, { run, change, reason: "share 0 %", convergence: { at: T0, items: states.map(item) } });

  it("a step that ARM confirms, and tells people of an evacuation", async () => {
    await tell(["matched", "matched"]);
    expect(await ledger(deps, evacuate.id)).toEqual(["record share 0 %: verified in ARM"]);
    expect(deps.sent).toMatchObject([{ event: "evacuate", region: "east", title: "east: share 0 %", reason: "a test", run: evacuate.id }]);
    expect(await readRun(deps, evacuate.id)).toMatchObject({ lastReason: "share 0 %", outcome: null });
  });

  it("people are told when more deployments are left at the share that others have", async () => {
    await tell(["matched"], evacuate, { scope: ["a", "b"] });
    expect(deps.sent).toMatchObject([{ event: "evacuate", region: "east" }]);
  });

  it.each(["owed", "drift"] as const)("what is %s is told, with the reason", async (state) => {
    await tell(["matched", state], restore);
    expect(deps.sent).toMatchObject([{ event: "owed", reason: `apim-east/gpt ${state} (why)` }]);
    expect(await ledger(deps, restore.id)).toEqual([`record share 0 %: apim-east/gpt ${state} (why)`]);
  });

  it("a step of a restore, or one of the edge alone, is nobody's alarm", async () => {
    await tell(["matched"], restore);
    await tell(["matched"], evacuate, { gate: "closed" });
    expect(deps.sent).toEqual([]);
  });
});

describe("finish", () => {
  const restored = (region = "east"): Promise<null> =>
    finish(deps, { run: runOf("restore", region), outcome: "restored", reason: "routing is back to normal" });
  beforeEach(async () => {
    await setState(deps, [hold("east", 1, { owner: restore.id }), hold("west", 0.5)]);
    await converge(deps, { run: restore.id, write: true });
    await deps.clock.advance(60);
  });

  it("releases the region and keeps the episode and its normal routing while another region is held", async () => {
    await restored();
    expect(await stateOf(deps)).toMatchObject({ episode: EPISODE, holds: [{ region: "west" }], lastReleased: { east: at(60) } });
    expect((await readNormal(deps, EPISODE)).pools).toHaveLength(3);
    expect(deps.sent).toMatchObject([{ event: "restored", region: "east", title: "east is restored" }]);
    expect(await readRun(deps, restore.id)).toMatchObject({ outcome: "restored", endedAt: at(60) });
  });

  it("of the last hold closes the episode, and only then forgets the normal routing", async () => {
    await restored();
    await setState(deps, [hold("west", 1, { owner: runOf("restore", "west").id })]);
    deps.journal.length = 0;
    await restored("west");
    expect(await stateOf(deps)).toMatchObject({ episode: null, holds: [], evacuations: {} });
    expect(deps.state.keys(`normal-test-${EPISODE}`)).toEqual([]);
    expect((await readMemory(deps)).convergence).toEqual({ at: at(60), items: [] });
    const closed = deps.journal.indexOf("put estate-test/state");
    expect(deps.journal.findIndex((entry) => entry.startsWith("remove normal-"))).toBeGreaterThan(closed);
  });

  it("again, after the answer was lost, changes nothing more", async () => {
    await restored();
    const once = await stateOf(deps);
    await deps.clock.advance(60);
    await restored();
    expect(await stateOf(deps)).toEqual(once);
  });

  it("when another run took the hold over in between: handed over, nothing released, nobody told", async () => {
    await setState(deps, [hold("east", 1, { owner: "evacuate-east-2" })]);
    await restored();
    expect((await stateOf(deps)).holds).toHaveLength(1);
    expect(await readRun(deps, restore.id)).toMatchObject({ outcome: "handedOver" });
    expect(deps.sent).toEqual([]);
  });

  it("handed over releases nothing", async () => {
    await finish(deps, { run: evacuate, outcome: "handedOver", reason: "restore took over" });
    expect((await stateOf(deps)).holds).toHaveLength(2);
    expect(await ledger(deps, evacuate.id)).toEqual(["record handedOver: restore took over"]);
    expect(deps.sent).toEqual([]);
  });
});
