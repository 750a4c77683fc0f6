/** Recordings of a real host, and how a turn of ours is written down to be compared with them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Registrations } from "../../rehearsal/functions-host/core-module.ts";

export interface RecordedTurn {
  readonly functionName: string;
  readonly triggerInput: Record<string, unknown>;
  readonly returned: unknown;
  readonly error: string | null;
}

export function readRecording(name: string): readonly RecordedTurn[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, "recordings", `${name}.json`), "utf8")) as RecordedTurn[];
}

/** The same functions, with every turn of an orchestrator noted as the recordings note it. */
export function recordTurns(registrations: Registrations, turns: RecordedTurn[]): Registrations {
  const functions = registrations.functions.map((called) => {
    const isOrchestrator = Object.values(called.bindings).some(({ type }) => type === "orchestrationTrigger");
    const handler = async (...inputs: unknown[]): Promise<unknown> => {
      const triggerInput = structuredClone(inputs[0]) as Record<string, unknown>;
      const note = (returned: unknown, error: string | null) =>
        turns.push({ functionName: called.name, triggerInput, returned: plain(returned), error });
      try {
        const returned: unknown = await called.handler(...inputs);
        note(returned, null);
        return returned;
      } catch (error) {
        note(null, String(error));
        throw error;
      }
    };
    return isOrchestrator ? { ...called, handler } : called;
  });
  return { ...registrations, functions };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null)) as unknown;
}

/** What stays the same between two runs: instants, ids of executions and .NET stack traces become their form. */
export function form(turn: RecordedTurn): string {
  const { error, ...rest } = turn;
  return JSON.stringify(
    { ...rest, error: error?.split(" \\n ")[0] },
    (key, value: unknown) => {
      if (["Timestamp", "FireAt", "fireAt"].includes(key)) {
        return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? "an instant" : value;
      }
      if (key === "ExecutionId" && typeof value === "string") {
        return value.replaceAll(/[0-9a-f]/g, "x");
      }
      return key === "Details" && typeof value === "string" ? Object.keys(JSON.parse(value) as object).slice(0, 3) : value;
    },
    1,
  );
}
