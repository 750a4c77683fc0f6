/** The claim of the timer's next round, made by the end of the last one. */
import { beforeEach, describe, expect, it } from "vitest";
import { investigate } from "../../src/activities/evaluate.ts";
import { readMemory } from "../../src/activities/memory.ts";
import { probeRound } from "../../src/activities/probe-round.ts";
import { readStatus, type Status } from "../../src/activities/status.ts";
import { receive } from "../../src/activities/suspicions.ts";
import type { Watch } from "../../src/activities/watch.ts";
import { at } from "../support/builders.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";

let deps: FakeDeps;
/** Rounds at 0 and 15 s; the one at 30 s is the first that was reserved. */
beforeEach(async () => {
  deps = fakeDeps();
  await round();
  await deps.clock.advance(15);
  await round();
  deps.journal.length = 0;
});

const round = (): Promise<Watch> => deps.clock.finish(roundOf(deps));
const sentTo = (target: string): readonly number[] => deps.probe.sent.filter((call) => call.target === target).map((call) => call.at);
const status = (): Promise<Status> => readStatus(deps);
/** A process of its own beside the first, on the same rows. */
const instance = (): FakeDeps => ({ ...deps });
const roundOf = (of: FakeDeps, named?: ReadonlySet<string>): Promise<Watch> =>
  readMemory(of).then((memory) => probeRound(of, memory, named));
const claimWrites = (): number => deps.journal.filter((entry) => entry === "put estate-test/claims").length;

