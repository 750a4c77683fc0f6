/** What was refused, broken and called: side by side for the settings of the automation. */
import type { DrillResult } from "../drill/result.ts";
import { EPOCH } from "../virtual-time/clock.ts";
import { NONE, clock, count, percent, seconds } from "./format.ts";
import type { PolicyGroup } from "./groups.ts";
import { type Html, NOTHING, type Row, html, numeric, table } from "./html.ts";

export function countsOf(group: PolicyGroup): Html {
  return html`${breaches(group)}
    <details>
      <summary>Lost requests by result, guard refusals, control plane and tables</summary>
      ${sideBySide(group, "Lost requests by result", "Result", (result) => result.summary.lostByResult)}
      ${sideBySide(group, "Guard refusals", "Reason", (result) => tally(result.summary.guardRefusals))}
      ${sideBySide(group, "Calls of the control plane by route", "Route", (result) => result.summary.controlPlaneCalls)}
      ${operations(group)}
    </details>`;
}

/** Never folded away: whoever reads this must see it. */
function breaches({ results }: PolicyGroup): Html {
  const rows = results.flatMap(({ mode, summary }): readonly Row[] => [
    ...summary.falseEvacuations.map(({ at, region, failureShare, reason }) => ({
      className: "harm",
      cells: ["false evacuation", mode.automation, moment(at), `${region}: ${percent(failureShare)} of its calls failed (${reason})`],
    })),
    ...summary.invariantViolations.map(({ invariant, at, detail }) => ({
      className: "harm",
      cells: [html`<code>${invariant}</code>`, mode.automation, moment(at), detail],
    })),
  ]);
  if (rows.length === 0) return html`<p class="none">No false evacuation and no violated invariant.</p>`;
  return table(
    "False evacuations and violated invariants",
    ["What", "Automation", "When", "Detail"].map((title) => ({ title })),
    rows,
  );
}

/** Of the log's own instants: every drill starts at the same one. */
function moment(at: number): string {
  return clock((at - EPOCH) / 1000);
}

function tally(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

function sideBySide(
  { results }: PolicyGroup,
  caption: string,
  head: string,
  countsOfResult: (result: DrillResult) => Readonly<Record<string, number>>,
): Html {
  const columns = results.map((result) => ({ automation: result.mode.automation, counts: countsOfResult(result) }));
  const names = [...new Set(columns.flatMap(({ counts }) => Object.keys(counts)))].toSorted();
  if (names.length === 0) return html`<p class="none">${caption}: none.</p>`;
  const rows = names.map((name) => ({
    cells: [name, ...columns.map(({ counts }) => count(counts[name] ?? 0))],
  }));
  return table(caption, [{ title: head }, ...columns.map(({ automation }) => numeric(automation))], rows, "counts");
}

function operations({ results }: PolicyGroup): Html {
  if (results.length === 0) return NOTHING;
  const rows = results.map(({ mode, summary }) => ({
    cells: [
      mode.automation,
      count(summary.tableOperations),
      count(summary.probeRounds),
      summary.probeRounds === 0 ? NONE : (summary.tableOperations / summary.probeRounds).toFixed(1),
      count(summary.shed),
      count(summary.simulatedSeconds),
      seconds(summary.wallSeconds),
    ],
  }));
  const titles = ["Table operations", "Probe rounds", "Operations per round", "Shed by policy", "Simulated, s", "Wall time, s"];
  return table("Table operations and the drill itself", [{ title: "Automation" }, ...titles.map(numeric)], rows);
}
