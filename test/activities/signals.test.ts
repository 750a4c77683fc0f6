/** What a round does with signals beside its own probes: suspicions, witnesses, claims, headers and the budget. */
import { beforeEach, describe, expect, it } from "vitest";
import { claimTargets } from "../../src/activities/claims.ts";
import { investigate, runRound } from "../../src/activities/evaluate.ts";
import { learn } from "../../src/activities/knowledge.ts";
import { type Knowledge, readMemory, readWatch, setLearnt } from "../../src/activities/memory.ts";
import { probeRound } from "../../src/activities/probe-round.ts";
import { readStatus, type Status } from "../../src/activities/status.ts";
import { receive } from "../../src/activities/suspicions.ts";
import { NO_TRAFFIC } from "../../src/activities/traffic-row.ts";
import type { Watch } from "../../src/activities/watch.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { Suspicion } from "../../src/domain/signals.ts";
import { at, hubToHub } from "../support/builders.ts";
import { minutesUntil } from "../support/fake-azure.ts";
import { fakeDeps, type FakeDeps, type ScriptedAnswer } from "../support/fake-deps.ts";

/** Every gateway can ask for the prober. */
function withWitnesses(detection: Partial<Estate["detection"]> = {}): Estate {
  const estate = hubToHub(undefined, { detection });
  return { ...estate, gateways: estate.gateways.map((gate) => ({ ...gate, witnessPath: "/witness/{backend}" })) };
}

let deps: FakeDeps;
beforeEach(async () => {
  deps = fakeDeps(withWitnesses());
  await round();
  await deps.clock.advance(15);
});

async function round(named?: ReadonlySet<string>): Promise<Watch> {
  return deps.clock.finish(readMemory(deps).then((memory) => probeRound(deps, memory, named)));
}
const sentTo = (target: string): readonly number[] => deps.probe.sent.filter((call) => call.target === target).map((call) => call.at);
const status = (): Promise<Status> => readStatus(deps);
const targetStatus = async (id: string): Promise<Status["targets"][number] | undefined> =>
  (await status()).targets.find(({ target }) => target === id);

function suspicion(changes: Partial<Suspicion> = {}): Suspicion {
  return { source: "metricAlert", key: "alert-1", state: "raised", targets: ["gpt-east"], at: at(10), title: "east fails", ...changes };
}

describe("a suspicion", () => {
  it("that is new has its targets put to a whole burst though the first probe is fine, once", async () => {
    expect(await receive(deps, suspicion())).toBe("raised");
    await round();
    expect(sentTo("gpt-east")).toEqual([0, 15, 18, 21, 24, 27]);
    expect(sentTo("gpt-west")).toEqual([0, 15]);
    await round();
    expect(sentTo("gpt-east")).toHaveLength(7);
    expect((await status()).signals.suspicions).toMatchObject([{ key: "alert-1", ageSeconds: 17 }]);
  });

  it.each<[what: string, news: Partial<Suspicion>, outcome: string]>([
    ["a duplicate", {}, "known"],
    ["an older one", { at: at(5) }, "known"],
    ["one too late", { key: "alert-2", at: at(-901) }, "known"],
    ["its clearing", { state: "cleared", at: at(12) }, "cleared"],
    ["one about nothing of the estate's", { key: "alert-3", targets: [] }, "unknownTarget"],
  ])("%s starts nothing", async (_what, news, outcome) => {
    await receive(deps, suspicion());
    await round();
    const sent = deps.probe.sent.length;
    expect(await receive(deps, suspicion(news))).toBe(outcome);
    await round();
    expect(deps.probe.sent.length).toBe(sent + 6);
  });

  it("that is repeated 500 times costs a read each and no write", async () => {
    await receive(deps, suspicion());
    deps.state.operations = 0;
    deps.journal.length = 0;
    for (let i = 0; i < 500; i += 1) await receive(deps, suspicion());
    expect(deps.state.operations).toBe(500);
    expect(deps.journal).toEqual([]);
  });

  it("that comes while an investigation is under way is looked into before it ends", async () => {
    await receive(deps, suspicion());
    const investigation = investigate(deps, deps.starter, ["gpt-east"]);
    await deps.clock.advance(4);
    await receive(deps, suspicion({ key: "alert-2", targets: ["gpt-west"] }));
    await deps.clock.finish(investigation);
    expect(sentTo("gpt-west").length).toBeGreaterThan(5);
  });

  it("of a target that is well evacuates nobody", async () => {
    await receive(deps, suspicion());
    const decisions = await deps.clock.finish(runRound(deps, deps.starter));
    expect(decisions.map(({ action }) => action)).toEqual(["none", "none", "none"]);
  });
});

