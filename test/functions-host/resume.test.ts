import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";

interface Run {
  readonly runtimeStatus: string;
  readonly output: unknown;
  readonly seconds: number;
  readonly notes: readonly string[];
}
type Results = Record<string, Run> & {
  readonly quick: readonly unknown[];
  readonly minutely: readonly unknown[];
  readonly minutelyStatus: readonly unknown[];
  readonly lastTick: number;
};
let results: Results;

beforeAll(async () => {
  const child = await promisify(execFile)(
    process.execPath,
    ["--import", "./rehearsal/virtual-time/install.ts", "test/functions-host/resume-child.ts"],
    { cwd: join(import.meta.dirname, "../..") },
  );
  results = JSON.parse(child.stdout) as Results;
});

const STEPS = ["one", "two", "three", "four"];
const begins = (run: Run | undefined) => run?.notes.filter((note) => note.startsWith("begin")).map((note) => note.split(" ")[1]);

describe("a host killed and started again on the same directory", () => {
  it.each([1, 2, 3, 4])("finishes the run when killed after activity %i, and runs no activity twice", (nth) => {
    const run = results[`afterActivity${nth}`];

    expect(run).toMatchObject({ runtimeStatus: "Completed", output: STEPS });
    expect(begins(run)).toEqual(STEPS);
  });

  it("redelivers an activity it was running only when its visibility timeout, counted from its start, has passed", () => {
    const run = results["duringActivity"];

    expect(run).toMatchObject({ runtimeStatus: "Completed", output: STEPS });
    expect(run?.notes.slice(2, 6)).toEqual(["begin two @2.1", "end two @4.1", "begin two @42.1", "end two @44.1"]);
  });

  it("fires at once a timer that fell due while it was down", () => {
    expect(results["timerDueWhileDown"]).toMatchObject({ runtimeStatus: "Completed", output: "fired", seconds: 960 });
  });

  it("keeps an event that no turn had seen", () => {
    expect(results["pendingEvent"]).toMatchObject({ runtimeStatus: "Completed", output: { n: 1 } });
  });

  it("goes on with a sub-orchestration and its parent", () => {
    expect(results["duringChild"]).toMatchObject({ runtimeStatus: "Completed", output: "child", seconds: 45 });
  });
});

describe("a host that is stopped", () => {
  it("lets a running activity finish, with effect, and begins nothing new", () => {
    const run = results["stopped"];

    expect(run).toMatchObject({ runtimeStatus: "Completed", output: STEPS });
    expect(begins(run)).toEqual(STEPS);
  });
});

describe("an orchestration", () => {
  it("can be started, sent an event and asked for by an activity with the durable client", () => {
    expect(results["launches"]).toEqual({ runtimeStatus: "Completed", output: "Pending" });
    expect(results["launched"]).toEqual({ runtimeStatus: "Completed", output: { from: "activity" } });
  });

  it("stays Running while a loser of Task.any is neither cancelled nor over", () => {
    expect(results["loserOpen"]).toMatchObject({ runtimeStatus: "Running" });
    expect(results["loserClosed"]).toMatchObject({ runtimeStatus: "Completed", output: "won" });
  });

  it("loses no event raised while it continues as new", () => {
    expect(results["holds"]).toMatchObject({ runtimeStatus: "Completed", output: { round: 20, seen: [1, 2, 3, 4] } });
  });

  it("runs no more activities at once than host.json allows", () => {
    expect(results["fans"]).toMatchObject({ runtimeStatus: "Completed", output: [..."abcdef"], seconds: 20, most: 4 });
  });
});

describe("a timer", () => {
  it("never runs twice at once: what fell due meanwhile runs right after, once, past due", () => {
    expect(results.quick).toEqual([
      { seconds: 20, isPastDue: false },
      { seconds: 40, isPastDue: false },
      { seconds: 90, isPastDue: true },
      { seconds: 100, isPastDue: false },
      { seconds: 120, isPastDue: false },
      { seconds: 140, isPastDue: false },
    ]);
  });

  it("of a minute or more catches up after a downtime, past due", () => {
    expect(results.minutely).toEqual([
      { seconds: 120, isPastDue: false },
      { seconds: 240, isPastDue: false },
      { seconds: 730, isPastDue: true },
      { seconds: 840, isPastDue: false },
    ]);
  });

  it("gets the recorded payload; only a monitored one knows when it last ran", () => {
    const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "recordings/timer-trigger.json"), "utf8")) as { inputs: unknown[] };

    expect(results["quickPayload"]).toEqual(recorded.inputs[0]);
    expect(results.minutelyStatus[1]).toEqual({ last: expect.any(String), next: expect.any(String), lastUpdated: expect.any(String) });
  });

  it("stops with its host", () => {
    expect(results.lastTick).toBe(840);
  });
});
