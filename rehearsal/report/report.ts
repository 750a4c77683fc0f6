/** The report of a drill: one HTML file that needs nothing else. */
import type { Constant } from "../constants.ts";
import { modeName } from "../drill/job.ts";
import type { DrillResult } from "../drill/result.ts";
import { readAssets } from "./assets.ts";
import { count, policyTitle, withUnit } from "./format.ts";
import { ground } from "./ground.ts";
import { type PolicyGroup, policyGroups } from "./groups.ts";
import { type Html, NOTHING, html, jsonScript, raw } from "./html.ts";
import { modesTable, verdictTag } from "./modes-table.ts";
import { type Comparison, alarms, comparisons, outcome } from "./outcome.ts";
import { plotsOf } from "./plots.ts";
import { policySection } from "./policy.ts";

/** Throws when there is no result to report. */
export function renderReport(results: readonly DrillResult[], constants: Readonly<Record<string, Constant>>): string {
  const [first] = results;
  if (first === undefined) throw new Error("A report needs at least one result.");
  const groups = policyGroups(results);
  const plots = groups.map(plotsOf);
  const sections = groups.map((group, index) => policySection(group, plots[index] ?? plotsOf(group), index === 0));
  const body = html`${head(first, results, comparisons(groups))}
    <main>${modesSection(groups)} ${sections} ${ground(results, constants)}</main>
    ${jsonScript("plot-data", plots)}`;
  return page(first.title, body).markup;
}

/** The browser itself is told to load nothing. */
function page(title: string, body: Html): Html {
  const { css, uPlot, client } = readAssets();
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <link rel="icon" href="data:," />
        <title>${title} – Foundry Failover drill</title>
        <style>
          ${raw(css)}
        </style>
      </head>
      <body>
        ${body}
        <script>
          ${raw(uPlot)};
        </script>
        <script>
          ${raw(client)};
        </script>
      </body>
    </html> `;
}

function modesSection(groups: readonly PolicyGroup[]): Html {
  if (groups.length === 0) return NOTHING;
  return html`<section id="modes" aria-labelledby="title-modes">
    <h2 id="title-modes">Modes</h2>
    ${modesTable(groups)}
  </section>`;
}

function head(first: DrillResult, results: readonly DrillResult[], compared: readonly Comparison[]): Html {
  const sentences = compared.map(({ verdict, sentence }) => html`<li>${verdictTag(verdict)} ${sentence}</li>`);
  const links = policyGroups(results).map(({ key, mode }) => html`<a href="#policy-${key}">${policyTitle(mode)}</a>`);
  return html`<header>
    <p class="kicker">Foundry Failover drill report · ${first.scenario}</p>
    <h1>${first.title}</h1>
    <p class="lead">${outcome(compared)}</p>
    <ul class="outcomes">
      ${sentences}
    </ul>
    ${alarmList(results)} ${expectationList(results)} ${facts(first, results)}
    <nav aria-label="Sections"><a href="#modes">Modes</a>${links}<a href="#ground">What this stands on</a></nav>
  </header>`;
}

function seedsOf(results: readonly DrillResult[]): readonly number[] {
  return [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b);
}

function alarmList(results: readonly DrillResult[]): Html {
  const seeds = seedsOf(results);
  const lines = alarms(
    results,
    ({ mode, onsetShiftSeconds, seed }) =>
      `${modeName(mode)}${onsetShiftSeconds === 0 ? "" : `, onset +${withUnit(onsetShiftSeconds)}`}${seeds.length === 1 ? "" : `, seed ${seed}`}`,
  );
  return lines.length === 0
    ? html`<p class="calm">
        No false evacuation and no violated invariant in ${results.length === 1 ? "this drill" : `any of ${count(results.length)} drills`}.
      </p>`
    : html`<div class="alarm" role="note">
        <strong>Not as it must be</strong>
        <ul>
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>
      </div>`;
}

/** Of the scenario, in the words of the drills that were held against them. */
function expectationList(results: readonly DrillResult[]): Html {
  const judged = results.flatMap(({ mode, seed, summary }) =>
    summary.expectations === undefined ? [] : [{ mode, seed, ...summary.expectations }],
  );
  if (judged.length === 0) return NOTHING;
  const named = judged.length > 1;
  const lines = judged.flatMap(({ mode, seed, met, unmet }) => {
    const who = named ? ` (${modeName(mode)}, seed ${seed})` : "";
    const marked = (mark: string, text: string): Html => html`<li class="${mark === "✓" ? "met" : "unmet"}">${mark} ${text}${who}</li>`;
    return met ? [marked("✓", "All that the scenario expects of automation came")] : unmet.map((text) => marked("✗", text));
  });
  return html`<ul class="expectations" aria-label="What the scenario expects of automation">
    ${lines}
  </ul>`;
}

function facts(first: DrillResult, results: readonly DrillResult[]): Html {
  const longest = Math.max(...results.map(({ summary }) => summary.simulatedSeconds));
  const pairs: readonly (readonly [string, string])[] = [
    ["Estate", first.estate],
    ["Traffic", first.traffic],
    ["Requests", `${count(first.summary.requests)} per drill`],
    ["Length", `${count(Math.round(longest / 60))} minutes of virtual time`],
    ["Drills", count(results.length)],
    ["Seed", seedsOf(results).join(", ")],
  ];
  return html`<dl class="facts">
    ${pairs.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
