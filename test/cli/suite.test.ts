import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Attempt } from "../../rehearsal/cli/run-jobs.ts";
import { casesOf, drillsOf, readSuite, type SuiteCase, type SuiteDrill } from "../../rehearsal/cli/suite-cases.ts";
import { allWell, outcomeOf, repeatCommand } from "../../rehearsal/cli/suite-outcome.ts";
import { SUITE_HEADER, suiteRow } from "../../rehearsal/cli/suite-table.ts";
import { gridOf } from "../../rehearsal/cli/options.ts";
import type { Summary } from "../../rehearsal/drill/result.ts";
import { result } from "../report/fixture.ts";
import { type Bench, bench } from "./support.ts";

const LIMIT_MILLISECONDS = 300_000;
const ESTATE = `${process.cwd()}/examples/hub-to-hub.estate.json`;
const OUTAGE = { kind: "foundryDown", at: 30, for: 30, region: "eastus2" };
const scenario = (name: string, changes: object = {}) => ({
  name,
  title: name,
  durationMinutes: 1,
  estate: ESTATE,
  traffic: {},
  faults: [OUTAGE],
  gateway: "breaker",
  ...changes,
});

let files: Bench;
let folder: string;
let broken: string;
beforeAll(() => {
  files = bench();
  const suite = (name: string, all: readonly object[]) => {
    const made = dirname(files.file(`${name}-made`, ""));
    mkdirSync(join(made, name));
    all.forEach((one, index) => files.file(`${name}/${index}.json`, one));
    return join(made, name);
  };
  folder = suite("good", [
    scenario("first"),
    scenario("second", { expect: { evacuated: ["japaneast"], lostAtMostShareOfOff: 0.5 }, seed: 7 }),
  ]);
  broken = suite("bad", [scenario("one", { durationMinutes: 0 }), scenario("two"), scenario("three", { estate: "nowhere.json" })]);
});
afterAll(() => files[Symbol.dispose]());

const ALL = { edge: undefined, automation: undefined, gateway: undefined };
async function cases(narrowed: Partial<Parameters<typeof gridOf>[0]> = {}): Promise<readonly SuiteCase[]> {
  return casesOf(await readSuite(folder, undefined), (one) => gridOf({ ...ALL, ...narrowed }, one));
}

describe("what is drilled", () => {
  it("every scenario, over every gateway policy, with automation on and off", async () => {
    const all = await cases();
    expect(all.map(({ entry, mode }) => `${entry.inputs.scenario.name} ${mode.gateway}`)).toEqual(
      ["first", "second"].flatMap((name) => ["plain", "breaker", "breaker-and-retry"].map((gateway) => `${name} ${gateway}`)),
    );
    expect(all.every(({ automations }) => automations.join() === "on,off")).toBe(true);
  });

  it("a choice narrows it; seeds follow the scenario's own", async () => {
    const [, second] = await cases({ gateway: "plain", automation: "on", edge: "deep" });
    const drills = drillsOf(second!, 3);
    expect(drills.map(({ job }) => [job.mode, job.scenario.seed])).toEqual(
      [7, 8, 9].map((seed) => [{ automation: "on", gateway: "plain", edge: "deep", propagation: 1, breaker: 1 }, seed]),
    );
    expect(drills.map(({ isFirstSeed }) => isFirstSeed)).toEqual([true, false, false]);
  });

  it("another first seed", async () => {
    const entries = await readSuite(folder, 40);
    expect(entries.map(({ inputs }) => inputs.scenario.seed)).toEqual([40, 40]);
  });
});

const CLEAN = { falseEvacuations: [], invariantViolations: [] };
function attempt({ job }: SuiteDrill, summary: Partial<Summary>): Attempt {
  return { result: { ...result(job.mode, { ...CLEAN, ...summary }), seed: job.scenario.seed }, peakMegabytes: 1 };
}

/** A case with these results: by seed, then on and off. */
function outcome(item: SuiteCase, lost: readonly (readonly [on: number, off: number])[], on: Partial<Summary> = {}) {
  const attempted = drillsOf(item, lost.length).map((drill, index) => {
    const pair = lost[Math.floor(index / 2)]!;
    return { drill, attempt: index % 2 === 0 ? attempt(drill, { lost: pair[0], ...on }) : attempt(drill, { lost: pair[1] }) };
  });
  return outcomeOf(item, attempted);
}

function cell(row: readonly string[], title: string): string | undefined {
  return row[SUITE_HEADER.indexOf(title)];
}