const timeout: ScriptedAnswer = { outcome: "failed", seconds: 5, errorClass: "timeout" };

describe("witnesses", () => {
  it("are asked beside a burst, through other regions' gateways, once each", async () => {
    deps.probe.script = { "gpt-east": ["ok", "failed"] };
    await round();
    expect(deps.probe.witnessed).toEqual([
      { target: "gpt-east", via: "apim-west", backend: "foundry-east", at: 15 },
      { target: "gpt-east", via: "apim-north", backend: "foundry-east", at: 15 },
    ]);
  });

  it("that are answered while the prober is not tell that it is cut off: inconclusive, and nobody is evacuated", async () => {
    deps.probe.script = { "gpt-east": ["ok", timeout] };
    const decisions = await deps.clock.finish(runRound(deps, deps.starter));
    const { value } = await readWatch(deps);
    expect(value.verdicts["gpt-east"]).toMatchObject({ state: "inconclusive" });
    expect(value.witnesses["gpt-east"]?.map(({ via }) => via).toSorted()).toEqual(["apim-north", "apim-west"]);
    expect(decisions.map(({ action }) => action)).toEqual(["none", "none", "none"]);
  });

  it("that fail too leave the verdict to the probes", async () => {
    deps.probe.script = { "gpt-east": ["ok", timeout] };
    deps.probe.witnessScript = { "gpt-east": ["failed"] };
    expect((await round()).verdicts["gpt-east"]?.state).toBe("failing");
  });

  it("that hang delay no burst that was answered with errors", async () => {
    deps.probe.script = { "gpt-east": ["ok", "failed"] };
    deps.probe.witnessScript = { "gpt-east": [{ outcome: "ok", seconds: 60 }] };
    expect((await round()).verdicts["gpt-east"]?.state).toBe("failing");
    expect(deps.clock.elapsed()).toBe(24);
  });

  it("that throw are a gap and no failure of the round", async () => {
    deps.probe.script = { "gpt-east": ["ok", "failed"] };
    Object.assign(deps.probe, { witness: () => Promise.reject(new Error("boom")) });
    expect((await round()).verdicts["gpt-east"]?.state).toBe("failing");
    expect((await targetStatus("gpt-east"))?.sources).toContainEqual({ source: "witness", ageSeconds: null, gap: null });
  });
});

it("a probe that throws is one that could not be sent: the others count", async () => {
  Object.assign(deps.probe, { deployment: () => Promise.reject(new Error("boom")) });
  const watch = await round();
  expect(watch.verdicts["apim-east"]?.state).toBe("healthy");
  expect(Object.keys(watch.verdicts)).toHaveLength(6);
});

describe("claims", () => {
  it("two rounds in the same instant probe each target once between them", async () => {
    await Promise.all([round(), round()]);
    for (const { id } of [...deps.estate.deployments, ...deps.estate.gateways]) expect(sentTo(id)).toEqual([0, 15]);
  });

  it("a target in another's burst is left to it, and told in status; the others are probed", async () => {
    deps.probe.script = { "gpt-east": ["ok", { outcome: "failed", seconds: 2 }] };
    const bursting = readMemory(deps).then((memory) => probeRound(deps, memory));
    await deps.clock.advance(10);
    const before = sentTo("gpt-east").length;
    const other = await deps.clock.finish(readMemory(deps).then((memory) => probeRound(deps, { ...memory })));
    expect(sentTo("gpt-west")).toEqual([0, 15, 25]);
    expect(sentTo("gpt-east").length - before).toBe(0);
    expect(other.observations["gpt-east"]).toHaveLength(1);
    expect((await targetStatus("gpt-east"))?.claimedUntil).not.toBeNull();
    await deps.clock.finish(bursting);
    expect((await targetStatus("gpt-east"))?.claimedUntil).toBeNull();
  });

  it("of a prober that died end by themselves", async () => {
    await claimTargets(deps, await readMemory(deps), ["gpt-east"], false);
    await round();
    expect(sentTo("gpt-east")).toEqual([0]);
    await deps.clock.advance(7);
    await round();
    expect(sentTo("gpt-east")).toEqual([0, 22]);
  });
});

describe("headers and usage", () => {
  it("become the limiter's reading and the day's spend", async () => {
    deps.probe.extras = { limitTokens: 1000, remainingTokens: 400, spentTokens: 12 };
    await round();
    await deps.clock.advance(15);
    await round();
    expect(await targetStatus("gpt-east")).toMatchObject({
      // 600, and a third more for the quarter of the minute that no probe saw.
      limiter: { limit: 1000, used: 800 },
      spent: { requests: 3, tokens: 24 },
    });
    expect((await status()).signals.probes).toMatchObject({ day: "2026-01-05", requests: 18, tokens: 72 });
    await deps.clock.advance(86_400);
    await round();
    expect((await status()).signals.probes).toMatchObject({ day: "2026-01-06", requests: 6, tokens: 36 });
  });
});

