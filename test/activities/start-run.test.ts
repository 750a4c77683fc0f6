import { beforeEach, describe, expect, it } from "vitest";
import { readRun } from "../../src/activities/memory.ts";
import { resumeOrphans } from "../../src/activities/orphans.ts";
import type { StartResult } from "../../src/activities/start-common.ts";
import { startEvacuation } from "../../src/activities/start-evacuation.ts";
import { startRestore } from "../../src/activities/start-restore.ts";
import { GUARD_CODES } from "../../src/domain/guards.ts";
import { holdOf } from "../../src/domain/hold.ts";
import type { RunStarter } from "../../src/ports.ts";
import { hold, hubToHub, T0 } from "../support/builders.ts";
import { minutesUntil } from "../support/fake-azure.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { evacuation, know, setState, stateOf, verdictsWith } from "./support.ts";

const EAST = "evacuate-east-20260105T000000Z";

let deps: FakeDeps;
beforeEach(async () => {
  deps = await know(fakeDeps());
});

const evacuate = (
  region: string,
  changes: Parameters<typeof evacuation>[1] = {},
  failing: readonly string[] = [region],
): Promise<StartResult> => startEvacuation(deps, deps.starter, evacuation(region, changes), verdictsWith(deps, ...failing));
const restore = (changes: Partial<Parameters<typeof startRestore>[2]> = {}): Promise<StartResult> =>
  startRestore(deps, deps.starter, { region: "east", mode: "graceful", initiator: "automatic", reason: "healthy", ...changes });