describe("the table", () => {
  it("tells the worst of the seeds, and the losses of the one that compares worst", async () => {
    const [, breaker] = await cases();
    const row = suiteRow(
      outcome(
        breaker!,
        [
          [5, 50],
          [2, 1],
          [90, 400],
        ],
        { timeToEvacuationEffectiveSeconds: 24, floorSeconds: 16 },
      ),
    );
    expect([cell(row, "lost on"), cell(row, "lost off"), cell(row, "effective ÷ floor")]).toEqual(["2", "1", "1.50"]);
    expect([cell(row, "no harm"), cell(row, "expectations")]).toEqual(["✓", ""]);
  });

  it("says what is unmet on the scenario's own policy, nothing on the others, and that harm was done", async () => {
    const [, , , plain, breaker] = await cases();
    const unmet = { expectations: { met: false, unmet: ["japaneast was not evacuated"] } };
    const own = outcome(breaker!, [[60, 50]], unmet);
    expect(cell(suiteRow(own), "expectations")).toMatch(/^✗ japaneast was not evacuated; 60 requests lost/);
    expect(cell(suiteRow(own), "no harm")).toBe("✗");
    expect(own.seeds[0]!.findings.map(({ kind }) => kind)).toEqual(["expectation", "expectation", "harm"]);
    expect(cell(suiteRow(outcome(plain!, [[1, 50]], unmet)), "expectations")).toBe("");
  });

  it("a drill that failed is no good result", async () => {
    const [item] = await cases();
    const [on, off] = drillsOf(item!, 1);
    const failed = outcomeOf(item!, [
      { drill: on!, attempt: { failure: "ended with 1" } },
      { drill: off!, attempt: attempt(off!, { lost: 1 }) },
    ]);
    expect(cell(suiteRow(failed), "expectations")).toBe("a drill failed");
    expect(cell(suiteRow(failed), "no harm")).toBe("–");
  });
});

it("what is said at the end counts what was judged, and not what was left out", async () => {
  const all = (await cases()).map((item) => outcome(item, [[1, 5]]));
  expect(allWell(all)).toMatch(/^As it must be: 1 declared outcomes met, no harm in 6 comparisons .* in 6 drills with automation\.$/);
});

it("the command that repeats one of them names its file, policy and seed", async () => {
  const [first] = await cases({ edge: "deep" });
  expect(repeatCommand(first!, 3)).toBe(`npm start -- --scenario ${join(folder, "0.json")} --gateway plain --edge deep --seed 3`);
});

describe("the command", () => {
  it("drills, tells every drill, the table and where everything is: exit code 0", { timeout: LIMIT_MILLISECONDS }, async () => {
    const [json, report] = [join(folder, "../out/suite.json"), join(folder, "../out/suite.html")];
    const { code, out, error } = await files.run("start", [
      "--suite",
      folder,
      "--automation",
      "off",
      "--seeds",
      "2",
      "--json",
      json,
      "--report",
      report,
    ]);
    expect(code, error).toBe(0);
    expect(out).toMatch(/^\[12\/12\] /m);
    expect(out).toMatch(/^second +breaker-and-retry +–/m);
    expect(out).toContain("no harm in 0 comparisons");
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject(
      ["first", "second"].flatMap((name) =>
        ["plain", "breaker", "breaker-and-retry"].map((gateway) => ({
          scenario: name,
          gateway,
          seeds: [{ on: null, findings: [] }, { on: null }],
        })),
      ),
    );
    expect(readFileSync(report, "utf8")).toContain('href="suite-scenarios/second.html"');
    expect(readFileSync(join(report, "../suite-scenarios/second.html"), "utf8")).toMatch(/^<!doctype html>/i);
    expect(files.leftovers()).toEqual([]);
  });

  it(
    "an expectation that is not met ends with it, the command that repeats it, and exit code 1",
    { timeout: LIMIT_MILLISECONDS },
    async () => {
      const report = join(folder, "../out/unmet.html");
      const { code, out, error } = await files.run("start", ["--suite", folder, "--gateway", "breaker", "--report", report]);
      expect(code, error).toBe(1);
      expect(out).toMatch(/Not as it must be in 1 of 2:\n {2}second, breaker, seed 7\n {4}expectation: .*japaneast/);
      expect(out).toMatch(/npm start -- --scenario \S+1\.json --gateway breaker --seed 7\n$/);
    },
  );

  it("every file that cannot be used is told, and nothing is started: exit code 2", async () => {
    const { code, out, error } = await files.run("start", ["--suite", broken]);
    expect(error).toContain(`${join(broken, "0.json")}: 1 problem\n  durationMinutes: `);
    expect(error).toContain("nowhere.json cannot be read");
    expect(error).not.toMatch(/A PROCESS WAS STARTED/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });
});
