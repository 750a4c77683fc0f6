import { describe, expect, it } from "vitest";
import type { Observation, Sample } from "../../src/domain/observation.ts";
import type { Symptom, VerdictState } from "../../src/domain/verdict.ts";
import { at } from "../support/builders.ts";
import { assess, fails, minute, NOW_SECONDS, OK_WINDOW, policy, probe, ruleOf, WELL } from "./evidence-builders.ts";

const DOWN = [12, 9, 6, 3];

describe("a hard failure is called by what came back", () => {
  it.each<[rule: string, probes: readonly Observation[], symptom: Symptom]>([
    ["answered with errors", fails(DOWN), "errors"],
    ["timeouts are no answer", fails(DOWN, "timeout"), "noAnswer"],
    ["neither are names that do not resolve", fails(DOWN, "dns"), "noAnswer"],
    ["nor handshakes that fail", fails(DOWN, "tls"), "noAnswer"],
    ["an empty answer is one", fails(DOWN, "emptyAnswer"), "errors"],
    ["one answer among timeouts is enough", [...fails([15], "serverError"), ...fails(DOWN, "timeout")], "errors"],
  ])("%s", (_rule, probes, symptom) => {
    const witnesses = [probe(5, "failed", { via: "apim-west", errorClass: "timeout" })];
    expect(assess(probes, { witnesses })).toMatchObject({ state: "failing", symptom });
  });
});

describe("failures of a class are tolerated up to its number", () => {
  const lenient = { ...policy, tolerated: { ...policy.tolerated, timeout: 1 } };
  it.each<[rule: string, probes: readonly Observation[], state: VerdictState]>([
    ["four timeouts, one of them a blip", fails(DOWN, "timeout"), "healthy"],
    ["five timeouts", fails([15, ...DOWN], "timeout"), "failing"],
    ["four server errors are not of that class", fails(DOWN), "failing"],
  ])("%s: %s", (_rule, probes, state) => {
    const witnesses = [probe(5, "failed", { via: "apim-west", errorClass: "timeout" })];
    expect(assess(probes, { witnesses }, WELL, lenient).state).toBe(state);
  });
});

describe("time-outs of a target near its limit", () => {
  const probe4 = [4, 3, 2, 1].map((ago) => minute(ago, 5, { failed: 2 }));
  const near = OK_WINDOW.map((o) => ({ ...o, limitTokens: 100, remainingTokens: 5 }));
  it.each<[rule: string, probes: readonly Observation[], state: VerdictState]>([
    ["are pressure's doing", [...near.slice(1), ...fails([3], "timeout")], "pressured"],
    ["errors are not", [...near.slice(1), ...fails([3], "serverError")], "failing"],
    ["nor are time-outs of one that has room", [...OK_WINDOW.slice(1), ...fails([3], "timeout")], "failing"],
  ])("%s: %s", (_rule, probes, state) => {
    expect(assess(probes, { samples: { probe: probe4 } }, { ...WELL, state: state === "pressured" ? "pressured" : "healthy" }).state).toBe(
      state,
    );
  });
});

describe("a partial failure", () => {
  const gray = (failed: readonly number[], requests = 5): readonly Sample[] =>
    failed.map((count, i) => minute(failed.length - i, requests, { failed: count }));
  const metrics = [minute(5, 100, { failed: 20 })];
  it.each<[rule: string, own: readonly Sample[], metrics: readonly Sample[], state: VerdictState]>([
    ["six of twenty probes, in several minutes", gray([2, 1, 2, 1]), [], "failing"],
    ["five are too few without real traffic", gray([2, 1, 1, 1]), [], "healthy"],
    ["two are enough when real traffic fails likewise", gray([0, 1, 0, 1]), metrics, "failing"],
    ["one is not", gray([0, 0, 0, 1]), metrics, "healthy"],
    ["real traffic with few failures confirms nothing", gray([0, 1, 0, 1]), [minute(5, 100, { failed: 9 })], "healthy"],
    ["a minute of few requests confirms nothing", gray([0, 1, 0, 1]), [minute(5, 19, { failed: 19 })], "healthy"],
    ["a minute that may be incomplete confirms nothing", gray([0, 1, 0, 1]), [minute(1, 100, { failed: 50 })], "healthy"],
    ["the only mixed minute is the edge of an outage", [minute(2, 8, { failed: 6 }), minute(1, 5)], [], "healthy"],
    ["many probes with a small share", gray([2, 2, 2, 2], 20), [], "healthy"],
  ])("%s", (_rule, own, passive, state) => {
    const found = assess(OK_WINDOW, { samples: { probe: own, metrics: passive } });
    expect([found.state, found.symptom]).toEqual([state, state === "failing" ? "partialFailure" : null]);
  });

  it("does not see what was before the target was last well", () => {
    const justWell = { ...WELL, since: at(NOW_SECONDS - 30) };
    expect(assess(OK_WINDOW, { samples: { probe: gray([2, 1, 2, 1]) } }, justWell).state).toBe("healthy");
  });

  it("stays until less than half of its share is left, then three clean probes clear it", () => {
    const before = { ...WELL, state: "failing" as const, symptom: "partialFailure" as const };
    const state = (failed: readonly number[]): VerdictState => assess(OK_WINDOW, { samples: { probe: gray(failed) } }, before).state;
    expect(state([0, 1, 0, 1])).toBe("failing");
    expect(state([0, 0, 0, 0])).toBe("healthy");
  });
});

