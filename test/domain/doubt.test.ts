import { describe, expect, it } from "vitest";
import type { ErrorClass, Observation, Sample } from "../../src/domain/observation.ts";
import type { Evidence, Verdict, VerdictState } from "../../src/domain/verdict.ts";
import { at } from "../support/builders.ts";
import { assess, fails, minute, NOW_SECONDS, OK_WINDOW, policy, probe, ruleOf, WELL } from "./evidence-builders.ts";

const DOWN = [12, 9, 6, 3];
const SILENT = fails(DOWN, "timeout");
const FAILING: Verdict = { ...WELL, state: "failing", symptom: "noAnswer" };

function witness(ago: number, outcome: Observation["outcome"], errorClass?: ErrorClass): Observation {
  return probe(ago, outcome, { via: "apim-west", ...(errorClass === undefined ? {} : { errorClass }) });
}

describe("a prober that gets no answer while witnesses do is cut off", () => {
  it.each<[rule: string, probes: readonly Observation[], witnesses: readonly Observation[], state: VerdictState]>([
    ["two witnesses were answered", SILENT, [witness(5, "ok"), witness(5, "ok")], "inconclusive"],
    ["a throttled witness was answered", SILENT, [witness(5, "ok"), witness(5, "throttled")], "inconclusive"],
    ["one witness is too few", SILENT, [witness(5, "ok")], "failing"],
    ["one of them got nothing either", SILENT, [witness(5, "ok"), witness(5, "ok"), witness(5, "failed", "timeout")], "failing"],
    ["they asked before the onset", SILENT, [witness(20, "ok"), witness(20, "ok")], "failing"],
    ["the prober was answered with an error", fails(DOWN), [witness(5, "ok"), witness(5, "ok")], "failing"],
    [
      "the prober was answered in between",
      [...fails([15, 12], "timeout"), probe(9, "ok"), ...fails([6, 3], "timeout")],
      [witness(2, "ok"), witness(2, "ok")],
      "failing",
    ],
  ])("%s: %#", (_rule, probes, witnesses, state) => {
    const found = assess(probes, { witnesses });
    expect([found.state, found.symptom === "cutOff"]).toEqual([state, state === "inconclusive"]);
  });

  it("and once it is answered again, its silence before does not count; without an answer it does", () => {
    const before: Verdict = { ...WELL, state: "inconclusive", symptom: "cutOff" };
    expect(assess([...SILENT, probe(1, "ok")], {}, before)).toMatchObject({ state: "inconclusive", symptom: "cutOff" });
    expect(assess([...SILENT, probe(1, "ok")], { witnesses: [witness(5, "failed", "timeout")] }, WELL).state).toBe("failing");
    expect(assess(fails([15, ...DOWN], "timeout"), { witnesses: [witness(5, "failed", "timeout")] }, before).state).toBe("failing");
  });

  it("and its minutes of silence are no partial failure afterwards", () => {
    const before: Verdict = { ...WELL, state: "inconclusive", symptom: "cutOff" };
    const probe4 = [4, 3, 2, 1].map((ago) => minute(ago, 5, { failed: 3 }));
    expect(assess(OK_WINDOW, { samples: { probe: probe4 } }, before).state).toBe("healthy");
  });
});

it("what its traffic denies stays a silence until it is settled: asked again, it is denied again", () => {
  const before: Verdict = { ...WELL, state: "inconclusive", symptom: "cutOff", since: at(NOW_SECONDS - 300) };
  const again = { samples: { metrics: [minute(3, 100)] } };
  const first = assess(SILENT, again, before);
  expect(first).toMatchObject({ state: "inconclusive", symptom: "cutOff" });
  expect(assess(SILENT, again, first)).toMatchObject({ state: "inconclusive", symptom: "cutOff", since: before.since });
});

describe("a deployment that is silent, of which nobody else could be asked, is left to its traffic to speak for", () => {
  const doubted = (seconds: number): Verdict => ({ ...WELL, state: "inconclusive", symptom: "cutOff", since: at(NOW_SECONDS - seconds) });
  it.each<[rule: string, probes: readonly Observation[], changes: Partial<Evidence>, previous: Verdict, state: VerdictState]>([
    ["at first", SILENT, {}, WELL, "inconclusive"],
    ["witnesses that could not be asked are none", SILENT, { witnesses: [witness(5, "unmeasured")] }, WELL, "inconclusive"],
    ["for four minutes", SILENT, {}, doubted(239), "inconclusive"],
    ["and no longer", SILENT, {}, doubted(240), "failing"],
    ["unless its traffic denies it", SILENT, { samples: { metrics: [minute(3, 100)] } }, doubted(300), "inconclusive"],
    ["its traffic fails likewise", SILENT, { samples: { metrics: [minute(2, 100, { failed: 90 })] } }, WELL, "failing"],
    ["a witness got nothing either", SILENT, { witnesses: [witness(5, "failed", "timeout")] }, WELL, "failing"],
    ["an error is an answer", fails(DOWN), {}, WELL, "failing"],
    [
      "traffic of the silence does not deny errors after it",
      fails(DOWN),
      { samples: { metrics: [minute(3, 100)] } },
      doubted(300),
      "failing",
    ],
    ["a gateway has no traffic of its own to wait for", SILENT.map((o) => ({ ...o, kind: "gateway" })), {}, WELL, "failing"],
    ["what is failing already stays so", SILENT, {}, FAILING, "failing"],
  ])("%s: %#", (_rule, probes, changes, previous, state) => {
    expect(assess(probes, changes, previous).state).toBe(state);
  });
});

