import { describe, expect, it } from "vitest";
import type { DrillFault } from "../../rehearsal/drill/drill-log.ts";
import { callsForEvacuation } from "../../rehearsal/drill/impairment.ts";
import { falseEvacuations } from "../../rehearsal/drill/measures-truth.ts";
import type { DataPlaneFault } from "../../rehearsal/world.ts";
import { deploymentId } from "../traffic/support.ts";
import { emptyLog, foundryDown, gatewayDown, second } from "./measures-support.ts";

function judged(
  faults: readonly DrillFault[],
  at: number,
  run: { automatic?: boolean; runbook?: string; scope?: readonly string[] } = {},
): readonly string[] {
  const runs = [{ id: "run", at: second(at), region: "swedencentral", runbook: "evacuate", scope: null, automatic: true, ...run }];
  return falseEvacuations(emptyLog({ faults, runs }), 0.1).map((found) => found.reason);
}

function effect(changes: Partial<DataPlaneFault>): Partial<DrillFault> {
  const base = { kind: "deployment", deployment: deploymentId("swedencentral"), answer: 503, share: 1 };
  return { effects: [{ ...base, ...changes } as DataPlaneFault] };
}

const SLOW_ENOUGH = { kind: "latency", addMilliseconds: 3900 } as const;

function clientsFail(from: number, to: number): DrillFault {
  const own = { kind: "clients", region: "swedencentral", answer: 500, share: 1 } as const;
  return { ...foundryDown(from, to), kind: "clientsFail", effects: [own] };
}

/** Of which clients feel nothing. */
function unfelt(kind: DrillFault["kind"]): DrillFault {
  return { ...foundryDown(500, 900), kind, effects: [] };
}

describe("an automatic evacuation is false", () => {
  it.each([
    ["of a healthy region", [], 600, ["healthy"]],
    ["of a region whose neighbour fails", [foundryDown(500, 900, "japaneast")], 600, ["healthy"]],
    ["after a blip of five seconds", [foundryDown(590, 595)], 600, ["healthy"]],
    ["on evidence older than a burst and a deadline", [foundryDown(500, 590)], 667, ["healthy"]],
    ["for too many requests alone", [foundryDown(500, 900, "swedencentral", effect({ answer: 429 }))], 600, ["healthy"]],
    ["for a share of failures below the threshold", [foundryDown(500, 900, "swedencentral", effect({ share: 0.09 }))], 600, ["healthy"]],
    ["for answers that are slow but not too slow", [foundryDown(500, 900, "swedencentral", effect(SLOW_ENOUGH))], 600, ["healthy"]],
    [
      "for a deleted deployment, which moving does not mend",
      [foundryDown(500, 900, "swedencentral", effect({ answer: 404 }))],
      600,
      ["healthy"],
    ],
    ["for what its clients' own requests meet", [clientsFail(500, 900)], 600, ["the fault follows the traffic"]],
    ["for it minutes later, because metrics are late", [clientsFail(300, 400)], 600, ["the fault follows the traffic"]],
    ["for a prober that is cut off", [unfelt("proberCutOff")], 600, ["healthy"]],
    ["for probes that are refused", [unfelt("probesRefused")], 600, ["healthy"]],
    ["for a clock that is wrong", [unfelt("clockSkew")], 600, ["healthy"]],
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
    ["when answers are slow", [foundryDown(590, 900, "swedencentral", effect({ kind: "latency", addMilliseconds: 4000 }))], 600],
    ...(["empty", "dns", "tls", "reset"] as const).map((answer): [string, readonly DrillFault[], number] => [
      `when answers are: ${answer}`,
      [foundryDown(590, 900, "swedencentral", effect({ answer }))],
      600,
    ]),
    ["while one survivor is left", [foundryDown(500, 900), foundryDown(500, 900, "eastus2")], 600],
  ])("%s", (_, faults, at) => {
    expect(judged(faults, at)).toEqual([]);
  });
});

it("people's runs and other runbooks are nobody's false evacuation", () => {
  expect(judged([], 600, { automatic: false })).toEqual([]);
  expect(judged([], 600, { runbook: "restore" })).toEqual([]);
});

describe("an evacuation of some deployments is judged by these", () => {
  const scope = [deploymentId("swedencentral")];

  it("and not by their region's gateway", () => {
    expect(judged([gatewayDown(590, 900)], 600, { scope })).toEqual(["healthy"]);
  });

  it("and is right when they are impaired and one of those that share a pool with them is not", () => {
    expect(judged([foundryDown(500, 900), foundryDown(500, 900, "eastus2")], 600, { scope })).toEqual([]);
  });

  it("and is false when all that share a pool with them fail alike", () => {
    const all = [foundryDown(500, 900), foundryDown(500, 900, "eastus2"), foundryDown(500, 900, "japaneast")];
    expect(judged(all, 600, { scope })).toEqual(["survivors fail alike"]);
  });
});

describe("an evacuation is called for", () => {
  const { estate } = emptyLog();
  const calls = (changes: Partial<DataPlaneFault>): boolean =>
    callsForEvacuation(foundryDown(0, 1, "swedencentral", effect(changes)), estate, 0.1);

  it.each<[string, Partial<DataPlaneFault>, boolean]>([
    ["by an outage", {}, true],
    ["by a part of the requests failing", { share: 0.1 }, true],
    ["not by a lesser part", { share: 0.09 }, false],
    ["not by 404", { answer: 404 }, false],
    ["not by a cut quota", { kind: "tokensPerMinute", factor: 0 }, false],
    ["by slow answers", { kind: "latency", addMilliseconds: 4000 }, true],
    ["not by answers that are a little slower", SLOW_ENOUGH, false],
  ])("%s", (_, changes, expected) => {
    expect(calls(changes)).toBe(expected);
  });

  it("not by clients' own failures", () => {
    expect(callsForEvacuation(clientsFail(0, 1), estate, 0.1)).toBe(false);
  });
});
