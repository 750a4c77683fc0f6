import { expect, it } from "vitest";
import { type Drilled, type DrillSpec, DRILLS_LIMIT_MILLISECONDS, ONSET, quickEstate, regionDown, runDrills } from "../support/drills.ts";

/** As much as possible at once: everything that could let chance in. */
const FAULTS = [
  { kind: "identityDown", at: 0, for: 100 },
  ...regionDown("eastus2", ONSET, 200),
  { kind: "etagConflict", at: ONSET, for: 300, region: "japaneast", times: 2 },
  { kind: "resourceManagerThrottled", at: ONSET, for: 60, region: "swedencentral" },
  { kind: "frontDoorFrozen", at: ONSET, for: 60 },
  { kind: "hostKilled", at: ONSET + 15, for: 10 },
  { kind: "foundrySlow", at: ONSET + 30, for: 60, region: "japaneast", addMilliseconds: 3000, share: 0.5 },
  { kind: "quotaCut", at: ONSET + 100, for: 60, region: "japaneast", factor: 0.3 },
];

function textOf({ told: _told, ...result }: Drilled): string {
  return JSON.stringify({ ...result, summary: { ...result.summary, wallSeconds: 0 } });
}

it(
  "the same job gives the same result byte for byte, whatever the table's name, the folder, the ports, and what runs beside it; another seed does not",
  async () => {
    const spec: DrillSpec = { estate: await quickEstate("hub-to-hub"), faults: FAULTS, gateway: "breaker-and-retry", automation: "on" };
    const [alone] = await runDrills([{ ...spec, key: "alone" }]);
    const [beside, neighbour] = await runDrills([
      { ...spec, key: "quiteAnotherName2" },
      { ...spec, seed: 2 },
    ]);
    expect(textOf(beside!)).toBe(textOf(alone!));
    expect(textOf(neighbour!)).not.toBe(textOf(alone!));
    expect(alone!.summary.runs.length).toBeGreaterThan(0);
    expect(textOf(alone!)).not.toMatch(/127\.0\.0\.1:\d+|localhost:\d+|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  },
  DRILLS_LIMIT_MILLISECONDS,
);
