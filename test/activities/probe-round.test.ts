import { beforeEach, describe, expect, it } from "vitest";
import { putWatch, readClaims, readMemory, readWatch } from "../../src/activities/memory.ts";
import { probeRound, withFindings } from "../../src/activities/probe-round.ts";
import { NO_TRAFFIC } from "../../src/activities/traffic-row.ts";
import { EMPTY_WATCH, type Watch } from "../../src/activities/watch.ts";
import { hubToHub, observation, at, verdict } from "../support/builders.ts";
import { fakeDeps, type FakeDeps, type ScriptedAnswer } from "../support/fake-deps.ts";

const NONE = { metrics: NO_TRAFFIC, gatewayLogs: NO_TRAFFIC };
let deps: FakeDeps;
beforeEach(() => {
  deps = fakeDeps();
});

async function round(): Promise<Watch> {
  return probeRound(deps, await readMemory(deps));
}
const sentTo = (target: string): readonly number[] => deps.probe.sent.filter((call) => call.target === target).map((call) => call.at);
const timeout: ScriptedAnswer = { outcome: "failed", seconds: 5 };
const stateOf = (watch: Watch, target = "gpt-east"): string | undefined => watch.verdicts[target]?.state;

/** A healthy round, then what the script says from the next probe on. */
async function afterHealthyRound(script: FakeDeps["probe"]["script"][string]): Promise<Watch> {
  await round();
  await deps.clock.advance(15);
  deps.probe.script = { "gpt-east": ["ok", ...script] };
  return deps.clock.finish(round());
}

describe("a probe round", () => {
  it("probes every target once while all is well", async () => {
    const watch = await round();
    expect(deps.probe.sent.map((call) => call.target)).toEqual([
      "gpt-east",
      "gpt-west",
      "gpt-north",
      "apim-east",
      "apim-west",
      "apim-north",
    ]);
    expect(Object.values(watch.verdicts).map((v) => v.state)).toEqual(Array.from({ length: 6 }, () => "healthy"));
    expect(deps.clock.elapsed()).toBe(0);
  });

  it("lasts as long as its slowest target", async () => {
    deps.probe.script = { "gpt-east": [{ outcome: "ok", seconds: 4 }], "gpt-west": [{ outcome: "ok", seconds: 3 }] };
    await deps.clock.finish(round());
    expect(deps.clock.elapsed()).toBe(4);
  });

  it.each(["throttled", "misconfigured", "unmeasured"] as const)("no burst for an answer that is %s", async (outcome) => {
    await afterHealthyRound([outcome]);
    expect(sentTo("gpt-east")).toEqual([0, 15]);
  });
});

describe("a confirm burst", () => {
  it("a blip costs one burst, cut short as soon as it can no longer fail, and changes nothing", async () => {
    const watch = await afterHealthyRound(["failed", "ok", "ok"]);
    expect(sentTo("gpt-east")).toEqual([0, 15, 18, 21]);
    expect(stateOf(watch)).toBe("healthy");
  });

  it("a hard failure is certain after exactly the failures it takes, at the burst's spacing", async () => {
    const watch = await afterHealthyRound(["failed"]);
    expect(sentTo("gpt-east")).toEqual([0, 15, 18, 21, 24]);
    expect(stateOf(watch)).toBe("failing");
    expect(deps.clock.elapsed()).toBe(24);
  });

  it("one stray success among the failures costs one probe more", async () => {
    const watch = await afterHealthyRound(["failed", "failed", "ok", "failed", "failed"]);
    expect(sentTo("gpt-east")).toEqual([0, 15, 18, 21, 24, 27]);
    expect(stateOf(watch)).toBe("failing");
  });

  it("timeouts overlap: the fourth is known 14 s after the first probe was sent", async () => {
    const watch = await afterHealthyRound([timeout]);
    // The second is due while the first is unanswered, so it goes out as soon as suspicion arises.
    expect(sentTo("gpt-east").slice(1, 5)).toEqual([15, 20, 21, 24]);
    expect(stateOf(watch)).toBe("failing");
    expect(deps.clock.elapsed()).toBe(15 + 14);
  });

  it("an answer that comes after the outcome is certain is not waited for", async () => {
    const watch = await afterHealthyRound(["failed", { outcome: "ok", seconds: 60 }, "ok", "ok"]);
    expect(deps.clock.elapsed()).toBe(24);
    expect(watch.observations["gpt-east"]?.map((o) => o.outcome)).toEqual(["ok", "failed", "ok", "ok"]);
  });

  it("another target's burst does not delay a healthy target's probe", async () => {
    await afterHealthyRound(["failed"]);
    expect(sentTo("gpt-west")).toEqual([0, 15]);
  });

  it("a target that is failing already is probed once a round", async () => {
    await afterHealthyRound(["failed"]);
    await deps.clock.advance(6);
    await deps.clock.finish(round());
    expect(sentTo("gpt-east")).toEqual([0, 15, 18, 21, 24, 30]);
  });

  it("that earlier failures make certain at once ends at once", async () => {
    const before: Watch = {
      ...EMPTY_WATCH,
      observations: { "gpt-east": [0, 1, 2].map((i) => observation("failed", at(i))) },
      verdicts: { "gpt-east": verdict("healthy") },
      roundAt: at(2),
    };
    await putWatch(deps, before, undefined);
    await deps.clock.advance(15);
    deps.probe.script = { "gpt-east": ["failed"] };
    expect(stateOf(await deps.clock.finish(round()))).toBe("failing");
    expect(sentTo("gpt-east")).toEqual([15]);
  });

  it("gateways are confirmed like deployments", async () => {
    await round();
    await deps.clock.advance(15);
    deps.probe.script = { "apim-east": ["ok", "failed"] };
    expect(stateOf(await deps.clock.finish(round()), "apim-east")).toBe("failing");
  });
});

describe("the memory of observations", () => {
  it("loses none when two rounds that know nothing of each other end together", async () => {
    deps.probe.script = { "gpt-west": ["ok", { outcome: "ok", seconds: 1 }] };
    const memory = await readMemory(deps);
    await probeRound(deps, memory);
    await deps.clock.finish(probeRound(deps, { ...memory, claims: await readClaims(deps), watch: await readWatch(deps) }));
    const { value } = await readWatch(deps);
    for (const target of ["gpt-east", "apim-north"]) expect(value.observations[target]).toHaveLength(2);
  });

  it("is in the order of sending, whatever the order of arrival", () => {
    const fresh = [observation("ok", at(6)), observation("failed", at(0)), observation("failed", at(3))];
    const watch = withFindings(hubToHub(), EMPTY_WATCH, NONE, { own: fresh }, at(10));
    expect(watch.observations["gpt-east"]?.map((o) => o.at)).toEqual([at(0), at(3), at(6)]);
  });

  it("forgets targets that the estate no longer has, and what is stale", () => {
    const old: Watch = {
      ...EMPTY_WATCH,
      observations: { gone: [observation("ok", at(0), "gone")], "gpt-east": [observation("failed", at(0))] },
      verdicts: { gone: verdict("failing") },
    };
    const watch = withFindings(hubToHub(), old, NONE, { own: [observation("ok", at(200))] }, at(200));
    expect(Object.keys(watch.verdicts)).not.toContain("gone");
    expect(watch.observations["gpt-east"]).toHaveLength(1);
  });
});