describe("a reservation", () => {
  it("is the claim of the next round: nothing else is written for it", async () => {
    for (let i = 0; i < 4; i += 1) {
      await deps.clock.advance(15);
      await round();
    }
    expect(claimWrites()).toBe(0);
    expect(sentTo("gpt-east")).toEqual([0, 15, 30, 45, 60, 75]);
  });

  it.each<[what: string, seconds: number, who: () => FakeDeps, named?: ReadonlySet<string>]>([
    ["that comes too early", 13.9, () => deps],
    ["that comes too late", 17.1, () => deps],
    ["whose schedule is twice the interval", 30, () => deps],
    ["of another process, once the reservation is over", 24, instance],
    ["that is no timer's", 12, () => deps, new Set()],
  ])("is no claim of a round %s: it writes its own", async (_what, seconds, who, named) => {
    await deps.clock.advance(seconds);
    await deps.clock.finish(roundOf(who(), named));
    expect(claimWrites()).toBe(1);
    expect(sentTo("gpt-west").at(-1)).toBe(15 + seconds);
  });

  it.each([14, 17])("is used by a tick that comes after %d s", async (seconds) => {
    await deps.clock.advance(seconds);
    await round();
    expect(claimWrites()).toBe(0);
    expect(sentTo("gpt-west").at(-1)).toBe(15 + seconds);
  });

  it("is made again after a tick that was missed or late", async () => {
    for (const seconds of [30, 15, 15]) {
      await deps.clock.advance(seconds);
      await round();
    }
    expect(claimWrites()).toBe(2);
  });

  it("is used once: of two rounds of the process in the same instant one probes", async () => {
    await deps.clock.advance(15);
    await Promise.all([round(), round()]);
    for (const { id } of [...deps.estate.deployments, ...deps.estate.gateways]) expect(sentTo(id)).toEqual([0, 15, 30]);
  });

  it("keeps another instance's rounds off while the round runs, whoever was first: one prober each", async () => {
    const other = instance();
    deps.probe.script = { "gpt-east": ["ok", "ok", { outcome: "ok", seconds: 4 }] };
    await deps.clock.advance(15);
    const first = roundOf(other);
    const rounds = [first, roundOf(deps), roundOf(other, new Set(["gpt-east"]))];
    await deps.clock.advance(2);
    await deps.clock.finish(Promise.all([...rounds, roundOf(other, new Set(["gpt-west"]))]));
    for (const { id } of [...deps.estate.deployments, ...deps.estate.gateways]) expect(sentTo(id)).toEqual([0, 15, 30]);
  });

  it("is over with its round: what is suspected then is probed at once", async () => {
    await deps.clock.advance(15);
    await round();
    await deps.clock.advance(1);
    await deps.clock.finish(roundOf(instance(), new Set(["gpt-east"])));
    expect(sentTo("gpt-east").slice(2)).toEqual([30, 31, 34, 37, 40, 43]);
  });

  it("leaves to another round what that claimed before", async () => {
    deps.probe.script = { "gpt-east": ["ok", "ok", { outcome: "failed", seconds: 1 }] };
    await deps.clock.advance(10);
    const burst = roundOf(instance(), new Set(["gpt-east"]));
    await deps.clock.advance(5);
    await deps.clock.finish(roundOf(deps));
    expect(sentTo("gpt-east").filter((at) => at === 30)).toEqual([]);
    expect(sentTo("gpt-west")).toEqual([0, 15, 25, 30]);
    await deps.clock.finish(burst);
  });

  it("of a burst's round frees what is not in the burst, and keeps the rest", async () => {
    deps.probe.script = { "gpt-east": ["ok", "ok", { outcome: "failed", seconds: 2 }] };
    await deps.clock.advance(15);
    const bursting = roundOf(deps);
    await deps.clock.advance(4);
    const before = sentTo("gpt-east").length;
    await deps.clock.finish(roundOf(instance(), new Set()));
    expect(sentTo("gpt-west")).toEqual([0, 15, 30, 34]);
    expect(sentTo("gpt-east")).toHaveLength(before);
    await deps.clock.finish(bursting);
  });

  it("is not made by a round that outlasts its interval: nothing is kept free for a tick that is over", async () => {
    deps.probe.script = { "gpt-east": ["ok", "ok", { outcome: "ok", seconds: 14 }] };
    await deps.clock.advance(15);
    await round();
    await deps.clock.finish(roundOf(instance(), new Set()));
    expect(sentTo("gpt-west")).toEqual([0, 15, 30, 44]);
  });

  it("outlives the rounds of an investigation", async () => {
    const raise = (key: string, target: string): Promise<unknown> =>
      receive(deps, { source: "metricAlert", key, state: "raised", targets: [target], at: at(deps.clock.elapsed()), title: "it fails" });
    await deps.clock.advance(15);
    await round();
    await deps.clock.advance(1);
    const investigation = investigate(deps, deps.starter, ["gpt-east"]);
    await deps.clock.advance(9);
    await raise("alert-1", "gpt-west");
    // It goes on at 46 s.
    await deps.clock.advance(5);
    const timers = roundOf(deps);
    await deps.clock.advance(15);
    await Promise.all([investigation, timers]);
    await round();
    expect(sentTo("apim-north").slice(-2)).toEqual([45, 60]);
  });

  it("of a process that died ends by itself, and nobody probes twice before", async () => {
    const heir = instance();
    await deps.clock.advance(15);
    await roundOf(heir);
    expect(sentTo("gpt-east")).toEqual([0, 15]);
    await deps.clock.advance(9);
    await roundOf(heir);
    expect(sentTo("gpt-east")).toEqual([0, 15, 39]);
  });

  it("whose round could not write its end is no claim of the next one", async () => {
    await deps.clock.advance(15);
    deps.state.beforeWrite = () => Promise.reject(new Error("the table cannot be reached"));
    await expect(round()).rejects.toThrow("cannot be reached");
    deps.state.beforeWrite = () => undefined;
    await deps.clock.advance(15);
    await round();
    expect(claimWrites()).toBe(1);
    expect(sentTo("gpt-east")).toEqual([0, 15, 30, 45]);
  });

  it("is told in status from when it counts, with all targets", async () => {
    expect((await status()).signals.claims).toEqual([]);
    await deps.clock.advance(13);
    expect((await status()).signals.claims).toMatchObject([{ until: at(39), targets: 6 }]);
    expect((await status()).targets.map(({ claimedUntil }) => claimedUntil)).toEqual(Array.from({ length: 6 }, () => at(39)));
  });
});
