import { describe, expect, it } from "vitest";
import { INVARIANT_NAMES, type InvariantName, invariantViolations } from "../../rehearsal/drill/invariants.ts";
import type { ArmWrite, DrillLog, HoldLevel, LedgerIntent, SafetyChange } from "../../rehearsal/drill/drill-log.ts";
import type { PoolMember } from "../../src/domain/routing.ts";
import { REGIONS, deploymentId, gatewayId, memberId } from "../traffic/support.ts";
import { POOL, emptyLog, originWrite, poolWritesTo, second } from "./measures-support.ts";

const GATEWAY = gatewayId("eastus2");
const REST = ["eastus2", "japaneast"];

function write(at: number, members: readonly PoolMember[]): ArmWrite {
  return { kind: "pool", at: second(at), gateway: GATEWAY, pool: POOL, members };
}

function foreign(at: number, members: readonly PoolMember[]): ArmWrite {
  return { kind: "pool", at: second(at), gateway: GATEWAY, pool: POOL, members, foreign: true };
}

function member(region: string, weight?: number, priority?: number): PoolMember {
  return { id: memberId(GATEWAY, region), ...(weight === undefined ? {} : { weight }), ...(priority === undefined ? {} : { priority }) };
}

function intentsFor(writes: readonly ArmWrite[], automatic = true): readonly LedgerIntent[] {
  return writes.map((item) =>
    item.kind === "pool"
      ? { at: item.at - 1000, run: RUN.id, automatic, kind: "pool", gateway: item.gateway, pool: item.pool }
      : { at: item.at - 1000, run: RUN.id, automatic, kind: "origin", edge: item.edge },
  );
}

function hold(at: number, share: number | null, region = "swedencentral", automatic = true): HoldLevel {
  return { at: second(at), region, scope: null, share, automatic };
}

/** A whole evacuation and restore of one region, as it should be. */
const WRITES = [...poolWritesTo(630, REST), originWrite(1000, false), originWrite(2000, true), ...poolWritesTo(2400, REGIONS)];
const RUN = { id: "evacuate-1", at: second(628), region: "swedencentral", runbook: "evacuate", scope: null, automatic: true };
const PROPER: Partial<DrillLog> = {
  runs: [RUN],
  writes: WRITES,
  intents: intentsFor(WRITES),
  holds: [hold(629, 0), hold(2399, null)],
  admissions: [{ at: second(629), quotaPool: "japaneast", limit: 100_000, load: 90_000, overridden: false }],
};

function found(changes: Partial<DrillLog>): readonly InvariantName[] {
  return [...new Set(invariantViolations(emptyLog({ ...PROPER, ...changes })).map((violation) => violation.invariant))];
}

/** The proper drill with more writes, each with its intent. */
function withWrites(...more: readonly ArmWrite[]): Partial<DrillLog> {
  const writes = [...WRITES, ...more];
  return { writes, intents: intentsFor(writes) };
}

/** The estate asks a person before it evacuates. */
function asking(fallback: "proceed" | "decline", changes: Partial<DrillLog> = {}): Partial<DrillLog> {
  const { estate } = emptyLog();
  const approval = { timeoutSeconds: 60, default: fallback };
  const mode = { at: second(0), mode: "approve", killSwitch: false } as const;
  return { estate: { ...estate, safety: { ...estate.safety, mode: "approve", approval } }, safety: [mode], ...changes };
}

/** The first intent of the run, and the writes that it led to, come this many seconds later. */
function later(seconds: number): Partial<DrillLog> {
  return { runs: [{ ...RUN, at: RUN.at - seconds * 1000 }] };
}

const NORMAL = [member("eastus2", 100, 1), member("swedencentral", 100, 2), member("japaneast", 100, 2)];
const off: SafetyChange = { at: second(600), mode: "auto", killSwitch: true };

