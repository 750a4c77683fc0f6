import { beforeAll, describe, expect, it } from "vitest";
import {
  type Drilled,
  DRILLS_LIMIT_MILLISECONDS,
  firstAt,
  lastWrites,
  normalOf,
  ONSET,
  quickEstate,
  regionDown,
  runDrills,
  texts,
  withClassicEdges,
} from "../support/drills.ts";

const OUTAGE_SECONDS = 360;
const END = ONSET + OUTAGE_SECONDS;
const FAULTS = regionDown("eastus2", ONSET, OUTAGE_SECONDS);
const FOUNDRY_LATER_SECONDS = 20;
const GATEWAY_FIRST = [
  { kind: "gatewayDown", at: ONSET, for: OUTAGE_SECONDS, region: "eastus2" },
  { kind: "foundryDown", at: ONSET + FOUNDRY_LATER_SECONDS, for: OUTAGE_SECONDS - FOUNDRY_LATER_SECONDS, region: "eastus2" },
];
const FROZEN_UNTIL = ONSET + 290;
const FROZEN = { kind: "frontDoorFrozen", at: ONSET - 10, for: 300 };

let estate: string;
let classicEstate: string;
let on: Drilled;
let off: Drilled;
let classic: Drilled;
let frozen: Drilled;
let gatewayFirst: Drilled;

beforeAll(async () => {
  [estate, classicEstate] = await Promise.all([quickEstate("hub-to-hub"), quickEstate("hub-to-hub", withClassicEdges)]);
  const common = { minutes: 14, automation: "on" } as const;
  const results = await runDrills([
    { estate, faults: FAULTS, ...common },
    { estate: classicEstate, faults: FAULTS, ...common },
    { estate, faults: [...FAULTS, FROZEN], ...common },
    { estate, faults: FAULTS, ...common, automation: "off" },
    { estate, faults: GATEWAY_FIRST, ...common },
  ]);
  [on, classic, frozen, off, gatewayFirst] = [results[0]!, results[1]!, results[2]!, results[3]!, results[4]!];
}, DRILLS_LIMIT_MILLISECONDS);

const all = (): readonly (readonly [string, Drilled, string])[] => [
  ["standard", on, estate],
  ["classic", classic, classicEstate],
  ["frozen", frozen, estate],
  ["gateway first", gatewayFirst, estate],
];

/** Seconds from the drill's start at which ARM accepted an origin's state. */
function originWrites({ told }: Drilled): readonly (readonly [enabled: boolean, at: number])[] {
  const start = Date.parse("2026-01-05T00:00:00Z");
  return told.writes.flatMap((write) => (write.kind === "origin" ? [[write.enabled, (write.at - start) / 1000] as const] : []));
}

describe("all of a region down, its management plane included", () => {
  it("the gate is closed and the origin disabled in the first step, for the gateway itself is sick", () => {
    expect(texts(on, "intend")[0]).toBe("share 0 %, gate closed, origin disabled");
    expect(originWrites(on).map(([enabled]) => enabled)).toEqual([false, true]);
    const [disabled, enabled] = originWrites(on).map(([, at]) => at);
    expect(disabled! - ONSET).toBeLessThan(30);
    expect(enabled).toBeGreaterThan(END);
  });

  it("the pool whose management plane is down is owed, and written once that is back", () => {
    expect(firstAt(on, "note", "apim-eastus2/gpt-4o owed: 503")).toBeLessThan(ONSET + 30);
    const writes = on.timeline.filter(({ kind, text }) => kind === "act" && text === "wrote apim-eastus2/gpt-4o").map(({ at }) => at);
    expect(writes[0]).toBeGreaterThan(END);
    // Both the run and the reconciler look for what is owed.
    expect(writes[0]).toBeLessThanOrEqual(END + 35);
    for (const other of ["apim-swedencentral", "apim-japaneast"])
      expect(firstAt(on, "act", `wrote ${other}/gpt-4o`)).toBeLessThan(ONSET + 30);
  });

  it("clients are no worse off than without the app, and nobody is evacuated wrongly", () => {
    expect(on.summary.timeToReliefSeconds).toBeLessThanOrEqual(off.summary.timeToReliefSeconds ?? NaN);
    expect(on.summary.lost).toBeLessThanOrEqual(off.summary.lost + Math.max(3, 0.0005 * off.summary.requests));
    expect(off.summary.lost).toBeGreaterThan(100);
    expect(on.summary.falseEvacuations).toEqual([]);
  });
});

