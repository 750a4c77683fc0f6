/** `npm start -- --suite DIR`: every scenario of a folder over the grid of modes, judged by what it declares and by what must never be. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { modeName } from "../drill/job.ts";
import { say } from "./command.ts";
import { resultOf } from "./findings.ts";
import { gridOf, type Options } from "./options.ts";
import { checkOutputs } from "./outputs.ts";
import { attemptJob, overCores, type Attempt } from "./run-jobs.ts";
import { onStage, type Stage } from "./stage.ts";
import { casesOf, drillsOf, readSuite, type SuiteDrill } from "./suite-cases.ts";
import { allWell, outcomeOf, repeatCommand, type CaseOutcome } from "./suite-outcome.ts";
import { writeSuiteReport } from "./suite-report.ts";
import { SUITE_HEADER, SUITE_TEXT_COLUMNS, suiteRow } from "./suite-table.ts";
import { renderTable } from "./tables.ts";

export type SuiteOptions = Options & { readonly suite: string };

export async function runSuite(options: SuiteOptions): Promise<void> {
  const begun = performance.now();
  const entries = await readSuite(options.suite, options.seed);
  await checkOutputs(options);
  const cases = casesOf(entries, (scenario) => gridOf(options, scenario));
  const drills = cases.flatMap((item) => drillsOf(item, options.seeds));
  say(`${entries.length} scenarios of ${options.suite} · ${cases.length} with each gateway policy · ${drills.length} drills\n`);
  const attempts = await onStage((stage) => rehearse(stage, drills));
  const outcomes = cases.map((item) =>
    outcomeOf(
      item,
      attempts.filter(({ drill }) => drill.case === item),
    ),
  );
  say(`\n${renderTable(SUITE_HEADER, outcomes.map(suiteRow), SUITE_TEXT_COLUMNS)}\n`);
  await writeSuiteReport(options.report, outcomes);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(outcomes.map(asJson), null, 2)}\n`);
  say(`Report: ${resolve(options.report)}${options.json === undefined ? "" : `\nResults: ${resolve(options.json)}`}`);
  say(`${drills.length} drills in ${((performance.now() - begun) / 1000).toFixed(1)} s of wall time.`);
  conclude(outcomes);
}

export interface Attempted {
  readonly drill: SuiteDrill;
  readonly attempt: Attempt;
}

async function rehearse(stage: Stage, drills: readonly SuiteDrill[]): Promise<readonly Attempted[]> {
  let finished = 0;
  return overCores(drills, async (drill, index) => {
    const attempt = await attemptJob(stage.job({ ...drill.job, key: `drill${index}` }), stage.caFile);
    const { scenario, mode } = drill.job;
    const result = resultOf(attempt);
    const told = result === null ? "FAILED" : `lost ${result.summary.lost} of ${result.summary.requests} (${result.summary.wallSeconds} s)`;
    say(`[${(finished += 1)}/${drills.length}] ${scenario.name}, ${modeName(mode)}, seed ${scenario.seed}: ${told}`);
    return { drill, attempt: drill.isFirstSeed ? attempt : withoutSeries(attempt) };
  });
}

/** Plots are of the first seed: those of hundreds of drills would fill the memory. */
function withoutSeries(attempt: Attempt): Attempt {
  if ("failure" in attempt) return attempt;
  return { ...attempt, result: { ...attempt.result, bins: [], poolShares: [], timeline: [] } };
}

function asJson({ case: { entry, mode }, seeds }: CaseOutcome): unknown {
  return { scenario: entry.inputs.scenario.name, gateway: mode.gateway, edge: mode.edge, seeds };
}

/** The last lines: all that is not as it must be, each with the command that repeats it. */
function conclude(outcomes: readonly CaseOutcome[]): void {
  const bad = outcomes.flatMap((outcome) => outcome.seeds.filter(({ findings }) => findings.length > 0).map((seed) => ({ outcome, seed })));
  if (bad.length === 0) return say(`\n${allWell(outcomes)}`);
  say(`\nNot as it must be in ${bad.length} of ${outcomes.reduce((sum, { seeds }) => sum + seeds.length, 0)}:`);
  for (const { outcome, seed } of bad) {
    say(`  ${outcome.case.entry.inputs.scenario.name}, ${outcome.case.mode.gateway}, seed ${seed.seed}`);
    for (const { kind, text } of seed.findings) say(`    ${kind}: ${text}`);
    say(`    ${repeatCommand(outcome.case, seed.seed)}`);
  }
  process.exitCode = 1;
}