describe("the probe budget", () => {
  const well = { serverErrors: null, answered: 50 };
  const rounds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      await deps.clock.advance(15);
      const minutes = { "gpt-east": minutesUntil(at(deps.clock.elapsed()), 9, 3, traffic) };
      await setLearnt(deps, { metrics: { ...NO_TRAFFIC, minutes }, gatewayLogs: null, knowledge });
      await round();
    }
  };
  let knowledge: Knowledge;
  let traffic: Parameters<typeof minutesUntil>[3] = well;
  beforeEach(async () => {
    traffic = well;
    deps = fakeDeps(withWitnesses({ probeTokensPerDay: 10 }));
    knowledge = await learn(deps);
    deps.probe.extras = { spentTokens: 10 };
    await round();
  });

  it("ahead of its pace and with well-answered traffic a target is probed no more often than its verdict needs", async () => {
    await rounds(8);
    expect(sentTo("gpt-east")).toEqual([0, 75]);
    expect(sentTo("gpt-west")).toHaveLength(9);
    expect((await targetStatus("gpt-east"))?.state).toBe("healthy");
    expect((await targetStatus("gpt-east"))?.skipped).toMatch(/^20 tokens spent today, 0 would be the pace; 50 real requests/);
    expect((await status()).signals.probes).toMatchObject({ skipped: 1, tokensPerDay: 10 });
  });

  it.each([
    ["failing traffic", { answered: 40, serverErrors: 10 }],
    ["too few real requests", { answered: 5 }],
  ])("%s spares no probe", async (_what, changes) => {
    traffic = changes;
    await rounds(4);
    expect(sentTo("gpt-east")).toHaveLength(5);
  });

  it.each<[rule: string, remainingTokens: number, sent: readonly number[]]>([
    ["out of tokens is asked once a limiter's minute", 400, [0, 60, 120]],
    ["with tokens left is asked every round", 40_000, [0, 15, 30, 45, 60, 75, 90, 105, 120, 135]],
  ])("a deployment under pressure %s", async (_rule, remainingTokens, sent) => {
    deps = fakeDeps(withWitnesses());
    await learn(deps);
    traffic = { answered: 40, throttled: 10, serverErrors: null };
    deps.probe.extras = { limitTokens: 100_000, remainingTokens };
    await round();
    await rounds(9);
    expect((await targetStatus("gpt-east"))?.state).toBe("pressured");
    expect(sentTo("gpt-east")).toEqual(sent);
  });

  it("a deployment out of tokens that is no longer answered is asked every round, and says why not before", async () => {
    deps = fakeDeps(withWitnesses());
    await learn(deps);
    deps.probe.extras = { limitTokens: 100_000, remainingTokens: 400 };
    await round();
    await rounds(2);
    expect((await targetStatus("gpt-east"))?.skipped).toMatch(/at its limit, and a probe would take a client's tokens; 50 real requests/);
    traffic = { answered: 40, serverErrors: 10 };
    await rounds(3);
    expect(sentTo("gpt-east")).toEqual([0, 45, 60, 75]);
  });

  it("a deployment out of tokens that answers next to nothing but 429 and 5xx is asked every round", async () => {
    deps = fakeDeps(withWitnesses());
    await learn(deps);
    traffic = { answered: 3, throttled: 100, serverErrors: 5 };
    deps.probe.extras = { limitTokens: 100_000, remainingTokens: 400 };
    await round();
    await rounds(3);
    expect(sentTo("gpt-east")).toHaveLength(4);
  });

  it("a deployment out of tokens is asked every round as long as a failed probe of it is unsettled", async () => {
    deps = fakeDeps(withWitnesses());
    await learn(deps);
    deps.probe.extras = { limitTokens: 100_000, remainingTokens: 400 };
    deps.probe.script = { "gpt-east": ["ok", "failed", "ok"] };
    await round();
    await rounds(4);
    await rounds(2);
    expect((await targetStatus("gpt-east"))?.state).toBe("pressured");
    expect(sentTo("gpt-east").filter((second) => second > 75)).toHaveLength(2 * 5);
  });

  it("a suspected target is probed whatever it has spent", async () => {
    await rounds(1);
    await receive(deps, suspicion({ at: at(15) }));
    await round();
    expect(sentTo("gpt-east").length).toBe(6);
  });
});
