/** The runbooks through the SDK's replay: what the host gets to see. */
import { describe, expect, it } from "vitest";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { RunInput } from "../../src/orchestrations/contracts.ts";
import { orchestrations } from "../../src/orchestrations/index.ts";
import type { Seen } from "../../src/domain/run.ts";
import { at, hold, regionVerdict, runOf, seenWith, T0 } from "../support/builders.ts";
import { replay, type Host, type Turn } from "../support/replay.ts";

const POLICY = { evacuate: { ...DEFAULTS.evacuate }, restore: { ...DEFAULTS.restore } };
const evacuate: RunInput = { run: runOf("evacuate"), policy: POLICY };
const restore: RunInput = { run: runOf("restore"), policy: POLICY };
const CONVERGED = { at: T0, items: [] };

/** Answers `observe` with the given looks in turn, and everything else as if it worked. */
function host(looks: readonly Seen[]): Host {
  const left = [...looks];
  return {
    async activity(name) {
      if (name === "observe") return left.length > 1 ? left.shift() : left[0];
      return name === "intend" ? "intended" : name === "converge" || name === "verify" ? CONVERGED : null;
    },
    timer: () => Promise.resolve(),
  };
}

/** `observe`, `timer 00:00:30`, `continueAsNew`: what the turn wants of the host, in order. */
function wanted(turn: Turn | undefined): readonly string[] {
  return (turn?.actions.flat() ?? []).map((action) =>
    action.actionType === 0
      ? action.functionName
      : action.actionType === 11
        ? `timer ${action.compoundActions[0].fireAt.slice(11, 19)}`
        : "continueAsNew",
  );
}

const holding = seenWith({ hold: hold("east", 0) });
const takenOver = seenWith({ hold: hold("east", 0, { owner: restore.run.id }) });

describe("evacuate", () => {
  it("emits intend, act, verify, record, then waits on a timer, then ends when its hold is taken over", async () => {
    const turns = await replay(
      "evacuate",
      orchestrations.evacuate,
      evacuate,
      host([seenWith({ hold: hold("east", 1) }), holding, takenOver]),
    );
    expect(wanted(turns.at(-1))).toEqual([
      "observe",
      "intend",
      "converge",
      "verify",
      "record",
      "observe",
      "timer 00:00:30",
      "observe",
      "finish",
    ]);
    expect(turns.at(-1)).toMatchObject({
      isDone: true,
      output: "handedOver",
      customStatus: { phase: "finish", reason: `${restore.run.id} took over` },
    });
  });

  it("asks in every turn for what it asked before, and one thing more", async () => {
    const turns = await replay(
      "evacuate",
      orchestrations.evacuate,
      evacuate,
      host([seenWith({ hold: hold("east", 1) }), holding, takenOver]),
    );
    turns.slice(1).forEach((turn, i) => {
      const before = turns[i]?.actions.flat() ?? [];
      const now = turn.actions.flat();
      expect(now.slice(0, before.length)).toEqual(before);
      expect(now.length - before.length).toBe(turn.isDone ? 0 : 1);
    });
  });

  it("continues as new after ten turns with the input it had, so that its history stays short", async () => {
    const turns = await replay("evacuate", orchestrations.evacuate, evacuate, host([holding]));
    const last = turns.at(-1);
    expect(last?.isDone).toBe(true);
    expect(wanted(last).filter((action) => action === "observe")).toHaveLength(10);
    expect(last?.actions.flat().at(-1)).toEqual({ actionType: 4, input: evacuate });
  });

  it("fails when an activity fails, and says why", async () => {
    const broken: Host = { activity: () => Promise.reject(new Error("the table cannot be reached")), timer: () => Promise.resolve() };
    await expect(replay("evacuate", orchestrations.evacuate, evacuate, broken)).rejects.toThrow("the table cannot be reached");
  });
});

describe("restore", () => {
  it("walks its ladder and finishes when routing is back to normal", async () => {
    const look = (share: number, seconds: number): Seen =>
      seenWith({
        at: at(seconds),
        hold: hold("east", share, { owner: restore.run.id, shareSince: T0 }),
        verdict: regionVerdict("east"),
        convergence: CONVERGED,
      });
    const turns = await replay("restore", orchestrations.restore, restore, host([look(0, 30), look(0, 120), look(0.5, 180), look(1, 180)]));
    const step = ["intend", "converge", "verify", "record"];
    expect(wanted(turns.at(-1))).toEqual(["observe", "timer 00:00:30", "observe", ...step, "observe", ...step, "observe", "finish"]);
    const changes = turns
      .at(-1)
      ?.actions.flat()
      .flatMap((action) => (action.actionType === 0 && action.functionName === "intend" ? [action.input] : []));
    expect(changes).toMatchObject([{ change: { share: 0.05 } }, { change: { share: 1 } }]);
    expect(turns.at(-1)).toMatchObject({ isDone: true, output: "restored" });
  });
});

it("investigate asks for one probe round and ends", async () => {
  const turns = await replay("investigate", orchestrations.investigate, { cause: "an alert" }, host([holding]));
  expect(turns.at(-1)).toMatchObject({
    isDone: true,
    actions: [[{ actionType: 0, functionName: "probeNow", input: { cause: "an alert" } }]],
  });
});