describe("fewer sources than the quorum are inconclusive", () => {
  const two = { ...policy, quorum: 2 };
  it.each<[rule: string, changes: Partial<Evidence>, state: VerdictState]>([
    ["probes alone", {}, "inconclusive"],
    ["a witness agrees", { witnesses: [witness(5, "failed", "serverError")] }, "failing"],
    ["metrics agree", { samples: { metrics: [minute(2, 100, { failed: 90 })] } }, "failing"],
    ["the gateways' logs agree", { samples: { gatewayLogs: [minute(2, 100, { failed: 90 })] } }, "failing"],
  ])("%s: %s", (_rule, changes, state) => {
    const found = assess(fails(DOWN), changes, WELL, two);
    expect(found.state).toBe(state);
    expect(ruleOf(found, "quorum")?.met).toBe(state === "inconclusive");
  });

  it("a target that is failing already stays so when its traffic is gone", () => {
    expect(assess(fails(DOWN), {}, FAILING, two).state).toBe("failing");
  });
});

describe("real traffic vetoes what it can see", () => {
  const LONG = fails([60, 45, 30, 15, 0]);
  const own = [5, 4, 3, 2, 1].map((ago) => minute(ago, 4, { failed: 4 }));
  const well = minute(2, 100, { failed: 2 });
  it.each<[rule: string, probes: readonly Observation[], passive: readonly Sample[], state: VerdictState]>([
    ["a minute after the onset that succeeds", LONG, [well], "inconclusive"],
    ["one before the onset says nothing", LONG, [minute(6, 100)], "failing"],
    ["one with few requests says nothing", LONG, [minute(2, 19)], "failing"],
    ["94 % is not well", LONG, [minute(2, 100, { failed: 6 })], "failing"],
    ["the newest minute counts", LONG, [minute(3, 100), minute(2, 100, { failed: 100 })], "failing"],
    ["minutes of a clock ahead of ours are not believed", LONG, [minute(0, 100)], "failing"],
    ["nothing answers us, others are answered", fails([60, 45, 30, 15, 0], "timeout"), [well], "inconclusive"],
    ["an empty answer looks like a success", fails([60, 45, 30, 15, 0], "emptyAnswer"), [well], "failing"],
  ])("%s: %#", (_rule, probes, metrics, state) => {
    expect(assess(probes, { samples: { probe: own, metrics } }).state).toBe(state);
  });

  it("a fresh outage is not vetoed by metrics that are minutes late", () => {
    expect(assess(fails(DOWN), { samples: { metrics: [minute(4, 100), minute(3, 100)] } }).state).toBe("failing");
  });

  it("metrics do not know what was never answered, the gateways' logs do", () => {
    const gray = [4, 3, 2, 1].map((ago) => minute(ago, 5, { failed: 2 }));
    const probes = [...OK_WINDOW.slice(1), ...fails([0], "timeout")];
    const by = (source: "metrics" | "gatewayLogs"): VerdictState => assess(probes, { samples: { probe: gray, [source]: [well] } }).state;
    expect([by("metrics"), by("gatewayLogs")]).toEqual(["failing", "inconclusive"]);
  });

  it("slow probes are vetoed by fast real requests only", () => {
    const slow = [4, 3, 2, 1].map((ago) => minute(ago, 4, { slow: 4 }));
    const by = (latencyMilliseconds: number | null): VerdictState =>
      assess(OK_WINDOW, { samples: { probe: slow, metrics: [minute(2, 100, { latencyMilliseconds })] } }).state;
    expect([by(900), by(9000), by(null)]).toEqual(["inconclusive", "failing", "failing"]);
  });
});

describe("without a fresh probe", () => {
  const metrics = [minute(4, 100)];
  it.each<[rule: string, changes: Partial<Evidence>, previous: Verdict | null, state: VerdictState]>([
    ["nothing is known", {}, WELL, "inconclusive"],
    ["healthy traffic stands in for a healthy target", { samples: { metrics } }, WELL, "healthy"],
    ["not for a failing one", { samples: { metrics } }, FAILING, "inconclusive"],
    ["nor for a new one", { samples: { metrics } }, null, "inconclusive"],
    ["old traffic does not", { samples: { metrics: [minute(6, 100)] } }, WELL, "inconclusive"],
    ["failing traffic does not", { samples: { metrics: [minute(4, 100, { failed: 10 })] } }, WELL, "inconclusive"],
  ])("%s: %#", (_rule, changes, previous, state) => {
    expect(assess([], changes, previous).state).toBe(state);
  });
});
