/**
 * Golden traces: activity names, their order and their inputs are a contract with orchestrations that are running while a new version is
 * deployed, and the SDK does not compare names. A trace that changes on purpose is recorded anew with UPDATE_GOLDEN=1 and reviewed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { orchestrations } from "../../src/orchestrations/index.ts";
import { runbook } from "../../src/orchestrations/runbook.ts";
import type { RunInput } from "../../src/orchestrations/contracts.ts";
import { normalRouting } from "../support/builders.ts";
import { replay, type Host } from "../support/replay.ts";
import { scripted } from "../support/scripted.ts";
import { stateOf } from "../activities/support.ts";
import { INCIDENTS, incidentWorld, type Incident, type IncidentWorld } from "./world.ts";

type Trace = readonly (readonly [what: string, input: unknown])[];
type Name = keyof typeof INCIDENTS;
const NAMES = Object.keys(INCIDENTS) as Name[];

/** The run stands for itself: it is in the file once. */
function shorten(input: unknown, run: unknown): unknown {
  const text = JSON.stringify(run);
  return JSON.parse(JSON.stringify(input).replaceAll(text, '"$run"'));
}

/** The world, with everything that is asked of it written down. */
function traced(world: IncidentWorld, trace: [string, unknown][]): Host {
  return {
    activity: (name, input) => (trace.push([name, shorten(input, world.input.run)]), world.activity(name, input)),
    timer: (seconds) => (trace.push(["timer", seconds]), world.timer(seconds)),
  };
}

async function byHand(world: IncidentWorld): Promise<{ trace: Trace; result: unknown }> {
  const trace: [string, unknown][] = [];
  const host = traced(world, trace);
  for (let input = world.input; ;) {
    const body = scripted(runbook, input);
    while (body.waiting !== undefined) {
      const request = body.waiting;
      body.answer("timer" in request ? await host.timer(request.timer) : await host.activity(request.activity, request.input));
    }
    if (body.continuedAs === undefined) return { trace, result: body.result };
    trace.push(["continueAsNew", shorten(body.continuedAs, world.input.run)]);
    input = body.continuedAs as RunInput;
  }
}

/** The same through the SDK, history by history. */
async function bySdk(name: "evacuate" | "restore", world: IncidentWorld): Promise<{ trace: Trace; result: unknown }> {
  const trace: [string, unknown][] = [];
  for (let input = world.input; ;) {
    const last = (await replay(name, orchestrations[name], input, traced(world, trace))).at(-1);
    const action = last?.actions.flat().at(-1);
    if (action?.actionType !== 4) return { trace, result: last?.output };
    trace.push(["continueAsNew", shorten(action.input, world.input.run)]);
    input = action.input as RunInput;
  }
}

function golden(name: Name, trace: Trace): unknown {
  const file = join(import.meta.dirname, "../golden", `${name}.json`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    const lines = trace.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
    writeFileSync(file, `{\n  "run": ${JSON.stringify(INCIDENTS[name].run)},\n  "trace": [\n${lines}\n  ]\n}\n`);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

describe.each(["restore", "restore-relapse"] as const)("%s", (name) => {
  it("leaves everything exactly as it was, absent fields included, and no episode", async () => {
    const world = await incidentWorld(INCIDENTS[name]);
    await byHand(world);
    const { deps } = world;
    const normal = normalRouting(deps.estate);
    expect(normal.pools.map(({ gateway }) => deps.pools.members(gateway))).toStrictEqual(normal.pools.map(({ members }) => members));
    expect(await stateOf(deps)).toMatchObject({ episode: null, holds: [] });
  });
});

describe.each(NAMES)("%s", (name) => {
  const incident: Incident = INCIDENTS[name];

  it("asks for exactly the recorded activities, in order, with the recorded inputs", async () => {
    const { trace, result } = await byHand(await incidentWorld(incident));
    expect({ run: incident.run, trace }).toEqual(golden(name, trace));
    expect(result).toBe(incident.run.runbook === "restore" ? "restored" : "handedOver");
  });

  it("does the same through the SDK's replay, turn by turn", async () => {
    const expected = await byHand(await incidentWorld(incident));
    expect(await bySdk(incident.run.runbook, await incidentWorld(incident))).toEqual(expected);
  });
});