const VIOLATIONS: Record<InvariantName, readonly [what: string, log: Partial<DrillLog>][]> = {
  poolNeverEmpty: [
    ["a pool without members", withWrites(write(700, []))],
    ["a pool whose members all have weight 0", withWrites(write(700, [member("eastus2", 0, 1)]))],
  ],
  weightsInRange: [
    ["101", withWrites(write(700, [member("eastus2", 101, 1), member("japaneast", 100, 2)]))],
    ["0", withWrites(write(700, [member("eastus2", 100, 1), member("japaneast", 0, 2)]))],
    ["a fraction", withWrites(write(700, [member("eastus2", 33.3, 1), member("japaneast", 100, 2)]))],
    ["absent where it was not", withWrites(write(700, [member("eastus2", undefined, 1), member("japaneast", 100, 2)]))],
  ],
  membersStayDeclared: [
    ["a foreign member", withWrites(write(700, [...NORMAL, { id: "/backends/foreign", weight: 1 }]))],
    ["a member there twice", withWrites(write(700, [...NORMAL, member("eastus2", 100, 1)]))],
  ],
  originLeftEnabled: [["all origins disabled", withWrites(originWrite(1100, false, "eastus2"), originWrite(1200, false, "japaneast"))]],
  oneEdgeWriteAtATime: [["a second write after 29 s", withWrites(originWrite(1029, false, "eastus2"))]],
  routingRestored: [
    ["a pool that was not brought back", { writes: WRITES.slice(0, -1) }],
    [
      "a field that was absent",
      withWrites(write(2500, [member("eastus2", 100), member("swedencentral", 100, 2), member("japaneast", 100, 2)])),
    ],
    ["an origin that stayed disabled", withWrites(originWrite(3000, false))],
    ["a pool beside one that somebody else changed", { writes: WRITES.slice(0, -1), drift: [`${GATEWAY}/${POOL}`] }],
    [
      "what somebody else gave another member",
      {
        writes: [
          ...WRITES,
          foreign(2500, [member("eastus2", 7, 1), ...NORMAL.slice(1)]),
          write(2600, [NORMAL[0]!, member("swedencentral", 7, 1), NORMAL[2]!]),
        ],
      },
    ],
  ],
  intentBeforeWrite: [
    ["no intent", { intents: intentsFor(WRITES).slice(1) }],
    ["an intent that came later", { intents: intentsFor(WRITES).map((intent) => ({ ...intent, at: intent.at + 1001 })) }],
    ["two writes on one intent", { writes: [...WRITES, write(2500, NORMAL)] }],
  ],
  noWriteAgainstOperator: [
    ["the kill switch on", { safety: [off] }],
    ["the mode recommend", { safety: [{ at: second(0), mode: "recommend", killSwitch: false }] }],
    ["off, whatever changed since", { safety: [off, { at: second(625), mode: "off", killSwitch: true }] }],
  ],
  approvalBeforeWrite: [
    ["a write that nobody approved", asking("decline")],
    ["a write before its approval", asking("decline", { approvals: [{ at: second(700), run: RUN.id, approved: true }] })],
    ["a write that was declined", asking("decline", { approvals: [{ at: second(620), run: RUN.id, approved: false }] })],
    ["a write on another run's approval", asking("decline", { approvals: [{ at: second(620), run: "evacuate-2", approved: true }] })],
    ["a write after the time to decide, when declining is the default", asking("decline", later(60))],
    ["a write before the time to decide is over", asking("proceed", later(50))],
  ],
  holdBeforeWrite: [
    ["a member removed without a hold", { holds: [] }],
    ["a member removed that the hold's scope leaves out", { holds: [{ ...hold(629, 0), scope: ["another"] }, hold(2399, null)] }],
    ["a member removed with another region's hold", { holds: [hold(629, 0, "japaneast"), hold(2399, null, "japaneast")] }],
    ["a write long after the hold's end", { holds: [hold(500, 0), hold(600, null)] }],
    ["a first choice that lost share", withWrites(write(700, [member("eastus2", 50, 1), member("japaneast", 50, 1)]))],
  ],
  concurrencyWithinLimit: [
    ["a second region held", { holds: [hold(629, 0), hold(700, 0.5, "japaneast"), hold(800, null, "japaneast"), hold(2399, null)] }],
  ],
  admissionWithinReserve: [
    [
      "a survivor loaded into the reserve",
      { admissions: [{ at: second(629), quotaPool: "japaneast", limit: 100_000, load: 90_100, overridden: false }] },
    ],
  ],
};

