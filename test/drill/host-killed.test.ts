import { beforeAll, describe, expect, it } from "vitest";
import {
  type Drilled,
  type DrillSpec,
  DRILLS_LIMIT_MILLISECONDS,
  firstAt,
  lastWrites,
  normalOf,
  ONSET,
  quickEstate,
  runDrills,
  texts,
} from "../support/drills.ts";

const OUTAGE = { kind: "foundryDown", at: ONSET, for: 240, region: "eastus2" };
/** `workItemQueueVisibilityTimeout` of host.json. */
const VISIBILITY_SECONDS = 30;
const DOWN_SECONDS = 3;
/** The activities of an evacuation's first turn: all that stands between the decision and relief. */
const FIRST_TURN = ["observe", "intend", "converge", "verify", "record"];

let estate: string;
let calm: Drilled;
let afterEach: Drilled;
let during: readonly Drilled[];
let byFault: Drilled;
let corrupted: Drilled;

beforeAll(async () => {
  estate = await quickEstate("hub-to-hub");
  const common = { estate, faults: [OUTAGE], automation: "on" } as const;
  const specs: DrillSpec[] = [
    common,
    { ...common, act: { on: "completed", activities: "all", downSeconds: DOWN_SECONDS } },
    { ...common, faults: [OUTAGE, { kind: "hostKilled", at: ONSET + 3, for: 20 }] },
    { ...common, act: { on: "completed", activities: [3], downSeconds: DOWN_SECONDS, corrupt: true } },
    ...FIRST_TURN.map((_, i): DrillSpec => ({ ...common, act: { on: "started", activities: [i + 1], downSeconds: DOWN_SECONDS } })),
  ];
  const results = await runDrills(specs);
  [calm, afterEach, byFault, corrupted] = [results[0]!, results[1]!, results[2]!, results[3]!];
  during = results.slice(4);
}, DRILLS_LIMIT_MILLISECONDS);

function effective({ summary }: Drilled): number {
  return summary.timeToEvacuationEffectiveSeconds ?? NaN;
}

describe("the host killed after every single activity of both runs", () => {
  it("both runs go on from disk to their ends, and no activity is carried out twice", () => {
    expect(afterEach.told.kills).toBeGreaterThan(2 * FIRST_TURN.length);
    expect(afterEach.told.kills).toBe(afterEach.told.activities.length);
    expect(afterEach.told.activities.slice(0, 5)).toEqual(FIRST_TURN);
    const waits = (name: string): boolean => name !== "observe";
    expect(afterEach.told.activities.filter(waits)).toEqual(calm.told.activities.filter(waits));
    expect(afterEach.told.writes.map(({ kind }) => kind)).toEqual(calm.told.writes.map(({ kind }) => kind));
  });

  it("relief is later only by the time the host was down", () => {
    const kills = FIRST_TURN.indexOf("converge");
    expect(effective(afterEach)).toBeGreaterThanOrEqual(effective(calm) + kills * DOWN_SECONDS - 0.5);
    expect(effective(afterEach)).toBeLessThanOrEqual(effective(calm) + kills * (DOWN_SECONDS + 1));
  });
});

describe.each(FIRST_TURN.map((name, i) => [name, i] as const))("the host killed while it carries out %s", (name, i) => {
  it("the activity comes back after the queue's visibility timeout, and relief is later by no more than that", () => {
    const drill = during[i]!;
    expect(drill.told.kills).toBe(1);
    expect(drill.told.activities.slice(0, 5)).toEqual(FIRST_TURN);
    const late = FIRST_TURN.indexOf(name) <= FIRST_TURN.indexOf("converge");
    expect(effective(drill)).toBeLessThanOrEqual(effective(calm) + (late ? VISIBILITY_SECONDS + 1 : 0));
    if (late) expect(effective(drill)).toBeGreaterThan(effective(calm) + DOWN_SECONDS);
  });
});

it("the host killed by a scenario before it could detect: the next one does, with a burst of its own", () => {
  const { timeToDetectSeconds } = byFault.summary;
  expect(timeToDetectSeconds).toBeGreaterThan(23);
  // Back after 23 s; then one interval and one burst.
  expect(timeToDetectSeconds).toBeLessThanOrEqual(23 + 15 + 12 + 5);
  expect(texts(byFault, "fault")).toContain("hostKilled ends");
  // Two rounds fall into the time without a host, and the one under way had been counted.
  expect(calm.summary.probeRounds - byFault.summary.probeRounds).toBe(1);
});

describe("a corrupted history on disk", () => {
  it("fails the run loudly, naming the event", () => {
    const [failure] = texts(corrupted, "host");
    expect(failure).toMatch(
      /^Orchestration '.*' \(evacuate-eastus2-.*\) failed: The history of instance ".*" is corrupt: .* does not match its checksum/,
    );
  });

  it("the next probe round finds the hold without a run and starts that very run again, which finishes", () => {
    const restarted = firstAt(corrupted, "note", "the hold had no running run: started again");
    expect(restarted).toBeGreaterThan(firstAt(corrupted, "host", "is corrupt"));
    expect(restarted).toBeLessThanOrEqual(firstAt(corrupted, "host", "is corrupt") + 15 + 1);
    expect(corrupted.summary.runs).toHaveLength(2);
    expect(effective(corrupted)).toBe(effective(calm));
  });
});

it("whenever it is killed: no invariant is breached, nothing else throws, and ARM ends as it was", () => {
  for (const [i, drill] of [calm, afterEach, byFault, corrupted, ...during].entries()) {
    expect(drill.summary.invariantViolations, `${i}`).toEqual([]);
    expect(drill.summary.falseEvacuations, `${i}`).toEqual([]);
    expect(texts(drill, "host").length, `${i}`).toBe(drill === corrupted ? 1 : 0);
    expect(lastWrites(drill), `${i}`).toStrictEqual(normalOf(drill, estate));
    expect(
      drill.summary.runs.map(({ outcome }) => outcome),
      `${i}`,
    ).toEqual(["handedOver", "restored"]);
    expect(
      drill.told.instances.map(({ output }) => output),
      `${i}`,
    ).toEqual(["handedOver", "restored"]);
  }
});
