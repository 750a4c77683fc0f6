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
import { GATEWAY_POLICIES } from "../../rehearsal/world.ts";

const FAULTS = [{ kind: "foundryDown", at: ONSET, for: 240, region: "eastus2" }];
/** Of the estates' defaults. */
const INTERVAL_SECONDS = 15;
const BURST_SECONDS = 12;

const cases = [
  ...GATEWAY_POLICIES.map((gateway) => ({ name: `hub-to-hub, ${gateway}`, topology: "hub-to-hub" as const, gateway })),
  { name: "hub-and-spoke, plain", topology: "hub-and-spoke" as const, gateway: "plain" as const },
];
const drills: Record<string, { on: Drilled; off: Drilled; estate: string }> = {};
let recommended: Drilled;

beforeAll(async () => {
  const estates = { "hub-to-hub": await quickEstate("hub-to-hub"), "hub-and-spoke": await quickEstate("hub-and-spoke") };
  const specs = cases.flatMap(({ topology, gateway }) =>
    (["on", "off"] as const).map((automation) => ({ estate: estates[topology], faults: FAULTS, gateway, automation })),
  );
  const [last, ...results] = await runDrills([{ estate: estates["hub-to-hub"], faults: FAULTS, automation: "recommend" }, ...specs]);
  recommended = last!;
  cases.forEach(({ name, topology }, i) => (drills[name] = { on: results[2 * i]!, off: results[2 * i + 1]!, estate: estates[topology] }));
}, DRILLS_LIMIT_MILLISECONDS);

describe.each(cases.map(({ name }) => name))("Foundry of one region down: %s", (name) => {
  it("is detected within one interval and one burst", () => {
    expect(drills[name]!.on.summary.timeToDetectSeconds).toBeLessThanOrEqual(INTERVAL_SECONDS + BURST_SECONDS + 5);
  });

  it("is evacuated within 1.25 × (floor + interval), and clients have relief no later than 5 s after that", () => {
    const { floorSeconds, timeToEvacuationEffectiveSeconds, timeToReliefSeconds } = drills[name]!.on.summary;
    expect(timeToEvacuationEffectiveSeconds).toBeGreaterThanOrEqual(floorSeconds ?? NaN);
    expect(timeToEvacuationEffectiveSeconds).toBeLessThanOrEqual(1.25 * ((floorSeconds ?? NaN) + INTERVAL_SECONDS));
    expect(timeToReliefSeconds).toBeLessThanOrEqual((timeToEvacuationEffectiveSeconds ?? NaN) + 5);
  });

  it("automation does no harm: the same requests, and no more of them lost", () => {
    const { on, off } = drills[name]!;
    expect(on.summary.requests).toBe(off.summary.requests);
    expect(on.summary.lost).toBeLessThanOrEqual(off.summary.lost + Math.max(3, 0.0005 * off.summary.requests));
    expect(on.summary.falseEvacuations).toEqual([]);
  });

  it("keeps every invariant, throws nothing, and ends with one run each way", () => {
    const { on } = drills[name]!;
    expect(on.summary.invariantViolations).toEqual([]);
    expect(texts(on, "host")).toEqual([]);
    expect(on.summary.runs.map(({ outcome }) => outcome)).toEqual(["handedOver", "restored"]);
    expect(on.told.instances.map(({ runtimeStatus }) => runtimeStatus)).toEqual(["Completed", "Completed"]);
  });

  it("leaves ARM exactly as it was, absent fields included, and touches no origin", () => {
    const { on, estate } = drills[name]!;
    const gateways = name.startsWith("hub-to-hub") ? 3 : 1;
    expect(Object.keys(lastWrites(on))).toHaveLength(gateways);
    expect(lastWrites(on)).toStrictEqual(normalOf(on, estate));
    expect(on.told.writes).toHaveLength(3 * gateways);
  });

  it("is cheap: at most 8 table operations a probe round, one write per pool and step", () => {
    const { summary } = drills[name]!.on;
    expect(summary.probeRounds).toBe((12 * 60) / INTERVAL_SECONDS - 1);
    expect(summary.tableOperations / summary.probeRounds).toBeLessThanOrEqual(8);
    const writes = Object.entries(summary.controlPlaneCalls).filter(([route]) => !route.startsWith("GET "));
    expect(writes.map(([route, count]) => [route.slice(0, 5), count])).toEqual([["PATCH", drills[name]!.on.told.writes.length]]);
  });
});

describe("what a breaker and retries add", () => {
  it("fewer requests are lost, with automation on as with it off", () => {
    const lost = (automation: "on" | "off") =>
      GATEWAY_POLICIES.map((gateway) => drills[`hub-to-hub, ${gateway}`]![automation].summary.lost);
    for (const [plain, breaker, retry] of [lost("on"), lost("off")]) {
      expect(breaker).toBeLessThan(plain!);
      expect(retry).toBeLessThanOrEqual(breaker!);
    }
  });
});

describe("mode recommend", () => {
  it("says what it would do, within the time in which it would have done it, and writes nothing", () => {
    const wouldAt = firstAt(recommended, "decide", "eastus2 would be evacuated to 0 %");
    expect(wouldAt - ONSET).toBeCloseTo(drills["hub-to-hub, plain"]!.on.summary.timeToDetectSeconds ?? NaN, 6);
    expect(texts(recommended, "decide")).toHaveLength(1);
    expect(recommended.told).toMatchObject({ writes: [], instances: [] });
    const methods = Object.keys(recommended.summary.controlPlaneCalls).map((route) => route.split(" ")[0]);
    expect(new Set(methods)).toEqual(new Set(["GET"]));
    expect(recommended.summary).toMatchObject({ runs: [], guardRefusals: [], invariantViolations: [] });
  });

  it("clients fare exactly as without the app", () => {
    const { off } = drills["hub-to-hub, plain"]!;
    expect(recommended.bins).toEqual(off.bins);
    expect(recommended.summary.lostByResult).toEqual(off.summary.lostByResult);
  });
});
