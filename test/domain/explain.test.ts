import { describe, expect, it } from "vitest";
import { UNKNOWN_CAPACITY } from "../../src/domain/capacity.ts";
import { explain, type ExplainInput, type TargetExplanation } from "../../src/domain/explain.ts";
import { explanationText } from "../../src/domain/explain-text.ts";
import type { Rule } from "../../src/domain/verdict.ts";
import { at, capacity, hold, hubToHub, normalRouting, regionVerdict, stateWith, verdict } from "../support/builders.ts";

const estate = hubToHub();
const rule = (name: string, classifier: Rule["classifier"], met: boolean): Rule => ({
  rule: name,
  classifier,
  met,
  text: `numbers of ${name}`,
});
const target = (state: TargetExplanation["verdict"]["state"], ...trace: Rule[]): TargetExplanation => ({
  target: "gpt-east",
  verdict: verdict(state),
  trace,
  trafficShare: 1,
});

function input(changes: Partial<ExplainInput> = {}): ExplainInput {
  const used = changes.estate ?? estate;
  return {
    estate: used,
    state: stateWith([]),
    region: "east",
    verdicts: [regionVerdict("east", "failing"), regionVerdict("west"), regionVerdict("north")],
    targets: [target("failing", rule("hardFailure", "outage", true), rule("partialFailure", "outage", false))],
    suspicions: [],
    capacity: capacity(used, 300_000),
    routing: normalRouting(used),
    current: normalRouting(used),
    convergence: null,
    now: at(1000),
    ...changes,
  };
}

const wellVerdicts = ["east", "west", "north"].map((region) => regionVerdict(region));

describe("an explanation", () => {
  it("shows the decision, every guard, and the steps with their time", () => {
    const found = explain(input());
    expect(found.decision).toMatchObject({ action: "evacuate" });
    expect(found.guards).toHaveLength(12);
    expect(found.missing).toEqual([]);
    expect(found.ifEvacuated).toMatchObject({ scope: null, share: 0, etaSeconds: 30 });
    expect(found.ifEvacuated.steps.map((step) => step.target)).toEqual(["apim-east/gpt", "apim-west/gpt", "apim-north/gpt"]);
  });

  it("of a healthy region shows what would stand in the way before it is needed", () => {
    const found = explain(input({ verdicts: wellVerdicts, targets: [target("healthy")], capacity: UNKNOWN_CAPACITY }));
    expect(found.decision.action).toBe("none");
    expect(found.missing).toEqual([]);
    expect(found.guards.filter((guard) => guard.outcome === "refused").map((guard) => guard.code)).toEqual(["survivorCapacity"]);
  });

  it("plans gate and origin when the gateway is sick", () => {
    const found = explain(input({ verdicts: [regionVerdict("east", "failing", "failing"), ...wellVerdicts.slice(1)] }));
    expect(found.ifEvacuated.steps.map((step) => step.lever)).toEqual([
      "poolWeights",
      "poolWeights",
      "poolWeights",
      "healthGate",
      "originState",
    ]);
    expect(found.ifEvacuated.etaSeconds).toBe(1200);
  });

  it("without any routing has no steps, and says which guard misses it", () => {
    const found = explain(input({ routing: null, current: null }));
    expect(found.ifEvacuated.steps).toEqual([]);
    expect(found.missing[0]).toBe("willMovingHelp: the pools' routing has never been read");
  });

  it("of a region that the estate does not have is an error", () => {
    expect(() => explain(input({ region: "elsewhere" }))).toThrow('The estate has no region "elsewhere"');
  });
});

describe("what is missing", () => {
  const inconclusive = regionVerdict("east", "inconclusive");
  it.each<[rule: string, changes: Partial<ExplainInput>, missing: string[]]>([
    [
      "every guard that refuses",
      { capacity: UNKNOWN_CAPACITY, state: stateWith([hold("west", 0)]) },
      ["maxConcurrentShifts: 1 other region is held (west), at most 1 at a time", "survivorCapacity: the demand of east is unknown"],
    ],
    [
      "a mode that lets it act",
      { estate: hubToHub(undefined, { safety: { mode: "recommend" } }) },
      ["the mode of evacuate is recommend: a person must start it, or the mode must be approve or auto"],
    ],
    ["any automation", { estate: hubToHub(undefined, { safety: { mode: "off" } }) }, ["the mode of evacuate is off: only people start it"]],
    [
      "what the outage rules still ask for",
      { verdicts: [inconclusive, ...wellVerdicts.slice(1)], targets: [target("inconclusive", rule("hardFailure", "outage", false))] },
      ["gpt-east: hardFailure: numbers of hardFailure"],
    ],
    [
      "what keeps a measurement from counting, before any rule",
      {
        verdicts: [inconclusive, ...wellVerdicts.slice(1)],
        targets: [target("inconclusive", rule("hardFailure", "outage", false), rule("cutOff", "measurement", true))],
      },
      ["gpt-east: cutOff: numbers of cutOff"],
    ],
    [
      "why a held region stays held",
      { state: stateWith([hold("east", 0, { initiator: "manual" })]) },
      ["held by a person's run evacuate-east-20260105T000000Z"],
    ],
  ])("%s", (_rule, changes, missing) => {
    expect(explain(input(changes)).missing).toEqual(missing);
  });
});

describe("an explanation as text", () => {
  const text = explanationText(
    explain(
      input({
        capacity: capacity(estate, 900_000),
        suspicions: [
          {
            source: "metricAlert",
            key: "a",
            state: "raised",
            targets: ["gpt-east"],
            at: at(900),
            title: `availability ${"low ".repeat(40)}`,
          },
        ],
      }),
    ),
  );

  it("begins with the verdict and the decision", () => {
    const [first, second, third] = text.split("\n");
    expect(first).toBe(`east is failing since ${at(0)}: it is failing`);
    expect(second).toContain("its gateway is healthy");
    expect(third).toContain("Decision at");
  });

  it("tells every rule of what is not well, and of all that is well only of what carries most", () => {
    const one = (id: string, state: TargetExplanation["verdict"]["state"], trafficShare: number): TargetExplanation => ({
      ...target(state, rule(id, "measurement", false)),
      target: id,
      trafficShare,
    });
    const told = (targets: readonly TargetExplanation[]): readonly string[] =>
      ["a", "b"].filter((id) => explanationText({ ...explain(input()), targets }).includes(`numbers of ${id}`));
    expect(told([one("a", "healthy", 0.3), one("b", "healthy", 0.7)])).toEqual(["b"]);
    expect(told([one("a", "failing", 0.3), one("b", "healthy", 0.7)])).toEqual(["a"]);
  });

  it("goes on with what would happen, what is missing, rules, guards, capacity and alerts", () => {
    const titles = [
      "What would happen",
      "Rules (● met, ○ not met)",
      "Guards, as if it were evacuated now",
      "Capacity",
      "Alerts and events",
    ];
    const found = text.split("\n").filter((line) => titles.includes(line));
    expect(found).toEqual(titles);
    expect(text).toContain("    ● outage hardFailure: numbers of hardFailure");
    expect(text).toContain("  ~ survivorCapacity (shrunk): ");
    expect(text).toContain("gpt-east: 700000 TPM would stay unserved");
  });

  it("fits a hundred columns, and loses no word to it", () => {
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(text.match(/\blow\b/g)).toHaveLength(40);
  });
});
