import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, bench } from "./support.ts";

const SCENARIO = "examples/scenarios/foundry-outage.json";
const HUB_TO_HUB = readFileSync("examples/hub-to-hub.estate.json", "utf8");
const scenarioWith = (changes: object) => ({ ...(JSON.parse(readFileSync(SCENARIO, "utf8")) as object), estate: ABSOLUTE, ...changes });
const ABSOLUTE = `${process.cwd()}/examples/hub-to-hub.estate.json`;
const HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";
const OUTAGE = { kind: "foundryDown", at: 60, for: 60, region: "eastus2" };

let files: Bench;
beforeAll(() => {
  files = bench();
});
afterAll(() => files[Symbol.dispose]());

/** The file that is written, the option that names it, its content, and what must be said beside its name. */
const FILES: readonly (readonly [what: string, option: string, name: string, content: unknown, says: readonly string[]])[] = [
  ["an estate that is no JSON", "estate", "a.json", '{\n  "name": "x",\n  oops\n}', ["line 3, column 3"]],
  [
    "an estate with several mistakes, all at once",
    "estate",
    "b.json",
    HUB_TO_HUB.replace('"priority"', '"x"')
      .replace('"kind": "standard"', '"kind": "premium"')
      .replace('"name": "japaneast"', '"name": "Japan"'),
    ['edges[0].kind: must be one of standard, classic (found "premium")', "regions[2].name"],
  ],
  ["a scenario that is no JSON", "scenario", "c.json", "[1,", ["line 1"]],
  ["a scenario without faults", "scenario", "d.json", scenarioWith({ faults: undefined }), ["faults: is required"]],
  [
    "an unknown kind of fault",
    "scenario",
    "e.json",
    scenarioWith({ faults: [{ kind: "flood" }] }),
    ["faults[0].kind: must be one of foundryDown, "],
  ],
  [
    "an unknown setting of a fault",
    "scenario",
    "f.json",
    scenarioWith({ faults: [{ ...OUTAGE, severity: 3 }] }),
    ["faults[0].severity: is not a setting; known ones: kind, at, for, repeat, region, model, answer, share (found an unknown key)"],
  ],
  [
    "a region that the estate lacks",
    "scenario",
    "g.json",
    scenarioWith({ faults: [OUTAGE, { ...OUTAGE, region: "mars" }] }),
    ['faults[1].region: estate "contoso-hub-to-hub" has only eastus2, swedencentral, japaneast (found "mars")'],
  ],
  [
    "a fault that begins after the end",
    "scenario",
    "h.json",
    scenarioWith({ durationMinutes: 2, faults: [{ ...OUTAGE, at: 120 }] }),
    ["faults[0].at: must be before the drill's end at 120 s (found 120)"],
  ],
  [
    "clients in an unknown region",
    "scenario",
    "i.json",
    scenarioWith({ traffic: { clients: { mars: 1 } } }),
    ['traffic.clients: the estate has no region "mars"'],
  ],
  [
    "no clients at all",
    "scenario",
    "j.json",
    scenarioWith({ traffic: { clients: { eastus2: 0 } } }),
    ["traffic.clients: at least one region"],
  ],
  [
    "a scenario whose estate is not there",
    "scenario",
    "k.json",
    scenarioWith({ estate: "nowhere.json" }),
    ["nowhere.json cannot be read: ENOENT"],
  ],
  [
    "a scenario whose trace is not there",
    "scenario",
    "l.json",
    scenarioWith({ traffic: { trace: "no.csv" } }),
    ["no.csv cannot be read: ENOENT"],
  ],
  ["an empty trace", "trace", "m.csv", "", ["the file is empty"]],
  ["a trace with another header", "trace", "n.csv", "a,b\n1,2", [`n.csv:1: expected the header ${HEADER}`]],
  [
    "a trace with bad rows, each by its line and field",
    "trace",
    "o.csv",
    `${HEADER}\n2023-11-16 18:17:03,10,20\n2023-11-16 18:17:04,-1,20\nyesterday,1,1\n2023-11-16 18:17:05,1`,
    ["o.csv:3: ContextTokens", "o.csv:4: TIMESTAMP", "o.csv:5: expected 3 fields, found 2"],
  ],
];

describe("a file that cannot be used: its name and every field or line at fault, exit code 2, nothing started", () => {
  it.concurrent.each(FILES)("%s", async (_what, option, name, content, says) => {
    const path = files.file(name, content);
    const { code, out, error } = await files.run("start", [`--${option}`, path]);
    expect(error).toContain(name);
    for (const part of says) expect(error).toContain(part);
    expect(error).not.toMatch(/A PROCESS WAS STARTED|\n {4}at /);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

const OPTIONS: readonly (readonly [command: "start" | "dev", args: readonly string[], says: string])[] = [
  ["start", ["--scenaro", SCENARIO], "Unknown option '--scenaro'"],
  ["start", ["again"], "Unexpected argument 'again'"],
  ["start", ["--trace"], "argument missing"],
  ["start", ["--automation", "maybe"], '--automation: "maybe" is not one of on, recommend, off'],
  ["start", ["--gateway", "none"], '--gateway: "none" is not one of plain, breaker, breaker-and-retry'],
  ["start", ["--edge", ""], '--edge: "" is not one of shallow, deep'],
  ["start", ["--sweep", "0"], '--sweep: "0" is not a whole number from 1 to 60'],
  ["start", ["--seeds", "1.5"], '--seeds: "1.5" is not a whole number from 1 to 60'],
  ["start", ["--seed", "1.5"], '--seed: "1.5" is not a whole number from 0 to 2147483648'],
  ["start", ["--suite", "nowhere"], "--suite: nowhere cannot be read: ENOENT"],
  ["start", ["--suite", "docs"], "--suite: docs has no scenario (*.json)"],
  ["start", ["--suite", "examples/scenarios", "--trace", "t.csv"], "--suite has no use for --trace"],
  ["start", ["--soak", "many"], '--soak: "many" is not a whole number from 1 to 100000'],
  ["start", ["--soak", "1", "--gateway", "plain"], "--soak has no use for --gateway"],
  ["start", ["--soak", "1", "--suite", "examples/scenarios"], "--suite has no use for --soak"],
  ["start", ["--estate", "nowhere.json"], "nowhere.json cannot be read: ENOENT"],
  ["start", ["--scenario", "examples"], "examples cannot be read: EISDIR"],
  ["start", ["--json", "examples"], "--json: examples is a directory"],
  ["start", ["--report", "package.json/r.html"], "--report: package.json/r.html cannot be written: "],
  ["dev", ["--port", "x"], '--port: "x" is not a port'],
  ["dev", ["--estate", "nowhere.json"], "nowhere.json cannot be read: ENOENT"],
  ["dev", ["--ports", "1"], "Unknown option '--ports'"],
];

describe("an option that cannot be used: what is allowed, exit code 2, nothing started", () => {
  it.concurrent.each(OPTIONS)("%s %j", async (command, args, says) => {
    const { code, out, error } = await files.run(command, args);
    expect(error).toContain(says);
    expect(error).not.toMatch(/A PROCESS WAS STARTED|\n {4}at /);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});

it("none of them left anything behind", () => {
  expect(files.leftovers()).toEqual([]);
});
