import { describe, expect, it } from "vitest";
import { findingsOf, harmTolerance, hostErrors, unmetExpectations, type Finding } from "../../rehearsal/cli/findings.ts";
import type { Attempt } from "../../rehearsal/cli/run-jobs.ts";
import type { Mode } from "../../rehearsal/drill/job.ts";
import type { Summary } from "../../rehearsal/drill/result.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { EPOCH } from "../../rehearsal/virtual-time/clock.ts";
import { result } from "../report/fixture.ts";

const CLEAN = { falseEvacuations: [], invariantViolations: [] };
const drilled = (mode: Partial<Mode>, summary: Partial<Summary>): Attempt => ({
  result: result(mode, { ...CLEAN, ...summary }, { timeline: [] }),
  peakMegabytes: 1,
});
const kinds = (findings: readonly Finding[]): readonly string[] => findings.map(({ kind }) => kind);

describe("first, do no harm", () => {
  it.each([
    [100, 3],
    [6000, 3],
    [10_000, 5],
  ])("of %i requests automation may lose %d more than would be lost without it", (requests, more) => {
    expect(harmTolerance(requests)).toBe(more);
  });

  it.each([
    [3, 0, []],
    [4, 0, ["harm"]],
    [15, 10, []],
    [16, 10, ["harm"]],
  ])("%i lost with it, %i without: %j", (lostOn, lostOff, expected) => {
    const requests = lostOff === 0 ? 100 : 10_000;
    const pair = {
      on: drilled({ automation: "on" }, { lost: lostOn, requests }),
      off: drilled({ automation: "off" }, { lost: lostOff, requests }),
    };
    expect(kinds(findingsOf(pair))).toEqual(expected);
  });

  it("without the other half nothing is compared", () => {
    expect(findingsOf({ on: drilled({}, { lost: 1000 }), off: null })).toEqual([]);
  });
});

describe("what must never be", () => {
  it("a drill that failed, on either side", () => {
    expect(kinds(findingsOf({ on: { failure: "ended with 1" }, off: { failure: "hung" } }))).toEqual(["crash", "crash"]);
  });

  it("a violated invariant by its name, a false evacuation by its truth, each with its minute", () => {
    const at = EPOCH + 90_000;
    const on = drilled(
      {},
      {
        invariantViolations: [{ invariant: "poolNeverEmpty", at, detail: "apim/pool" }],
        falseEvacuations: [{ at, region: "northland", failureShare: 0.02, reason: "healthy" }],
      },
    );
    expect(findingsOf({ on, off: null })).toEqual([
      { kind: "poolNeverEmpty", text: "1.5 min: apim/pool" },
      { kind: "falseEvacuation", text: "1.5 min: northland: healthy (2 % of its requests truly failed)" },
    ]);
  });

  it("errors that the host logged", () => {
    const told = { at: 120, kind: "host", text: "probeRound threw", run: null };
    const on = { result: result({}, CLEAN, { timeline: [told, { ...told, kind: "fault" }] }), peakMegabytes: 1 };
    expect(hostErrors(on)).toEqual([{ kind: "hostError", text: "2.0 min: probeRound threw" }]);
  });
});

describe("what a scenario declares", () => {
  const scenario = (expected: object, gateway = "plain") =>
    Scenario.parse({
      name: "test",
      title: "t",
      durationMinutes: 8,
      estate: "-",
      traffic: {},
      faults: [],
      gateway,
      expect: { evacuated: [], ...expected },
    });
  const unmet = { expectations: { met: false, unmet: ["northland was not evacuated"] } };

  it("is judged with automation on and on its own gateway policy only", () => {
    const on = (mode: Partial<Mode>) => ({ on: drilled({ gateway: "plain", automation: "on", ...mode }, unmet), off: null });
    expect(unmetExpectations(scenario({}), on({}))).toEqual([{ kind: "expectation", text: "northland was not evacuated" }]);
    expect(unmetExpectations(scenario({}), on({ gateway: "breaker" }))).toEqual([]);
    expect(unmetExpectations(scenario({}), on({ automation: "recommend" }))).toEqual([]);
  });

  it.each([
    [50, 100, []],
    [51, 100, ["51 requests lost with automation are more than 0.5 × 100 without"]],
  ])("what automation must save: %i lost with it, %i without", (lostOn, lostOff, texts) => {
    const pair = { on: drilled({ automation: "on" }, { lost: lostOn }), off: drilled({ automation: "off" }, { lost: lostOff }) };
    expect(unmetExpectations(scenario({ lostAtMostShareOfOff: 0.5 }), pair).map(({ text }) => text)).toEqual(texts);
  });
});
