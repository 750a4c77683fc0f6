import { describe, expect, it } from "vitest";
import { assessRegion, doubtGateways, trafficShares, type RegionVerdict, type VerdictsByTarget } from "../../src/domain/region-verdict.ts";
import type { Verdict, VerdictState } from "../../src/domain/verdict.ts";
import { at, deployment, gateway, hubAndSpoke, hubToHub, T0, verdict } from "../support/builders.ts";

const two = hubToHub(["east", "west"], {
  deployments: [deployment("east"), deployment("east", { id: "small-east" }), deployment("west")],
});

function verdicts(states: Readonly<Record<string, VerdictState>>): VerdictsByTarget {
  return Object.fromEntries(Object.entries(states).map(([id, state]) => [id, verdict(state)]));
}

describe("a region's Foundry verdict weighs deployments by their traffic", () => {
  it.each<[rule: string, big: VerdictState, small: VerdictState, demand: Record<string, number>, state: VerdictState]>([
    ["all healthy", "healthy", "healthy", { "gpt-east": 90, "small-east": 10 }, "healthy"],
    ["the one with most of the traffic fails", "failing", "healthy", { "gpt-east": 90, "small-east": 10 }, "failing"],
    [
      "the one with little traffic fails: not condemned, not healthy",
      "healthy",
      "failing",
      { "gpt-east": 90, "small-east": 10 },
      "inconclusive",
    ],
    ["exactly the failing share is enough", "failing", "healthy", { "gpt-east": 50, "small-east": 50 }, "failing"],
    ["without known demand all count the same", "failing", "healthy", {}, "failing"],
    ["an unknown demand counts as the mean of the known", "healthy", "failing", { "gpt-east": 10 }, "failing"],
    ["pressure shows when nothing is worse", "pressured", "healthy", {}, "pressured"],
    ["misconfigured outweighs pressure", "pressured", "misconfigured", {}, "misconfigured"],
    ["what is not measured is not healthy", "healthy", "inconclusive", {}, "inconclusive"],
  ])("%s", (_rule, big, small, demand, state) => {
    const found = assessRegion(two, "east", verdicts({ "gpt-east": big, "small-east": small, "apim-east": "healthy" }), demand, T0);
    expect(found.foundry.state).toBe(state);
  });

  it("tells of each deployment whether it lingers or wavers", () => {
    const own = { "gpt-east": { ...verdict("failing"), lingers: true }, "small-east": { ...verdict("healthy"), wavers: true } } as const;
    expect(assessRegion(two, "east", own, {}, T0).deployments).toEqual({
      "gpt-east": { state: "failing", since: T0, lingers: true },
      "small-east": { state: "healthy", since: T0, wavers: true },
    });
  });

  it("says which share of the traffic fails", () => {
    const found = assessRegion(
      two,
      "east",
      verdicts({ "gpt-east": "failing", "small-east": "healthy" }),
      { "gpt-east": 75, "small-east": 25 },
      T0,
    );
    expect(found.failingShare).toBe(0.75);
    expect(found.foundry.reason).toBe("75 % of traffic failing: it is failing");
  });

  it("is as old as its youngest part", () => {
    const parts = { "gpt-east": verdict("healthy", at(5)), "small-east": verdict("healthy", at(60)) };
    expect(assessRegion(two, "east", parts, {}, at(100)).foundry.since).toBe(at(60));
  });

  it("a target that was never probed is inconclusive", () => {
    expect(assessRegion(two, "west", {}, {}, T0)).toMatchObject({ foundry: { state: "inconclusive" }, gateway: { state: "inconclusive" } });
  });

  it("a region without deployments is healthy, one without gateways has no gateway verdict", () => {
    const estate = hubAndSpoke();
    expect(assessRegion(estate, "hub", verdicts({ "apim-hub": "failing" }), {}, T0)).toMatchObject({
      foundry: { state: "healthy" },
      gateway: { state: "failing" },
    });
    expect(assessRegion(estate, "east", verdicts({ "gpt-east": "healthy" }), {}, T0).gateway).toBeNull();
  });

  it("a region's gateways fail only together", () => {
    const pair = hubToHub(["east", "west"], { gateways: [gateway("east", ["east"]), { ...gateway("east", ["east"]), id: "apim-east-2" }] });
    const both = (second: VerdictState): VerdictState | undefined =>
      assessRegion(pair, "east", verdicts({ "gpt-east": "healthy", "apim-east": "failing", "apim-east-2": second }), {}, T0).gateway?.state;
    expect(both("failing")).toBe("failing");
    expect(both("healthy")).toBe("inconclusive");
  });
});

describe("a region says which of its deployments are in trouble, and how", () => {
  const assessed = (
    east: readonly [Verdict, Verdict],
    gate = verdict("healthy"),
    demand = { "gpt-east": 90, "small-east": 10 },
  ): RegionVerdict => assessRegion(two, "east", { "gpt-east": east[0], "small-east": east[1], "apim-east": gate }, demand, T0);
  const cutOff = verdict("inconclusive", T0, "cutOff");
  const silent = verdict("failing", T0, "noAnswer");

  it("whatever their share", () => {
    expect(assessed([verdict("healthy"), silent])).toMatchObject({
      failing: ["small-east"],
      pressured: [],
      foundry: { state: "inconclusive", symptom: "noAnswer" },
    });
    expect(assessed([verdict("healthy"), verdict("pressured")])).toMatchObject({ failing: [], pressured: ["small-east"] });
  });

  it("by the symptom that says most", () => {
    expect(assessed([verdict("failing", T0, "latency"), verdict("failing", T0, "errors")]).foundry.symptom).toBe("errors");
  });

  it.each<[rule: string, east: readonly [Verdict, Verdict], gate: Verdict, state: VerdictState]>([
    ["a silent gateway of a region that the prober is cut off from", [cutOff, verdict("healthy")], silent, "inconclusive"],
    ["one that answers with errors", [cutOff, cutOff], verdict("failing", T0, "errors"), "failing"],
    ["one beside a deployment that truly fails", [cutOff, silent], silent, "failing"],
    ["one beside healthy deployments", [verdict("healthy"), verdict("healthy")], silent, "failing"],
  ])("%s", (_rule, east, gate, state) => {
    const doubted = doubtGateways(two, { "gpt-east": east[0], "small-east": east[1], "apim-east": gate });
    expect(assessRegion(two, "east", doubted, {}, T0).gateway?.state).toBe(state);
  });

  it("six sixths are the whole", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const six = hubToHub(["east"], { deployments: ids.map((id) => deployment("east", { id })), detection: { regionFailingShare: 1 } });
    expect(assessRegion(six, "east", Object.fromEntries(ids.map((id) => [id, silent])), {}, T0).foundry.state).toBe("failing");
  });
});

describe("traffic shares", () => {
  it.each<[rule: string, demand: Record<string, number>, shares: Record<string, number>]>([
    ["known demand decides", { a: 30, b: 10 }, { a: 0.75, b: 0.25 }],
    ["nothing known is equal", {}, { a: 0.5, b: 0.5 }],
    ["no traffic at all is equal", { a: 0, b: 0 }, { a: 0.5, b: 0.5 }],
    ["the unknown counts as the mean", { a: 40 }, { a: 0.5, b: 0.5 }],
  ])("%s", (_rule, demand, shares) => {
    expect(trafficShares(["a", "b"], demand)).toEqual(shares);
  });
});