describe("a drill as it should be", () => {
  it("violates nothing", () => {
    expect(invariantViolations(emptyLog(PROPER))).toEqual([]);
    expect(invariantViolations(emptyLog())).toEqual([]);
  });

  it.each<[string, Partial<DrillLog>]>([
    ["a person may write while automatic writes are stopped", { safety: [off], intents: intentsFor(WRITES, false) }],
    [
      "a write under way when the kill switch came may land",
      {
        safety: [
          { at: second(0), mode: "auto", killSwitch: false },
          { ...off, at: second(625) },
          { ...off, killSwitch: false, at: second(700) },
        ],
      },
    ],
    [
      "a person may hold more regions than automation",
      { holds: [...(PROPER.holds ?? []), hold(700, 0, "japaneast", false), hold(800, null, "japaneast", false)] },
    ],
    [
      "a person may override the reserve",
      { admissions: [{ at: second(629), quotaPool: "japaneast", limit: 100, load: 200, overridden: true }] },
    ],
    [
      "a held region's share may step down and up",
      withWrites(write(700, [member("eastus2", 100, 1), member("swedencentral", 1, 2), member("japaneast", 99, 2)])),
    ],
    ["what a person approved may be written", asking("decline", { approvals: [{ at: second(620), run: RUN.id, approved: true }] })],
    ["what nobody declined in time may be written when proceeding is the default", asking("proceed", later(60))],
    [
      "a hold of a deployment alone lets it be removed",
      { holds: [{ ...hold(629, 0), scope: [deploymentId("swedencentral")] }, hold(2399, null)] },
    ],
    [
      "what somebody else writes needs no intent, no hold and no range",
      { writes: [...WRITES, foreign(2500, [member("eastus2", 0, 1)]), foreign(2600, NORMAL)] },
    ],
    ["somebody else's change may stay", { writes: [...WRITES, foreign(2500, [member("eastus2", 7, 1), ...NORMAL.slice(1)])] }],
    [
      "a share that somebody else took may stay taken",
      withWrites(
        foreign(700, [member("eastus2", 100, 1), member("japaneast", 5, 1)]),
        write(710, [member("eastus2", 100, 1), member("japaneast", 5, 1)]),
      ),
    ],
    [
      "a pool may stay as it is when the app said that somebody else had changed it",
      { writes: [...WRITES, foreign(2500, [])], drift: [`${GATEWAY}/${POOL}`] },
    ],
    ["back-to-back edge writes may follow each other", withWrites(originWrite(1030, false, "eastus2"), originWrite(1060, true, "eastus2"))],
  ])("%s", (_, changes) => {
    // Those extra pool writes come before the restore, so the drill still ends with everything as it was.
    expect(found(changes)).toEqual([]);
  });

  it("may keep a weight that normally is absent, or 0, as it is", () => {
    const members = [member("eastus2"), member("swedencentral", 0), member("japaneast")];
    const normal = { pools: [{ gateway: GATEWAY, pool: POOL, members }], origins: [] };
    const writes = [write(700, members)];
    expect(found({ normal, writes, intents: intentsFor(writes), holds: [] })).toEqual([]);
  });
});

describe.each(INVARIANT_NAMES)("%s", (name) => {
  it.each(VIOLATIONS[name])("catches %s", (_, changes) => {
    expect(found(changes)).toContain(name);
  });
});

describe("a violation", () => {
  it("has its instant and its numbers, and they come in order of time", () => {
    const violations = invariantViolations(
      emptyLog({ ...PROPER, ...withWrites(write(700, [member("eastus2", 101, 1)]), originWrite(1010, false, "japaneast", 1020)) }),
    );
    expect(violations.map(({ at }) => at)).toEqual(violations.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(violations).toContainEqual({
      invariant: "weightsInRange",
      at: second(700),
      detail: "apim-eastus2/chat: foundry-eastus2 got weight 101",
    });
    expect(violations).toContainEqual({
      invariant: "oneEdgeWriteAtATime",
      at: second(1010),
      detail: "afd/gateways/apim-japaneast was written while afd/gateways/apim-swedencentral was under way for another 20 s",
    });
  });
});