describe("starting an evacuation", () => {
  it("places the hold, puts the run on record and starts it", async () => {
    expect(await evacuate("east")).toMatchObject({
      started: true,
      joined: false,
      run: { id: EAST, runbook: "evacuate", targetShare: 0, mode: "ungraceful" },
    });
    expect(await stateOf(deps)).toMatchObject({
      episode: "20260105T000000Z",
      holds: [{ region: "east", share: 1, owner: EAST, targetShare: 0 }],
    });
    expect(deps.starter.started.map((run) => run.id)).toEqual([EAST]);
    expect(await readRun(deps, EAST)).toMatchObject({ run: { id: EAST }, outcome: null });
    expect(await ledger(deps, EAST)).toEqual(["detect it fails", `decide ${GUARD_CODES.map((code) => `${code} passed`).join(", ")}`]);
  });

  it("goes only as far as the others can carry", async () => {
    // 500 k of east, and 400 k of room: west and north each have 800 k of their 1 M taken.
    deps.metrics.minutes = { "gpt-east": many(500_000), "gpt-west": many(800_000), "gpt-north": many(800_000) };
    await know(deps);
    expect(await evacuate("east")).toMatchObject({ started: true, run: { targetShare: 0.2 } });
    expect(holdOf(await stateOf(deps), "east")?.targetShare).toBe(0.2);
  });

  it("freezes the headroom of those who take over in the hold", async () => {
    deps.metrics.minutes = { ...deps.metrics.minutes, "gpt-west": many(800_000) };
    await know(deps);
    await evacuate("east");
    expect(holdOf(await stateOf(deps), "east")?.takers).toEqual({ "gpt-west": 200_000, "gpt-north": 700_000 });
  });

  it("of some deployments limits those alone, in the hold and in the run", async () => {
    expect(await evacuate("east", { scope: ["gpt-east"] })).toMatchObject({ run: { scope: ["gpt-east"] } });
    expect(holdOf(await stateOf(deps), "east")?.scope).toEqual(["gpt-east"]);
  });

  it("twice in the same instant makes one run and one hold", async () => {
    const results = await Promise.all([evacuate("east"), evacuate("east"), evacuate("east")]);
    expect(results.map((result) => result.started && result.run.id)).toEqual([EAST, EAST, EAST]);
    expect(results.filter((result) => result.started && !result.joined)).toHaveLength(1);
    expect(deps.starter.started).toHaveLength(1);
    expect((await stateOf(deps)).holds).toHaveLength(1);
  });

  it("of two regions in the same instant does not pass the guard on concurrency", async () => {
    const results = await Promise.all([evacuate("east", {}, ["east", "west"]), evacuate("west", {}, ["east", "west"])]);
    expect(results.filter((result) => result.started)).toHaveLength(1);
    expect(results.find((result) => !result.started)).toMatchObject({
      reason: expect.stringMatching(/^maxConcurrentShifts: 1 other region is held/),
    });
    expect((await stateOf(deps)).holds).toHaveLength(1);
    expect(deps.starter.started).toHaveLength(1);
  });

  it("two regions at once may pass when the estate allows two, and share the episode", async () => {
    deps = await know(fakeDeps(hubToHub(["east", "west", "north", "south"], { safety: { maxConcurrentShifts: 2 } })));
    await Promise.all([evacuate("east", {}, ["east", "west"]), evacuate("west", {}, ["east", "west"])]);
    expect((await stateOf(deps)).holds.map((h) => h.owner).sort()).toEqual([EAST, "evacuate-west-20260105T000000Z"]);
  });

  it("that is refused starts nothing, writes nothing and says why", async () => {
    deps.journal.length = 0;
    const result = await evacuate("east", {}, ["east", "west", "north"]);
    expect(result).toMatchObject({ started: false, reason: expect.stringMatching(/^willMovingHelp: /) });
    expect(result.guards.map((guard) => guard.outcome)).toContain("refused");
    expect(deps.starter.started).toEqual([]);
    expect(deps.journal).toEqual([]);
    expect((await stateOf(deps)).holds).toEqual([]);
  });

  it("a person overrides one guard, and that stays with the run", async () => {
    const override = { guard: "minHealthyRegions", reason: "they are fine, I looked" } as const;
    deps = await know(fakeDeps(hubToHub(undefined, { safety: { minHealthyRegions: 3 } })));
    expect(await evacuate("east", { initiator: "manual" })).toMatchObject({ reason: expect.stringMatching(/^minHealthyRegions: /) });
    expect(await evacuate("east", { initiator: "manual", override })).toMatchObject({
      started: true,
      run: { override },
    });
    expect((await readRun(deps, EAST))?.run.override).toEqual(override);
  });

  it("of a region that is being evacuated joins the run", async () => {
    await evacuate("east");
    expect(await evacuate("east", { initiator: "manual", mode: "graceful" })).toMatchObject({
      started: true,
      joined: true,
      run: { id: EAST, initiator: "automatic" },
    });
    expect(deps.starter.started).toHaveLength(1);
  });

  it("of a region whose run is only just being put on record joins that run too", async () => {
    await setState(deps, [hold("east", 1, { targetShare: 0.3 })]);
    expect(await evacuate("east")).toMatchObject({ started: true, joined: true, run: { id: EAST, runbook: "evacuate", targetShare: 0.3 } });
  });

  it("a person may move what the guards left behind of an automatic one", async () => {
    await setState(deps, [hold("east", 0.3, { targetShare: 0.3 })], { evacuations: { east: 1 } });
    const override = { guard: "survivorCapacity", reason: "429 is better than nothing" } as const;
    expect(await evacuate("east", { share: 0.3, initiator: "manual" })).toMatchObject({ joined: true });
    expect(await evacuate("east", { initiator: "manual", override })).toMatchObject({
      joined: false,
      run: { id: `${EAST}-2`, targetShare: 0, override },
    });
  });

  it("of a region that is being restored takes it back under an id of its own", async () => {
    await evacuate("east");
    await restore();
    expect(await evacuate("east", { initiator: "manual", share: 0.5, mode: "graceful" })).toMatchObject({
      started: true,
      joined: false,
      run: { id: `${EAST}-2`, targetShare: 0.5, mode: "graceful" },
    });
    expect(holdOf(await stateOf(deps), "east")).toMatchObject({
      owner: `${EAST}-2`,
      initiator: "manual",
      targetShare: 0.5,
      mode: "graceful",
    });
  });
});

