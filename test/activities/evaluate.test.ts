import { beforeEach, describe, expect, it } from "vitest";
import { runRound } from "../../src/activities/evaluate.ts";
import { learn } from "../../src/activities/knowledge.ts";
import { readMemory } from "../../src/activities/memory.ts";
import type { Decision } from "../../src/domain/decide.ts";
import type { Run } from "../../src/domain/run.ts";
import { at, hold, hubToHub, type EstateChanges } from "../support/builders.ts";
import { minutesUntil } from "../support/fake-azure.ts";
import { fakeDeps, ledger, type FakeDeps } from "../support/fake-deps.ts";
import { know, setState, stateOf, writes } from "./support.ts";

async function start(changes: EstateChanges = {}): Promise<FakeDeps> {
  const deps = await know(fakeDeps(hubToHub(undefined, changes)));
  await round(deps);
  return deps;
}

/** One round of the timer, 15 s after the last one. */
async function round(deps: FakeDeps): Promise<readonly Decision[]> {
  await deps.clock.advance(15 - (deps.clock.elapsed() % 15));
  return deps.clock.finish(runRound(deps, deps.starter));
}
const down = (deps: FakeDeps, ...regions: readonly string[]): void =>
  void (deps.probe.script = Object.fromEntries(regions.map((region) => [`gpt-${region}`, ["failed"]])));
const actions = (decisions: readonly Decision[]): readonly string[] => decisions.map((decision) => decision.action);

let deps: FakeDeps;
beforeEach(async () => {
  deps = await start();
});

describe("a round with nothing wrong", () => {
  it("decides nothing, starts nothing, tells nobody", async () => {
    expect(actions(await round(deps))).toEqual(["none", "none", "none"]);
    expect(deps.starter.started).toEqual([]);
    expect(deps.sent).toEqual([]);
  });

  it("costs two operations of the table service: read all, write what was seen", async () => {
    await round(deps);
    deps.journal.length = 0;
    deps.state.operations = 0;
    await round(deps);
    expect(deps.journal).toEqual(["put estate-test/watch"]);
    expect(deps.state.operations).toBe(2);
  });
});

describe("a region that fails", () => {
  it("is evacuated in the round that confirmed it, straight and automatically", async () => {
    down(deps, "east");
    expect(actions(await round(deps))).toEqual(["evacuate", "none", "none"]);
    expect(deps.starter.started).toMatchObject([
      { runbook: "evacuate", region: "east", mode: "ungraceful", initiator: "automatic", targetShare: 0 },
    ]);
  });

  it("costs six operations of the table service with its burst and its start", async () => {
    await round(deps);
    down(deps, "east");
    deps.state.operations = 0;
    expect(actions(await round(deps))).toContain("evacuate");
    expect(deps.state.operations).toBe(6);
  });

  it("is started once, however many rounds see it", async () => {
    down(deps, "east");
    await round(deps);
    await round(deps);
    await round(deps);
    expect(deps.starter.started).toHaveLength(1);
  });

  it("keeps the demand it had, however long a guard keeps it from being left: nobody is answered, so no tokens are counted", async () => {
    const capacity = async (): Promise<unknown> => (await readMemory(deps)).knowledge?.capacity.demand["gpt-east"];
    await setState(deps, [], { killSwitch: { on: true, by: "ops", reason: "x", at: "2026-01-05T00:00:00.000Z" } });
    down(deps, "east");
    await round(deps);
    await deps.clock.advance(900);
    deps.metrics.minutes["gpt-east"] = minutesUntil(at(deps.clock.elapsed()), 30);
    await learn(deps);
    expect(await capacity()).toBe(300_000);
    deps.probe.script = {};
    for (let i = 0; i < 5; i += 1) await round(deps);
    await learn(deps);
    expect(await capacity()).toBe(30);
  });

  it("of two that fail at once the estate's guard lets one go", async () => {
    deps = await know(fakeDeps(hubToHub(["east", "west", "north", "south"])));
    await round(deps);
    down(deps, "east", "west");
    await round(deps);
    expect((await stateOf(deps)).holds.map((h) => h.region)).toEqual(["east"]);
    expect(actions(await round(deps))).toEqual(["none", "refuse", "none", "none"]);
    expect(deps.sent.map(({ event, region, reason }) => [event, region, reason.split(":")[0]])).toEqual([
      ["refuse", "west", "maxConcurrentShifts"],
    ]);
  });

  it("with every other one: nothing is evacuated and the operator is told", async () => {
    down(deps, "east", "west", "north");
    deps.probe.script = { ...deps.probe.script, "apim-east": ["failed"], "apim-west": ["failed"], "apim-north": ["failed"] };
    expect(actions(await round(deps))).toEqual(["refuse", "refuse", "refuse"]);
    expect(deps.starter.started).toEqual([]);
    expect(deps.sent.map((n) => [n.event, n.region, n.title])).toEqual([["page", "all regions", "all regions: the prober doubts itself"]]);
    await round(deps);
    expect(deps.sent).toHaveLength(1);
  });

  it("while the prober cannot measure anything: nothing at all", async () => {
    deps.probe.script = Object.fromEntries(
      [...deps.estate.deployments, ...deps.estate.gateways].map((target) => [target.id, ["unmeasured"]]),
    );
    for (let i = 0; i < 8; i += 1) expect(actions(await round(deps))).toEqual(["none", "none", "none"]);
    expect(deps.starter.started).toEqual([]);
  });
});

