import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { collectRegistrations, type Registrations } from "../../rehearsal/functions-host/core-module.ts";
import { createWorker } from "../../rehearsal/functions-host/worker.ts";
import { form, readRecording, type RecordedTurn, recordTurns } from "./recording.ts";

const RECORDINGS = ["small1", "loop1", "race1", "sub1", "fail1"];

describe("the worker", () => {
  let registrations: Registrations;
  beforeAll(async () => {
    registrations = await collectRegistrations(() => import("./apps/recorded.ts"));
  });

  it.each(RECORDINGS)("returns on every turn of %s what it returned to the real host", async (name) => {
    const turns: RecordedTurn[] = [];
    const worker = createWorker({ registrations: recordTurns(registrations, turns), durableClient: () => "{}", log: () => undefined });
    for (const { functionName, triggerInput } of readRecording(name)) {
      const called = worker.find(functionName, "orchestrationTrigger");
      await worker.invoke(called ?? expect.fail(functionName), { json: JSON.stringify(triggerInput) }).catch(() => undefined);
    }

    const answers = ({ returned, error }: RecordedTurn) => ({ returned, error });
    expect(turns.map(answers)).toEqual(readRecording(name).map(answers));
  });
});

describe("the local host", () => {
  interface Ran {
    readonly turns: readonly RecordedTurn[];
    readonly statuses: readonly number[];
    readonly instances: readonly { instanceId: string; runtimeStatus: string; output: unknown; customStatus: unknown }[];
    readonly counts: { durable: Record<string, number> };
  }
  let ran: Ran;
  beforeAll(async () => {
    const child = await promisify(execFile)(
      process.execPath,
      ["--import", "./rehearsal/virtual-time/install.ts", "test/functions-host/conformance-child.ts"],
      { cwd: join(import.meta.dirname, "../..") },
    );
    ran = JSON.parse(child.stdout) as Ran;
  });

  it.each(RECORDINGS)("gives the worker, on every turn of %s, a history of the recorded form, and gets the recorded actions", (name) => {
    const ours = ran.turns.filter(({ triggerInput }) => triggerInput["instanceId"] === name);

    expect(ours.map(form)).toEqual(readRecording(name).map(form));
  });

  it("ends every instance as the real host did", () => {
    expect(ran.statuses).toEqual([202, 202, 202, 202, 202, 202, 202]);
    const ends = ran.instances.map(({ instanceId, runtimeStatus, output }) => [instanceId, runtimeStatus, output]);
    expect(ends).toEqual(
      expect.arrayContaining([
        ["small1", "Completed", { s: 6, s2: 43, ev: 37 }],
        ["loop1", "Completed", "loop done 4"],
        ["race1", "Completed", "event:[object Object]"],
        ["sub1", "Completed", [2, 4, 6]],
        ["sub1:child", "Completed", [2, 4, 6]],
        [
          "fail1",
          "Failed",
          expect.stringMatching(/^Orchestrator function 'failing' failed: Activity function 'fail' failed: {2}activity failed {"k":1} \n /),
        ],
      ]),
    );
    expect(ran.instances.find(({ instanceId }) => instanceId === "small1")?.customStatus).toEqual({ phase: "got event" });
  });
});
