/** `npm start`: rehearses a scenario over a grid of modes and says how it went. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { CONSTANTS } from "../constants.ts";
import { modeName, type Mode } from "../drill/job.ts";
import type { DrillResult } from "../drill/result.ts";
import { renderReport } from "../report/report.ts";
import { runCommand, say } from "./command.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { isRepeated, modesOf, parseOptions, USAGE, type Options } from "./options.ts";
import { checkOutputs } from "./outputs.ts";
import { runJobs, type Done } from "./run-jobs.ts";
import { runSoak } from "./soak.ts";
import { onStage, withSeed, type JobContent } from "./stage.ts";
import { runSuite } from "./suite.ts";
import { constantsTable, RESULT_HEADER, renderTable, resultRow, SWEEP_HEADER, sweepRow } from "./tables.ts";
import { timelineLine } from "./timeline.ts";

async function main(): Promise<void> {
  const begun = performance.now();
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return say(USAGE);
  if (options.suite !== undefined) return runSuite({ ...options, suite: options.suite });
  if (options.soak !== undefined) return runSoak({ ...options, soak: options.soak });
  const inputs = withSeed(await readInputs(options), options.seed);
  await checkOutputs(options);
  const modes = modesOf(options, inputs.scenario);
  say(`${inputs.scenario.title}\n${describe(inputs, modes, options)}\n`);
  const done = await rehearse(inputs, modes, options);
  await conclude(options, modes, done);
  const peak = Math.max(...done.map((drill) => drill.peakMegabytes));
  say(
    `\n${done.length} drill${done.length === 1 ? "" : "s"} in ${((performance.now() - begun) / 1000).toFixed(1)} s of wall time; the largest took ${peak} MB.`,
  );
}

function describe({ scenario, estate, trace }: Inputs, modes: readonly Mode[], options: Options): string {
  const traffic = trace?.file ?? `synthetic, ${scenario.traffic.requestsPerSecond} requests a second`;
  const onsets = (options.sweep > 1 ? ` × ${options.sweep} onsets` : "") + (options.seeds > 1 ? ` × ${options.seeds} seeds` : "");
  return `estate ${estate.name} · traffic ${traffic} · ${scenario.durationMinutes} simulated minutes · ${modes.length} mode${modes.length === 1 ? "" : "s"}${onsets}`;
}

async function rehearse(inputs: Inputs, modes: readonly Mode[], options: Options): Promise<readonly Done[]> {
  return onStage(async (stage) => {
    const jobs = modes.flatMap((mode, m) =>
      repetitions(options).map((repetition, r) => stage.job(jobOf(inputs, mode, repetition, `drill${m}x${r}`))),
    );
    const shown = jobs.find((job) => job.mode.automation !== "off");
    if (shown !== undefined) say(`Timeline of "${modeName(shown.mode)}" as it happens (minutes:seconds of simulated time):`);
    let finished = 0;
    return runJobs(jobs, stage.caFile, {
      onLine: (job, line) => {
        const entry = jobs[job] === shown ? timelineLine(line) : undefined;
        if (entry !== undefined) say(entry);
      },
      onDone: (job, { result }) => {
        const { lost, requests, wallSeconds } = result.summary;
        say(
          `[${(finished += 1)}/${jobs.length}] ${modeName(result.mode)}${isRepeated(options) ? `, onset +${jobs[job]?.onsetShiftSeconds ?? 0} s, seed ${result.seed}` : ""}: lost ${lost} of ${requests} (${wallSeconds} s)`,
        );
      },
    });
  });
}

interface Repetition {
  readonly onsetShiftSeconds: number;
  readonly seedShift: number;
}

function repetitions({ sweep, seeds }: Options): readonly Repetition[] {
  const shifts = Array.from({ length: sweep }, (_, i) => i);
  return Array.from({ length: seeds }, (_, seedShift) => shifts.map((onsetShiftSeconds) => ({ onsetShiftSeconds, seedShift }))).flat();
}

function jobOf(inputs: Inputs, mode: Mode, { onsetShiftSeconds, seedShift }: Repetition, key: string): JobContent {
  const { estateText, trace } = inputs;
  const scenario = { ...inputs.scenario, seed: inputs.scenario.seed + seedShift };
  return { mode, scenario, estateText, trace, onsetShiftSeconds, key };
}

async function conclude(options: Options, modes: readonly Mode[], done: readonly Done[]): Promise<void> {
  const each = options.sweep * options.seeds;
  const byMode = modes.map((mode, m) => ({ mode, results: done.slice(m * each, (m + 1) * each).map((drill) => drill.result) }));
  const table = isRepeated(options)
    ? renderTable(
        SWEEP_HEADER,
        byMode.map(({ mode, results }) =>
          sweepRow(
            mode,
            results.map((result) => result.summary),
          ),
        ),
      )
    : renderTable(
        RESULT_HEADER,
        byMode.flatMap(({ mode, results }) => results.map((result) => resultRow(mode, result.summary))),
      );
  say(`\nWhat this stands on (mark: X tried, S read in the SDK, D documented, I reported, U our assumption):\n${constantsTable()}`);
  say(`\n${table}\n`);
  for (const { mode, results } of byMode) sayBreaches(mode, results);
  if (options.json !== undefined)
    await writeJson(
      options,
      byMode.map(({ results }) => (isRepeated(options) ? results : results[0])),
    );
  await writeFile(
    options.report,
    renderReport(
      done.map((drill) => drill.result),
      CONSTANTS,
    ),
  );
  say(`Report: ${resolve(options.report)}`);
}

function sayBreaches(mode: Mode, results: readonly DrillResult[]): void {
  for (const { summary } of results) {
    for (const { invariant, detail } of summary.invariantViolations) say(`  ! ${modeName(mode)}: ${invariant}: ${detail}`);
    for (const { region, reason } of summary.falseEvacuations) say(`  ! ${modeName(mode)}: false evacuation of ${region}: ${reason}`);
  }
}

async function writeJson(options: Options, perMode: readonly unknown[]): Promise<void> {
  const body = perMode.length === 1 ? perMode[0] : perMode;
  await writeFile(options.json ?? "", `${JSON.stringify(body, null, 2)}\n`);
  say(`Results: ${resolve(options.json ?? "")}`);
}

runCommand(main);