describe("with Front Door's control plane frozen as well", () => {
  it("the pools are moved as fast as without the freeze", () => {
    for (const gateway of ["apim-swedencentral", "apim-japaneast"]) {
      expect(firstAt(frozen, "act", `wrote ${gateway}/gpt-4o`)).toBe(firstAt(on, "act", `wrote ${gateway}/gpt-4o`));
    }
    expect(frozen.summary.timeToReliefSeconds).toBe(on.summary.timeToReliefSeconds);
  });

  it("the origin is owed, told once, and disabled soon after the freeze", () => {
    const owed = texts(frozen, "note").filter((text) => text.startsWith("fd-contoso/gateways/apim-eastus2 owed: 503"));
    expect(owed).toHaveLength(1);
    expect(originWrites(frozen).map(([enabled]) => enabled)).toEqual([false, true]);
    const disabledAt = originWrites(frozen)[0]![1];
    expect(disabledAt).toBeGreaterThan(FROZEN_UNTIL);
    expect(disabledAt).toBeLessThanOrEqual(FROZEN_UNTIL + 35);
  });
});

it("a classic Front Door is left and returned to in the same way, at the same time", () => {
  expect(originWrites(classic).map(([enabled]) => enabled)).toEqual([false, true]);
  const written = classic.told.writes.flatMap((write) => (write.kind === "origin" ? [write.origin] : []));
  expect(new Set(written)).toEqual(new Set(["apim-contoso-eastus2.azure-api.net"]));
  const calls = Object.keys(classic.summary.controlPlaneCalls);
  expect(calls.filter((route) => route.includes("Microsoft.Network/frontDoors")).map((route) => route.split(" ")[0])).toEqual([
    "GET",
    "PUT",
  ]);
  expect(calls.some((route) => route.includes("Microsoft.Cdn"))).toBe(false);
  originWrites(classic).forEach(([, at], i) => expect(Math.abs(at - originWrites(on)[i]![1])).toBeLessThan(1));
});

it("a gateway that fails before its region's Foundry: left at once, and the tokens moved too when Foundry follows", () => {
  expect(texts(gatewayFirst, "intend")[0]).toBe("gate closed, origin disabled");
  const [edgeOnly, whole] = gatewayFirst.summary.runs.map(({ id }) => id);
  const moved = gatewayFirst.timeline.filter(({ kind, run }) => kind === "act" && run === whole).map(({ text }) => text);
  expect(whole).toBe(`${edgeOnly}-2`);
  expect(moved.toSorted()).toEqual(["wrote apim-eastus2/gpt-4o", "wrote apim-japaneast/gpt-4o", "wrote apim-swedencentral/gpt-4o"]);
  expect(firstAt(gatewayFirst, "act", "wrote ") - ONSET - FOUNDRY_LATER_SECONDS).toBeLessThan(15 + 12 + 5);
  expect(gatewayFirst.summary.runs.map(({ outcome }) => outcome)).toEqual(["handedOver", "handedOver", "restored"]);
});

it("every drill ends with ARM as it was, every origin enabled, and nothing thrown or breached", () => {
  for (const [name, drill, text] of all()) {
    expect(lastWrites(drill), name).toStrictEqual(normalOf(drill, text));
    expect(
      Object.values(lastWrites(drill)).filter((value) => value === true),
      name,
    ).toHaveLength(1);
    expect(drill.summary.invariantViolations, name).toEqual([]);
    expect(texts(drill, "host"), name).toEqual([]);
    expect(drill.summary.runs.map(({ outcome }) => outcome).slice(-2), name).toEqual(["handedOver", "restored"]);
    expect(drill.summary.timeToRestoreEdgeSeconds, name).toBeGreaterThan(0);
  }
});
