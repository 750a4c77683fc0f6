/** What the result stands on: the constants with their evidence, and how far it depends on the doubtful ones. */
import type { Constant } from "../constants.ts";
import { type Mode, modeName } from "../drill/job.ts";
import type { DrillResult } from "../drill/result.ts";
import { count, percent, seconds } from "./format.ts";
import { sensitivityRows, sweeps } from "./groups.ts";
import { type Html, NOTHING, html, numeric, table } from "./html.ts";

const MARKS = {
  X: "tried on the wire",
  S: "read in the SDK's code",
  D: "Microsoft's documentation or specification",
  I: "a public report or recording",
  U: "unverified: an assumption of ours",
} as const satisfies Record<Constant["mark"], string>;

function nameOf(mode: Mode): string {
  return modeName(mode).replaceAll(" %", "\u00a0%");
}

export function ground(results: readonly DrillResult[], constants: Readonly<Record<string, Constant>>): Html {
  return html`<section id="ground" aria-labelledby="title-ground">
    <h2 id="title-ground">What this stands on</h2>
    <p>
      No Azure was involved. The app's own code ran against an embedded Azure and a model of clients, gateways and deployments, in virtual
      time. Requests, losses and times are counted by the rehearsal from its own logs, never from what the app says of itself.
    </p>
    ${sweepTable(results)} ${sensitivityTable(results)} ${constantsTable(constants)}
  </section>`;
}

function sensitivityTable(results: readonly DrillResult[]): Html {
  const rows = sensitivityRows(results).map(({ mode, summary }) => ({
    className: mode.propagation === 1 && mode.breaker === 1 ? "base" : "",
    cells: [
      nameOf(mode),
      seconds(summary.timeToDetectSeconds),
      seconds(summary.timeToEvacuationEffectiveSeconds),
      seconds(summary.timeToReliefSeconds),
      seconds(summary.floorSeconds),
      count(summary.lost),
      percent(summary.lostShare),
      seconds(summary.timeToRestoreSeconds),
    ],
  }));
  if (rows.length === 0) return NOTHING;
  const times = ["Detect, s", "Effective, s", "Relief, s", "Floor, s", "Lost", "Lost, share", "Restore, s"].map(numeric);
  return table("Sensitivity: the constants of propagation and of the breaker changed by this much", [{ title: "Mode" }, ...times], rows);
}

/** Mean and worst over the drills of a mode, onsets and seeds together; the other tables show the first one only. */
function sweepTable(results: readonly DrillResult[]): Html {
  const rows = sweeps(results).map((drills) => {
    const over = (value: (result: DrillResult) => number | null): string => meanAndWorst(drills.map(value));
    return {
      cells: [
        drills[0] === undefined ? "" : nameOf(drills[0].mode),
        count(drills.length),
        over(({ summary }) => summary.timeToDetectSeconds),
        over(({ summary }) => summary.timeToEvacuationEffectiveSeconds),
        over(({ summary }) => summary.timeToReliefSeconds),
        over(({ summary }) => summary.lost),
      ],
    };
  });
  if (rows.length === 0) return NOTHING;
  const columns = [{ title: "Mode" }, ...["Drills", "Detect, s", "Effective, s", "Relief, s", "Lost"].map(numeric)];
  return table("Mean / worst over all onsets and seeds; everything else in this report is the first of them", columns, rows);
}

function meanAndWorst(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return seconds(null);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const missing = values.length - known.length;
  return `${seconds(mean)} / ${seconds(Math.max(...known))}${missing === 0 ? "" : `, ${missing} never`}`;
}

function constantsTable(constants: Readonly<Record<string, Constant>>): Html {
  const rows = Object.entries(constants).map(([name, { value, unit, mark, source, scaledBy }]) => ({
    cells: [
      html`<code>${name}</code>`,
      unit === "flag" ? (value === 0 ? "no" : "yes") : value.toLocaleString("en-US"),
      unit === "flag" ? "" : unit,
      html`<abbr class="evidence mark-${mark}" title="${MARKS[mark]}">${mark}</abbr>`,
      source,
      scaledBy ?? "",
    ],
  }));
  const legend = Object.entries(MARKS).map(
    ([mark, meaning]) =>
      html`<div>
        <dt>${mark}</dt>
        <dd>${meaning}</dd>
      </div>`,
  );
  const columns = [
    { title: "Constant" },
    numeric("Value"),
    { title: "Unit" },
    { title: "Mark" },
    { title: "Source" },
    { title: "Scaled with" },
  ];
  const caption = "Every latency, propagation, breaker, retry and probe value of the rehearsed Azure";
  return html`${table(caption, columns, rows, "constants")}
    <dl class="legend">${legend}</dl>
    <p class="none">A number before a source is a section of azure-facts, the project's notes on how Azure behaves.</p>`;
}