describe("latency alone", () => {
  const slow = (count: number, requests = 4): readonly Sample[] => [2, 1].map((ago) => minute(ago, requests, { slow: count }));
  it.each<[rule: string, own: readonly Sample[], state: VerdictState]>([
    ["most answers of two minutes are slow", slow(3), "failing"],
    ["half of them are not most", slow(2), "healthy"],
    ["too few answers tell nothing", slow(2, 2), "healthy"],
  ])("%s: %s", (_rule, own, state) => {
    expect(assess(OK_WINDOW, { samples: { probe: own } }).state).toBe(state);
  });

  it("with a sign of pressure is pressure", () => {
    const near = OK_WINDOW.map((o) => ({ ...o, limitTokens: 100, remainingTokens: 8 }));
    expect(assess(near, { samples: { probe: slow(3) } })).toMatchObject({ state: "pressured", symptom: null });
  });

  it("clears with three fast probes and a quarter slow at most", () => {
    const before = { ...WELL, state: "failing" as const, symptom: "latency" as const };
    expect(assess(OK_WINDOW, { samples: { probe: slow(1) } }, before).state).toBe("failing");
    expect(assess(OK_WINDOW, { samples: { probe: slow(0) } }, before).state).toBe("healthy");
    const stillSlow = OK_WINDOW.with(-1, probe(0, "ok", { latencyMilliseconds: policy.slowMilliseconds }));
    expect(assess(stillSlow, { samples: { probe: slow(0) } }, before).state).toBe("failing");
  });
});

describe("real traffic fails though the probes are fine", () => {
  const traffic = (shares: readonly number[], requests = 100): readonly Sample[] =>
    shares.map((share, i) => minute(shares.length - i + 1, requests, { failed: share * requests }));
  it.each<[rule: string, metrics: readonly Sample[], state: VerdictState]>([
    ["three whole minutes in a row", traffic([0.2, 0.3, 0.2]), "failing"],
    ["two are too few", traffic([0, 0.5, 0.5]), "healthy"],
    ["with a good one between", traffic([0.5, 0.5, 0, 0.5, 0.5]), "healthy"],
    ["with a hole between", [minute(5, 100, { failed: 50 }), minute(4, 100, { failed: 50 }), minute(2, 100, { failed: 50 })], "healthy"],
    ["below a fifth", traffic([0.19, 0.19, 0.19]), "healthy"],
    ["too few requests", traffic([1, 1, 1], 19), "healthy"],
    ["too long ago", [13, 12, 11].map((ago) => minute(ago, 100, { failed: 50 })), "healthy"],
    ["throttled requests are no failures", [4, 3, 2].map((ago) => minute(ago, 100, { throttled: 50 })), "pressured"],
  ])("%s: %s", (_rule, metrics, state) => {
    const found = assess(OK_WINDOW, { samples: { metrics } });
    expect([found.state, found.symptom]).toEqual([state, state === "failing" ? "traffic" : null]);
    expect(assess(OK_WINDOW, { samples: { gatewayLogs: metrics } }).state).toBe(state);
  });

  it("minutes of an outage that is over do not bring it back", () => {
    const justWell = { ...WELL, since: at(NOW_SECONDS - 30) };
    const down = { ...WELL, state: "failing" as const, symptom: "errors" as const };
    const samples = { metrics: traffic([1, 1, 1, 1]) };
    expect(assess(OK_WINDOW, { samples }, down).state).toBe("healthy");
    expect(assess(OK_WINDOW, { samples }, justWell).state).toBe("healthy");
  });

  it("stays failing until a minute is well, or until nothing is told any more", () => {
    const before = { ...WELL, state: "failing" as const, symptom: "traffic" as const };
    expect(assess(OK_WINDOW, { samples: { metrics: traffic([0.1]) } }, before).state).toBe("failing");
    expect(assess(OK_WINDOW, { samples: { metrics: traffic([0.05]) } }, before).state).toBe("healthy");
    expect(assess(OK_WINDOW, {}, before).state).toBe("healthy");
  });
});

describe("an assessment shows every rule, met or not, with its numbers", () => {
  it("in a fixed order", () => {
    expect(assess(OK_WINDOW).trace.map(({ rule }) => rule)).toEqual([
      ...["hardFailure", "partialFailure", "latency", "traffic", "throttled", "tokens", "utilisation", "slowUnderLoad"],
      ...["stale", "misconfigured", "cutOff", "unwitnessed", "quorum", "veto"],
    ]);
    expect(ruleOf(assess(fails(DOWN)), "hardFailure")).toMatchObject({
      met: true,
      text: "4 of the last 4 probes failed (detail of failed)",
    });
  });
});
