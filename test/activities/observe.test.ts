import { beforeEach, describe, expect, it } from "vitest";
import { putWatch } from "../../src/activities/memory.ts";
import { observe } from "../../src/activities/observe.ts";
import { EMPTY_WATCH } from "../../src/activities/watch.ts";
import { at, hold, hubAndSpoke, hubToHub, observation, regionOf, runOf, verdict } from "../support/builders.ts";
import { failure, minute } from "../support/fake-azure.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { know, setState } from "./support.ts";

const restore = runOf("restore");
let deps: FakeDeps;
beforeEach(async () => {
  deps = await know(fakeDeps());
  deps.metrics.asked.length = 0;
});

describe("what a run sees", () => {
  it("is its hold, its region's verdict, and the kill switch", async () => {
    await setState(deps, [hold("east", 0)], { killSwitch: { on: true, by: "ops", reason: "x", at: at(0) } });
    await putWatch(
      deps,
      {
        ...EMPTY_WATCH,
        observations: { "gpt-east": [observation("failed")] },
        verdicts: { "gpt-east": verdict("failing"), "apim-east": verdict("healthy") },
      },
      undefined,
    );
    expect(await observe(deps, runOf("evacuate"))).toMatchObject({
      at: at(0),
      hold: { region: "east", share: 0 },
      killSwitchOn: true,
      verdict: { foundry: { state: "failing" }, gateway: { state: "healthy" } },
      stillFailing: true,
      mayLeaveEdge: true,
      convergence: null,
      answers: null,
    });
  });

  it.each<[rule: string, seconds: number, state: string]>([
    ["while probe rounds come", 90, "healthy"],
    ["none once the probe timer has stopped: no restore climbs on old health", 91, "inconclusive"],
  ])("a verdict is %s", async (_rule, seconds, state) => {
    const verdicts = { "gpt-east": verdict("healthy"), "apim-east": verdict("healthy") };
    await putWatch(deps, { ...EMPTY_WATCH, verdicts, roundAt: at(0) }, undefined);
    await deps.clock.advance(seconds);
    expect((await observe(deps, restore)).verdict).toMatchObject({ foundry: { state }, gateway: { state } });
  });

  it("no hold is no hold", async () => {
    expect((await observe(deps, restore)).hold).toBeNull();
  });

  it.each<[rule: string, last: "failed" | "ok", still: boolean]>([
    ["the latest probe fails", "failed", true],
    ["the latest probe answers, although the verdict is younger", "ok", false],
  ])("still failing: %s", async (_rule, last, still) => {
    const observations = { "gpt-east": [observation("failed", at(0)), observation(last, at(15))] };
    await putWatch(deps, { ...EMPTY_WATCH, observations, verdicts: { "gpt-east": verdict("failing") } }, undefined);
    expect((await observe(deps, restore)).stillFailing).toBe(still);
  });

  it("a region without an edge has no origin", async () => {
    expect((await observe(fakeDeps(hubAndSpoke()), restore)).mayLeaveEdge).toBe(false);
  });

  it.each<[rule: string, own: string | null, peers: string | null, override: boolean, may: boolean]>([
    ["the data may go anywhere", null, "eu", false, true],
    ["all others are within the boundary", "eu", "eu", false, true],
    ["others are outside of it", "eu", null, false, false],
    ["others are outside of it, and a person has overridden the guard", "eu", null, true, true],
  ])("the edge may leave the region's gateways: %s", async (_rule, own, peers, isOverridden, may) => {
    const regions = [regionOf("east", own), regionOf("west", peers), regionOf("north", peers)];
    const override = { guard: "dataResidency", reason: "signed off" } as const;
    const run = isOverridden ? runOf("evacuate", "east", { override }) : runOf("evacuate");
    expect((await observe(fakeDeps(hubToHub(undefined, { regions })), run)).mayLeaveEdge).toBe(may);
  });
});

describe("answers since the share was changed", () => {
  const since = (share: number): Promise<void> => setState(deps, [hold("east", share, { owner: restore.id, shareSince: at(30) })]);

  it.each<[rule: string, share: number, run: typeof restore, seconds: number]>([
    ["while the region carries nothing", 0, restore, 600],
    ["for an evacuation", 0.5, runOf("evacuate"), 600],
    ["before a whole minute has passed", 0.5, restore, 119],
  ])("are not asked for %s", async (_rule, share, run, seconds) => {
    await since(share);
    await deps.clock.advance(seconds);
    expect((await observe(deps, run)).answers).toBeNull();
    expect(deps.metrics.asked).toEqual([]);
  });

  it("count from the first whole minute, refused ones as failed", async () => {
    await since(0.5);
    deps.metrics.minutes["gpt-east"] = [
      minute(1, { answered: 40, serverErrors: 2 }),
      minute(1, { answered: 20, throttled: 3 }),
      minute(null),
    ];
    await deps.clock.advance(240);
    expect((await observe(deps, restore)).answers).toEqual({ count: 65, failed: 5 });
    expect(deps.metrics.asked).toEqual([{ deployment: "gpt-east", from: new Date(at(60)), to: new Date(at(240)) }]);
  });

  it.each([
    ["no data point", [minute(null)]],
    ["a failed read", failure("busy", 429)],
  ] as const)("%s is not measured, not zero", async (_rule, minutes) => {
    await since(0.5);
    deps.metrics.minutes["gpt-east"] = minutes;
    await deps.clock.advance(240);
    expect((await observe(deps, restore)).answers).toBeNull();
  });
});