describe("what is told", () => {
  it("a refusal once, and again when its reason is another guard", async () => {
    deps = await start({ safety: { minHealthyRegions: 2 } });
    down(deps, "east", "west");
    await round(deps);
    await round(deps);
    expect(deps.sent.map(({ event, region }) => [event, region])).toEqual([
      ["refuse", "east"],
      ["refuse", "west"],
    ]);
    await setState(deps, [], { killSwitch: { on: true, by: "ops", reason: "stop", at: "" } });
    await round(deps);
    expect(deps.sent.slice(2).map(({ region, reason }) => [region, reason.split(":")[0]])).toEqual([
      ["east", "automationEnabled"],
      ["west", "automationEnabled"],
    ]);
    expect((await ledger(deps, null)).filter((entry) => entry.startsWith("decide"))).toHaveLength(4);
  });

  it("a refusal again after the region was well in between", async () => {
    deps = await start({ safety: { minHealthyRegions: 3 } });
    down(deps, "east");
    await round(deps);
    deps.probe.script = {};
    for (let i = 0; i < 4; i += 1) await round(deps);
    expect(deps.sent).toHaveLength(1);
    down(deps, "east");
    await round(deps);
    expect(deps.sent.map((n) => n.event)).toEqual(["refuse", "refuse"]);
  });

  it("in mode recommend what would be done, once, and nothing is started", async () => {
    deps = await start({ safety: { mode: "recommend" } });
    down(deps, "east");
    await round(deps);
    await round(deps);
    expect(deps.sent).toMatchObject([{ event: "recommend", region: "east", title: "east would be evacuated to 0 %", estate: "test" }]);
    expect(deps.starter.started).toEqual([]);
    expect((await stateOf(deps)).holds).toEqual([]);
    expect(writes(deps.pools.calls)).toEqual([]);
  });
});

describe("a held region", () => {
  it("is restored once it has been healthy for the soak", async () => {
    await setState(deps, [hold("east", 0)], { evacuations: { east: 1 } });
    await deps.starter.start({ ...(await heldRun()), id: "evacuate-east-20260105T000000Z" });
    const seen: string[] = [];
    for (let i = 0; i < 9; i += 1) seen.push((await round(deps))[0]?.action ?? "");
    // Healthy since 15 s; the soak of 120 s is over at 135 s, and the restore is left alone afterwards.
    expect(seen.indexOf("restore") * 15 + 30).toBe(135);
    expect(deps.starter.started.at(-1)).toMatchObject({ runbook: "restore", mode: "graceful", region: "east" });
    expect((await round(deps))[0]).toMatchObject({ action: "none", reason: "restore-east-20260105T000000Z is restoring it" });
  });

  it("that fails again while it is restored wakes its run instead of letting it sleep", async () => {
    await setState(deps, [hold("east", 0.25, { owner: "restore-east-20260105T000000Z" })], { evacuations: { east: 1 } });
    down(deps, "east");
    expect(actions(await round(deps))).toContain("wake");
    expect(deps.starter.woken).toEqual(["restore-east-20260105T000000Z"]);
  });

  it("by a person is not restored automatically", async () => {
    await setState(deps, [hold("east", 0, { initiator: "manual" })]);
    for (let i = 0; i < 12; i += 1) expect((await round(deps))[0]?.action).toBe("none");
  });

  it("whose run is gone gets it again", async () => {
    await setState(deps, [hold("east", 0)]);
    await round(deps);
    expect(deps.starter.started.map((run) => run.id)).toEqual(["evacuate-east-20260105T000000Z"]);
  });

  async function heldRun() {
    const { owner, region, mode, scope, targetShare, initiator, reason, since } = hold("east", 0);
    return { id: owner, runbook: "evacuate" as const, region, mode, scope, targetShare, initiator, reason, startedAt: since };
  }
});

it("a round asks nothing of ARM or of Azure Monitor, which may be slow or down", async () => {
  const asked = (): Promise<never> => Promise.reject(new Error("asked"));
  Object.assign(deps.metrics, { traffic: asked });
  Object.assign(deps.capacity, { tokensPerMinute: asked });
  Object.assign(deps.pools, { read: asked });
  await deps.clock.advance(3600);
  down(deps, "east");
  expect(actions(await round(deps))).toEqual(["evacuate", "none", "none"]);
});

it("a start that fails for one region keeps no other from being served and nobody from being told", async () => {
  deps = await know(fakeDeps(hubToHub(["east", "west", "north", "south"], { safety: { maxConcurrentShifts: 2 } })));
  await round(deps);
  down(deps, "east", "west");
  const { start } = deps.starter;
  Object.assign(deps.starter, {
    start: (run: Run) => (run.region === "east" ? Promise.reject(new Error("the host is busy")) : start(run)),
  });
  await expect(round(deps)).rejects.toThrow("1 of 4 decisions were not carried out");
  expect(deps.starter.started.map((run) => run.region)).toEqual(["west"]);
});
