import { describe, expect, it } from "vitest";
import { judgeExpectations, type Came } from "../../rehearsal/drill/expect.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { hubToHub } from "../traffic/support.ts";
import { foundryDown, second } from "./measures-support.ts";

const START = { id: "run", at: second(625), region: "swedencentral", runbook: "evacuate", scope: null, automatic: true };
const CAME: Came = {
  estate: hubToHub(),
  faults: [foundryDown(600, 900)],
  starts: [START],
  runs: [{ id: "run", outcome: "restored", startedSeconds: 625, endedSeconds: 1200 }],
  refusedBy: ["cooldown"],
  timeline: [{ text: "swedencentral: 4 of 5 probes failed" }],
  heard: { notifications: ["[test] swedencentral is evacuated"], verdicts: { swedencentral: ["healthy", "failing"] } },
};

function unmet(wanted: object, changes: Partial<Came> = {}): readonly string[] {
  const base = { name: "test", title: "test", durationMinutes: 60, estate: "-", traffic: {}, faults: [] };
  return judgeExpectations(Scenario.parse({ ...base, expect: { evacuated: ["swedencentral"], ...wanted } }), { ...CAME, ...changes });
}

describe("an expectation is met", () => {
  it.each<[string, object, Partial<Came>]>([
    ["by the evacuation of the region", {}, {}],
    ["by nobody's evacuation", { evacuated: [] }, { starts: [] }],
    ["whatever people evacuate", { evacuated: [] }, { starts: [{ ...START, automatic: false }] }],
    ["when a run that nobody approved moved nothing", { evacuated: [] }, { runs: [{ ...CAME.runs[0]!, outcome: "declined" }] }],
    ["by a detection just in time", { detectSeconds: 25 }, {}],
    [
      "counted from the first fault that calls for an evacuation",
      { detectSeconds: 25 },
      { faults: [foundryDown(300, 900, "swedencentral", { effects: [] }), foundryDown(600, 900)] },
    ],
    ["by a refusal", { refusedBy: ["cooldown"] }, {}],
    ["by the ledger and by notifications", { told: ["4 of 5 probes", "is evacuated"] }, {}],
    ["by a verdict of any moment", { verdicts: { swedencentral: "failing" } }, {}],
  ])("%s", (_, wanted, changes) => {
    expect(unmet(wanted, changes)).toEqual([]);
  });
});

describe("an expectation is not met", () => {
  it.each<[string, object, Partial<Came>, string]>([
    ["without an evacuation", {}, { starts: [] }, "swedencentral was not evacuated"],
    ["by an evacuation that was declined", {}, { runs: [{ ...CAME.runs[0]!, outcome: "lapsed" }] }, "swedencentral was not evacuated"],
    ["by a restore", {}, { starts: [{ ...START, runbook: "restore" }] }, "swedencentral was not evacuated"],
    ["by one evacuation too many", { evacuated: [] }, {}, "swedencentral was evacuated"],
    ["by a late detection", { detectSeconds: 24 }, {}, "swedencentral was detected after 25 s, not within 24 s"],
    ["by another guard's refusal", { refusedBy: ["selfDoubt"] }, {}, "selfDoubt refused nothing; cooldown did"],
    ["by silence", { told: ["is restored"] }, {}, 'nobody was told "is restored"'],
    ["by another verdict", { verdicts: { swedencentral: "pressured" } }, {}, "swedencentral was never pressured, only healthy, failing"],
    ["by a region that nobody saw", { verdicts: { japaneast: "failing" } }, {}, "japaneast was never failing, only unseen"],
  ])("%s", (_, wanted, changes, line) => {
    expect(unmet(wanted, changes)).toEqual([line]);
  });
});

it("a scenario without expectations expects nothing", () => {
  expect(judgeExpectations({ expect: undefined, impairedAt: 0.1 }, CAME)).toEqual([]);
});
