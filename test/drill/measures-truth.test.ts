import { describe, expect, it } from "vitest";
import type { DrillFault } from "../../rehearsal/drill/drill-log.ts";
import { falseEvacuations } from "../../rehearsal/drill/measures-truth.ts";
import type { DataPlaneFault } from "../../rehearsal/world.ts";
import { deploymentId } from "../traffic/support.ts";
import { emptyLog, foundryDown, gatewayDown, second } from "./measures-support.ts";

function judged(faults: readonly DrillFault[], at: number, run: { automatic?: boolean; runbook?: string } = {}): readonly string[] {
  const runs = [{ id: "run", at: second(at), region: "swedencentral", runbook: "evacuate", scope: null, automatic: true, ...run }];
  return falseEvacuations(emptyLog({ faults, runs }), 0.1).map((found) => found.reason);
}

function effect(changes: Partial<DataPlaneFault>): Partial<DrillFault> {
  const base = { kind: "deployment", deployment: deploymentId("swedencentral"), answer: 503, share: 1 };
  return { effects: [{ ...base, ...changes } as DataPlaneFault] };
}

describe("an automatic evacuation is false", () => {
  it.each([
    ["of a healthy region", [], 600, ["healthy"]],
    ["of a region whose neighbour fails", [foundryDown(500, 900, "japaneast")], 600, ["healthy"]],
    ["after a blip of five seconds", [foundryDown(590, 595)], 600, ["healthy"]],
    ["on evidence older than a burst and a deadline", [foundryDown(500, 590)], 667, ["healthy"]],
    ["for too many requests alone", [foundryDown(500, 900, "swedencentral", effect({ answer: 429 }))], 600, ["healthy"]],
    ["for a share of failures below the threshold", [foundryDown(500, 900, "swedencentral", effect({ share: 0.09 }))], 600, ["healthy"]],
    [
      "when all survivors fail alike",
      [foundryDown(500, 900), foundryDown(500, 900, "eastus2"), foundryDown(500, 900, "japaneast")],
      600,
      ["survivors fail alike"],
    ],
  ])("%s", (_, faults, at, reasons) => {
    expect(judged(faults, at)).toEqual(reasons);
  });
});

describe("an automatic evacuation is right", () => {
  it.each([
    ["while its Foundry is down", [foundryDown(590, 900)], 600],
    ["while its gateway is down", [gatewayDown(590, 900)], 600],
    [
      "for a gray failure above the threshold, from its first second on",
      [foundryDown(599, 900, "swedencentral", effect({ share: 0.2 }))],
      600,
    ],
    ["on evidence that is as old as a burst", [foundryDown(500, 590)], 647],
    [
      "when answers are slower than any probe waits",
      [foundryDown(590, 900, "swedencentral", effect({ kind: "latency", addMilliseconds: 5000 }))],
      600,
    ],
    ["while one survivor is left", [foundryDown(500, 900), foundryDown(500, 900, "eastus2")], 600],
  ])("%s", (_, faults, at) => {
    expect(judged(faults, at)).toEqual([]);
  });
});

it("people's runs and other runbooks are nobody's false evacuation", () => {
  expect(judged([], 600, { automatic: false })).toEqual([]);
  expect(judged([], 600, { runbook: "restore" })).toEqual([]);
});
