/** The runbook's loop, driven by hand. */
import { describe, expect, it } from "vitest";
import type { RunInput } from "../../src/orchestrations/contracts.ts";
import { orchestrations } from "../../src/orchestrations/index.ts";
import { runbook } from "../../src/orchestrations/runbook.ts";
import type { ConvergedState, Convergence, Run, Seen } from "../../src/domain/run.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import { hold, regionVerdict, runOf, seenWith, T0 } from "../support/builders.ts";
import { scripted, type Scripted } from "../support/scripted.ts";

const run = runOf("evacuate");
const inputOf = (given: Run): RunInput => ({
  run: given,
  policy: { evacuate: { ...DEFAULTS.evacuate }, restore: { ...DEFAULTS.restore } },
});
const start = (given: Run = run): Scripted<string | undefined> => scripted(runbook, inputOf(given));

const converged = (state: ConvergedState): Convergence => ({
  at: T0,
  items: [{ kind: "pool", target: "apim-west/gpt", region: "west", state, reason: "why", since: T0 }],
});
const [OWED, WRITTEN, MATCHED] = [converged("owed"), converged("written"), converged("matched")];
const before: Seen = seenWith({ hold: hold("east", 1) });
const holding: Seen = seenWith({ hold: hold("east", 0) });
const owing: Seen = seenWith({ hold: hold("east", 0), convergence: OWED });
const gone: Seen = seenWith({ hold: null });

describe("a turn", () => {
  it("that changes the hold: observe, intend, converge, verify, record, and the next turn at once", () => {
    const body = start();
    expect(body.waiting).toEqual({ activity: "observe", input: run });
    const step = { run, change: { share: 0 }, reason: "share 0 %" };
    expect(body.answer(before)).toEqual({ activity: "intend", input: step });
    expect(body.answer("intended")).toEqual({ activity: "converge", input: run });
    expect(body.answer(OWED)).toEqual({ activity: "verify", input: run });
    expect(body.answer(MATCHED)).toEqual({ activity: "record", input: { ...step, convergence: MATCHED } });
    expect(body.answer(null)).toEqual({ activity: "observe", input: run });
  });

  it("whose intent is lost writes nothing and looks again", () => {
    const body = start();
    body.answer(before);
    expect(body.answer("lost")).toEqual({ activity: "observe", input: run });
  });

  it("with something owed: converge, and a look after the check interval", () => {
    const body = start();
    expect(body.answer(owing)).toEqual({ activity: "converge", input: run });
    expect(body.answer(OWED)).toEqual({ timer: DEFAULTS.evacuate.holdCheckSeconds, event: "wake" });
    expect(body.answer()).toEqual({ activity: "observe", input: run });
  });

  it("with something owed that could be written now: it is read back", () => {
    const body = start();
    body.answer(owing);
    expect(body.answer(WRITTEN)).toEqual({ activity: "verify", input: run });
    expect(body.answer(MATCHED)).toEqual({ timer: DEFAULTS.evacuate.holdCheckSeconds, event: "wake" });
  });

  it("with nothing to do waits on a timer and writes nothing", () => {
    const body = start();
    expect(body.answer(holding)).toEqual({ timer: DEFAULTS.evacuate.holdCheckSeconds, event: "wake" });
    expect(body.answer()).toEqual({ activity: "observe", input: run });
  });

  it("that waits looks again at once when it is woken, and leaves no timer behind", () => {
    const body = start();
    body.answer(holding);
    expect(body.raise()).toEqual({ activity: "observe", input: run });
    expect(body.cancelled).toBe(1);
  });

  it("that ends the run: finish, and the outcome as the result", () => {
    const body = start();
    expect(body.answer(gone)).toEqual({ activity: "finish", input: { run, outcome: "handedOver", reason: "the hold is gone" } });
    expect(body.answer(null)).toBeUndefined();
    expect(body.result).toBe("handedOver");
    expect(body.continuedAs).toBeUndefined();
  });

  it("of a restore ends restored", () => {
    const restore = runOf("restore");
    const body = start(restore);
    const normal = seenWith({ hold: hold("east", 1, { owner: restore.id }), verdict: regionVerdict("east"), convergence: MATCHED });
    expect(body.answer(normal)).toEqual({
      activity: "finish",
      input: { run: restore, outcome: "restored", reason: "routing is back to normal" },
    });
    body.answer(null);
    expect(body.result).toBe("restored");
  });

  it("says what it is at before it does it", () => {
    const body = start();
    body.answer(before);
    expect(body.statuses).toEqual([{ phase: "change", reason: "share 0 %" }]);
    for (const value of ["intended", MATCHED, MATCHED, null]) body.answer(value);
    body.answer(holding);
    expect(body.statuses.at(-1)).toEqual({ phase: "wait", reason: "holding" });
  });

  it("whose activity fails for good fails the run: another round starts it again from the hold", () => {
    const body = start();
    expect(() => body.fail("the table cannot be reached")).toThrow("the table cannot be reached");
  });
});

describe("a long incident", () => {
  it("goes on in a fresh history after ten turns, with the same input and nothing else carried over", () => {
    const body = start();
    for (let turn = 1; turn <= 10; turn += 1) {
      expect(body.waiting).toEqual({ activity: "observe", input: run });
      expect(body.continuedAs).toBeUndefined();
      expect(body.answer(holding)).toEqual({ timer: 30, event: "wake" });
      body.answer();
    }
    expect(body.waiting).toBeUndefined();
    expect(body.result).toBeUndefined();
    expect(body.continuedAs).toEqual(inputOf(run));
  });

  it("does not go on when it ends in the tenth turn", () => {
    const body = start();
    for (let turn = 1; turn <= 9; turn += 1) {
      body.answer(holding);
      body.answer();
    }
    body.answer(gone);
    body.answer(null);
    expect([body.result, body.continuedAs]).toEqual(["handedOver", undefined]);
  });
});

describe("the orchestrations by name", () => {
  it.each(["evacuate", "restore"] as const)("%s is the runbook, as a generator: the SDK tells orchestrations by that", (name) => {
    const body = scripted(orchestrations[name], inputOf(runOf(name)));
    expect(orchestrations[name].constructor.name).toBe("GeneratorFunction");
    expect(body.waiting).toEqual({ activity: "observe", input: runOf(name) });
  });

  it("investigate is one probe round", () => {
    const body = scripted(orchestrations.investigate, { cause: "an alert" });
    expect(body.waiting).toEqual({ activity: "probeNow", input: { cause: "an alert" } });
    body.answer(null);
    expect([body.waiting, body.result]).toEqual([undefined, null]);
  });
});