describe("starting a restore", () => {
  it("takes the hold over and keeps what it limits", async () => {
    await evacuate("east");
    await setState(deps, [hold("east", 0, { gate: "closed", owner: EAST })], { evacuations: { east: 1 } });
    expect(await restore()).toMatchObject({ started: true, joined: false, run: { id: "restore-east-20260105T000000Z", targetShare: 1 } });
    expect(holdOf(await stateOf(deps), "east")).toMatchObject({
      share: 0,
      gate: "closed",
      owner: "restore-east-20260105T000000Z",
      mode: "graceful",
    });
  });

  it("twice in the same instant makes one run", async () => {
    await evacuate("east");
    const results = await Promise.all([restore(), restore()]);
    expect(results.filter((result) => result.started && !result.joined)).toHaveLength(1);
    expect(deps.starter.started.map((run) => run.id)).toEqual([EAST, "restore-east-20260105T000000Z"]);
  });

  it("of a region without a hold starts nothing", async () => {
    expect(await restore()).toMatchObject({ started: false, reason: "east is not held: there is nothing to restore" });
    expect(deps.starter.started).toEqual([]);
  });

  it("by a person makes the hold a person's", async () => {
    await evacuate("east");
    await restore({ initiator: "manual" });
    expect(holdOf(await stateOf(deps), "east")?.initiator).toBe("manual");
  });
});

describe("a hold without a running run", () => {
  const resume = async (): Promise<void> => resumeOrphans(deps, deps.starter, await stateOf(deps));
  const broken: RunStarter = {
    isRunning: async () => false,
    wake: async () => undefined,
    start: () => Promise.reject(new Error("the host was killed")),
  };

  it("whose start was cut off gets its run again, as it was meant", async () => {
    await expect(
      startEvacuation(deps, broken, evacuation("east", { share: 0.3, mode: "graceful" }), verdictsWith(deps, "east")),
    ).rejects.toThrow("killed");
    await resume();
    expect(deps.starter.started).toMatchObject([{ id: EAST, runbook: "evacuate", mode: "graceful", targetShare: 0.3 }]);
  });

  it("whose run is not even on record gets the very same run from the hold", async () => {
    deps.state.beforeWrite = (partition) => {
      if (partition.startsWith("runs-")) throw new Error("the host was killed");
    };
    await expect(evacuate("east")).rejects.toThrow("killed");
    deps.state.beforeWrite = () => undefined;
    await resume();
    expect(deps.starter.started).toEqual([
      {
        id: EAST,
        runbook: "evacuate",
        region: "east",
        mode: "ungraceful",
        scope: null,
        targetShare: 0,
        initiator: "automatic",
        reason: "it fails",
        startedAt: "2026-01-05T00:00:00.000Z",
      },
    ]);
  });

  it("that is being restored gets its restore again", async () => {
    await evacuate("east");
    await restore({ mode: "ungraceful" });
    deps.starter.end("restore-east-20260105T000000Z");
    await resume();
    expect(deps.starter.started.at(-1)).toMatchObject({
      id: "restore-east-20260105T000000Z",
      runbook: "restore",
      mode: "ungraceful",
      targetShare: 1,
    });
  });

  it("whose run lives is left alone", async () => {
    await evacuate("east");
    await resume();
    expect(deps.starter.started).toHaveLength(1);
  });

  it("that was released since the state was read is not started again", async () => {
    await evacuate("east");
    const stale = await stateOf(deps);
    await setState(deps, []);
    deps.starter.end(EAST);
    await resumeOrphans(deps, deps.starter, stale);
    expect(deps.starter.started).toHaveLength(1);
  });
});

function many(tokens: number): FakeDeps["metrics"]["minutes"][string] {
  return minutesUntil(T0, tokens);
}
