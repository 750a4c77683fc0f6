/** The suite's page: its table, and beside it a folder with every scenario's own report. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CONSTANTS } from "../constants.ts";
import { readAssets } from "../report/assets.ts";
import { html, raw, table, type Html, type Row } from "../report/html.ts";
import { renderReport } from "../report/report.ts";
import { allWell, type CaseOutcome } from "./suite-outcome.ts";
import { SUITE_HEADER, SUITE_TEXT_COLUMNS, suiteRow } from "./suite-table.ts";

export async function writeSuiteReport(file: string, outcomes: readonly CaseOutcome[]): Promise<void> {
  const folder = file.replace(/\.html?$/, "-scenarios");
  await mkdir(folder, { recursive: true });
  for (const name of new Set(outcomes.map(nameOf))) {
    const results = outcomes.filter((outcome) => nameOf(outcome) === name).flatMap((outcome) => outcome.results);
    if (results.length > 0) await writeFile(join(folder, `${name}.html`), renderReport(results, CONSTANTS));
  }
  await writeFile(file, page(outcomes, basename(folder)).markup);
}

function nameOf(outcome: CaseOutcome): string {
  return outcome.case.entry.inputs.scenario.name;
}

function alarms(outcomes: readonly CaseOutcome[]): Html {
  const lines = outcomes.flatMap((outcome) =>
    outcome.seeds.flatMap(({ seed, findings }) =>
      findings.map(({ kind, text }) => html`<li>${nameOf(outcome)}, ${outcome.case.mode.gateway}, seed ${seed}: ${kind}: ${text}</li>`),
    ),
  );
  if (lines.length === 0) return html`<p class="calm">${allWell(outcomes)}</p>`;
  return html`<div class="alarm" role="note">
    <strong>Not as it must be</strong>
    <ul>
      ${lines}
    </ul>
  </div>`;
}

function page(outcomes: readonly CaseOutcome[], folder: string): Html {
  const columns = SUITE_HEADER.map((title, index) => ({ title, numeric: !SUITE_TEXT_COLUMNS.includes(index) }));
  const rows = outcomes.map((outcome) => row(outcome, folder));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:" />
        <link rel="icon" href="data:," />
        <title>Suite – Foundry Failover drills</title>
        <style>
          ${raw(readAssets().css)} td:nth-child(-n + 2) {
            white-space: nowrap;
          }
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">Foundry Failover drill report</p>
          <h1>Suite of ${new Set(outcomes.map(nameOf)).size} scenarios</h1>
          ${alarms(outcomes)}
        </header>
        <main>
          <section>${table("Scenarios by gateway policy; the worst of the seeds", columns, rows)}</section>
        </main>
      </body>
    </html> `;
}

function row(outcome: CaseOutcome, folder: string): Row {
  const [name = "", ...cells] = suiteRow(outcome);
  const first = outcome.results.length === 0 ? name : html`<a href="${folder}/${name}.html">${name}</a>`;
  return { cells: [first, ...cells] };
}
