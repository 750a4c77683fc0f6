import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, bench } from "./support.ts";

const LIMIT_MILLISECONDS = 300_000;
const ESTATE = `${process.cwd()}/examples/hub-to-hub.estate.json`;
const OUTAGE = { kind: "foundryDown", at: 60, for: 30, region: "eastus2" };
const SHORT = { name: "short", title: "A short one", durationMinutes: 2, estate: ESTATE, traffic: {}, faults: [OUTAGE] };

let files: Bench;
let scenario: string;
beforeAll(() => {
  files = bench();
  scenario = files.file("short.json", SHORT);
});
afterAll(() => files[Symbol.dispose]());

/** Where the results and the report go, and what was said. */
async function rehearse(name: string, ...args: readonly string[]): Promise<{ json: unknown; report: string; out: string; error: string }> {
  const json = join(scenario, `../${name}/deep/results.json`);
  const report = join(scenario, `../${name}/report.html`);
  const { code, out, error } = await files.run("start", ["--scenario", scenario, "--json", json, "--report", report, ...args]);
  expect(code, error).toBe(0);
  return { json: JSON.parse(readFileSync(json, "utf8")) as unknown, report: readFileSync(report, "utf8"), out, error };
}

const modeOf = (automation: string, gateway: string) => ({
  scenario: "short",
  mode: { automation, gateway, edge: "shallow", propagation: 1, breaker: 1 },
});

describe("--json", () => {
  it("one mode: one result object", { timeout: LIMIT_MILLISECONDS }, async () => {
    const { json, report, out } = await rehearse("one", "--automation", "off", "--gateway", "plain");
    expect(json).toMatchObject({ ...modeOf("off", "plain"), summary: { requests: expect.any(Number), timeToDetectSeconds: null } });
    expect(report).toMatch(/^<!doctype html>/i);
    expect(out).toContain(join("one", "report.html"));
  });

  it("several modes: an array of them, in the table's order", { timeout: LIMIT_MILLISECONDS }, async () => {
    const { json, out } = await rehearse("several", "--automation", "off");
    const modes = ["plain", "breaker", "breaker-and-retry"];
    expect(json).toMatchObject(modes.map((gateway) => modeOf("off", gateway)));
    const rows = out.split("\n").filter((line) => line.startsWith("off, "));
    expect(rows.map((row) => row.split("  ")[0])).toEqual(modes.map((gateway) => `off, ${gateway}`));
  });

  it("a sweep: the results of each onset, a second apart; of several modes an array of such", { timeout: LIMIT_MILLISECONDS }, async () => {
    const { json } = await rehearse("sweep", "--automation", "off", "--gateway", "plain", "--sweep", "3");
    expect(json).toMatchObject([0, 1, 2].map((onsetShiftSeconds) => ({ ...modeOf("off", "plain"), onsetShiftSeconds })));
    const { json: both } = await rehearse("both", "--automation", "off", "--sweep", "2");
    expect(both).toMatchObject(
      ["plain", "breaker", "breaker-and-retry"].map((gateway) => [modeOf("off", gateway), modeOf("off", gateway)]),
    );
  });

  it("seeds: one after the other, from the scenario's own on", { timeout: LIMIT_MILLISECONDS }, async () => {
    const { json } = await rehearse("seeds", "--automation", "off", "--gateway", "plain", "--seeds", "2");
    expect(json).toMatchObject([{ seed: 1 }, { seed: 2 }]);
  });
});

describe("what a person sees", () => {
  it(
    "the timeline with automation on, a row of the table, the constants; a real trace is named",
    { timeout: LIMIT_MILLISECONDS },
    async () => {
      const rows = Array.from(
        { length: 200 },
        (_, i) => `2023-11-16 18:17:${String(3 + Math.floor(i / 4)).padStart(2, "0")}.${i % 4}00,500,100`,
      );
      const trace = files.file("trace.csv", `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join("\n")}\n`);
      const { json, out, error } = await rehearse("trace", "--trace", trace, "--automation", "on", "--gateway", "breaker");
      expect(json).toMatchObject({ ...modeOf("on", "breaker"), traffic: "trace.csv", summary: { invariantViolations: [] } });
      expect(out).toContain("traffic trace.csv");
      expect(out).toMatch(/^ +1:00\.00 {2}fault {5}foundryDown in eastus2 begins$/m);
      expect(out).toMatch(/^on, breaker +\d+\.\d .* of \d+ /m);
      expect(out).toMatch(/^poolPropagationSeconds +10 +s +D /m);
      expect(error.match(/A PROCESS WAS STARTED/g)).toHaveLength(2);
    },
  );

  it("--help tells every option and starts nothing", async () => {
    const { code, out, error } = await files.run("start", ["--help"]);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    const options = [
      "scenario",
      "estate",
      "trace",
      "automation",
      "gateway",
      "edge",
      "sweep",
      "seeds",
      "seed",
      "suite",
      "soak",
      "json",
      "report",
    ];
    for (const option of options) expect(out).toContain(`--${option} `);
    expect(await files.run("dev", ["--help"])).toMatchObject({ code: 0, error: "" });
  });
});

/** Until it says this; rejects when it ends before. */
async function says(child: ChildProcess, what: string): Promise<void> {
  const lines = createInterface(child.stdout!);
  for await (const line of lines) if (line.includes(what)) return;
  throw new Error(`it ended without saying "${what}"`);
}

describe("stopped while it runs", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s: nothing it started goes on, and its folder is gone",
    { timeout: LIMIT_MILLISECONDS },
    async (signal) => {
      const long = files.file("long.json", { ...SHORT, durationMinutes: 240 });
      const child = files.start("start", ["--scenario", long, "--automation", "on", "--gateway", "plain"]);
      child.stderr!.resume();
      await says(child, "foundryDown in eastus2 begins");
      const started = childrenOf(child.pid!);
      expect(started).toHaveLength(2);
      child.kill(signal);
      // The pipes close only when every process that holds them has ended.
      const [code] = (await once(child, "close")) as [number];
      expect(code).toBe(signal === "SIGTERM" ? 143 : 130);
      expect(files.leftovers()).toEqual([]);
    },
  );
});

/** On systems that tell. */
function childrenOf(pid: number): readonly string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, "utf8").trim().split(" ") : ["?", "?"];
}
