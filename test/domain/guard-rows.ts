/** One rung asked about an evacuation of east, and the row that a table of them has. */
import { expect } from "vitest";
import { unknownAdmission } from "../../src/domain/admission.ts";
import { climb, type GuardCode, type GuardInput, type GuardResult } from "../../src/domain/guards.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { VerdictState } from "../../src/domain/verdict.ts";
import { at, capacity, hubToHub, normalRouting, regionVerdict, stateWith } from "../support/builders.ts";

export const REGIONS = ["east", "west", "north"];

/** An evacuation of east that every guard lets pass. */
function outcome(code: GuardCode, changes: Partial<GuardInput> = {}): GuardResult {
  const estate = changes.estate ?? hubToHub();
  const found = climb({
    estate,
    state: stateWith([]),
    region: "east",
    scope: null,
    verdicts: verdicts("failing", "healthy", "healthy"),
    admission: { ...unknownAdmission("fits"), maxSafeShare: 1 },
    capacity: capacity(estate, 1000),
    routing: normalRouting(estate),
    convergence: null,
    initiator: "automatic",
    share: 0,
    now: at(1000),
    ...changes,
  }).find((result) => result.code === code);
  if (found === undefined) throw new Error(`no rung ${code}`);
  return found;
}

export type Row = [rule: string, changes: Partial<GuardInput>, outcome: GuardResult["outcome"], reason?: string];

export function check(
  code: GuardCode,
): (rule: string, changes: Partial<GuardInput>, wanted: GuardResult["outcome"], reason?: string) => void {
  return (_rule, changes, wanted, reason = "") => {
    const found = outcome(code, changes);
    expect(found, found.reason).toMatchObject({ outcome: wanted });
    expect(found.reason).toContain(reason);
  };
}

export function verdicts(...states: readonly VerdictState[]): RegionVerdict[] {
  return states.map((state, i) => regionVerdict(REGIONS[i] ?? "", state));
}
