import { beforeAll, describe, expect, it } from "vitest";
import {
  type Drilled,
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
const POOLS = ["apim-eastus2/gpt-4o", "apim-swedencentral/gpt-4o", "apim-japaneast/gpt-4o"] as const;

const during = { at: ONSET, for: 60 };
const FAULTS = {
  /** Each gateway's management plane in trouble of its own. */
  mixed: [
    { kind: "etagConflict", ...during, region: "eastus2", times: 2 },
    { kind: "resourceManagerThrottled", ...during, for: 40, region: "swedencentral", retryAfterSeconds: 7 },
    { kind: "resourceManagerDown", ...during, region: "japaneast", status: 500 },
  ],
  stubborn: [
    { kind: "etagConflict", ...during, region: "eastus2", times: 5 },
    { kind: "resourceManagerDown", ...during, region: "swedencentral", status: 409 },
  ],
  /** While the region is being restored. */
  restoring: [{ kind: "resourceManagerDown", at: ONSET + 295, for: 60, region: "japaneast", status: 503 }],
  identityInOutage: [{ kind: "identityDown", at: ONSET - 10, for: 300 }],
  identityFromStart: [{ kind: "identityDown", at: 0, for: ONSET + 120 }],
  metricsMissing: [{ kind: "metricsMissing", at: 0, for: 720 }],
} satisfies Record<string, readonly unknown[]>;

type Name = keyof typeof FAULTS | "undisturbed";
const drills = new Map<Name, Drilled>();
const drill = (name: Name): Drilled => drills.get(name)!;
let estate: string;

beforeAll(async () => {
  estate = await quickEstate("hub-to-hub");
  const named: [Name, readonly unknown[]][] = [["undisturbed", []], ...(Object.entries(FAULTS) as [Name, readonly unknown[]][])];
  const results = await runDrills(named.map(([, faults]) => ({ estate, faults: [OUTAGE, ...faults], automation: "on" })));
  named.forEach(([name], i) => drills.set(name, results[i]!));
}, DRILLS_LIMIT_MILLISECONDS);

/** Seconds from the onset. */
function wroteAt(name: Name, pool: string): number {
  return firstAt(drill(name), "act", `wrote ${pool}`) - ONSET;
}

describe("ARM in trouble in the middle of an evacuation", () => {
  it("412: read and computed again at once, each time on record", () => {
    const notes = texts(drill("mixed"), "note").filter((text) => text.startsWith(`${POOLS[0]}: somebody wrote in between (412)`));
    expect(notes).toHaveLength(2);
    expect(wroteAt("mixed", POOLS[0]) - wroteAt("undisturbed", POOLS[0])).toBeLessThan(5);
  });

  it("412 more often than one converge tries: owed, and written soon after", () => {
    expect(texts(drill("stubborn"), "note")).toContain(`${POOLS[0]} owed: changed under 3 attempts in a row`);
    expect(wroteAt("stubborn", POOLS[0])).toBeLessThan(60);
  });

  it.each([
    ["429", "mixed", POOLS[1], "429 ResourceRequestsThrottled", 40],
    ["500", "mixed", POOLS[2], "500 InternalServerError", 60],
    ["409", "stubborn", POOLS[1], "409 PessimisticConcurrencyConflict", 60],
  ] as const)("%s: owed with its reason, and written once it has passed", (_status, name, pool, reason, seconds) => {
    expect(texts(drill(name), "note").filter((text) => text.startsWith(`${pool} owed: ${reason}`))).toHaveLength(1);
    expect(wroteAt(name, pool)).toBeGreaterThan(seconds);
    expect(wroteAt(name, pool)).toBeLessThanOrEqual(seconds + 35);
  });

  it("the pools that can be written do not wait for those that cannot", () => {
    expect(wroteAt("stubborn", POOLS[2])).toBe(wroteAt("undisturbed", POOLS[2]));
  });

  it("clients have relief when the pool that they use is written, whatever is owed elsewhere", () => {
    const effective = wroteAt("mixed", POOLS[0]) + 10;
    expect(drill("mixed").summary.timeToReliefSeconds).toBeLessThanOrEqual(effective + 5);
  });
});

it("ARM down during the restore: the next step waits for what is owed", () => {
  const steps = drill("restoring").timeline.filter(
    ({ kind, text, run }) => kind === "intend" && text.startsWith("share ") && run?.startsWith("restore-"),
  );
  expect(steps.map(({ text }) => text)).toEqual(["share 50 %", "share 100 %"]);
  expect(firstAt(drill("restoring"), "note", `${POOLS[2]} owed: 503`)).toBeGreaterThan(steps[0]!.at);
  expect(steps[1]!.at).toBeGreaterThan(ONSET + 295 + 60);
});

describe("the identity endpoint down", () => {
  it("during the outage: tokens in hand are enough, nothing changes", () => {
    const [disturbed, calm] = [drill("identityInOutage"), drill("undisturbed")];
    expect(disturbed.summary).toEqual({ ...calm.summary, wallSeconds: disturbed.summary.wallSeconds });
  });

  it("from the start: nothing is measured, so nothing is evacuated until tokens come; then within the knowledge timer's minute and a round", () => {
    const { summary } = drill("identityFromStart");
    expect(summary.timeToDetectSeconds).toBeGreaterThan(120);
    expect(summary.timeToDetectSeconds).toBeLessThanOrEqual(120 + 60 + 15);
    // Until everything has been probed and read, a guard says no by name.
    for (const refusal of summary.guardRefusals)
      expect(refusal).toMatch(/^eastus2 is not evacuated: (willMovingHelp|minHealthyRegions|survivorCapacity): /);
  });
});

it("without any metric the limiter's own headers tell the demand: the evacuation is not held up", () => {
  const { summary } = drill("metricsMissing");
  expect(summary.guardRefusals).toEqual([]);
  expect(summary.timeToDetectSeconds).toBe(drill("undisturbed").summary.timeToDetectSeconds);
});

it("whatever the trouble: nothing throws, no invariant is breached, and ARM ends as it was", () => {
  for (const [name, result] of drills) {
    expect(texts(result, "host"), name).toEqual([]);
    expect(result.summary.invariantViolations, name).toEqual([]);
    expect(result.summary.falseEvacuations, name).toEqual([]);
    expect(lastWrites(result), name).toStrictEqual(normalOf(result, estate));
    expect(
      result.summary.runs.map(({ outcome }) => outcome),
      name,
    ).toEqual(["handedOver", "restored"]);
  }
});
