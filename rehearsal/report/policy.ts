/** The section of one gateway policy: plots, timeline, and everything counted. */
import type { DrillResult } from "../drill/result.ts";
import { clock, count, policyTitle, withUnit } from "./format.ts";
import { countsOf } from "./counts.ts";
import { type PolicyGroup, leading } from "./groups.ts";
import { type Html, NOTHING, html } from "./html.ts";
import type { Plots } from "./plots.ts";
import { faultsTable, runsTable } from "./tables.ts";

export function policySection(group: PolicyGroup, plots: Plots, isFirst: boolean): Html {
  return html`<section id="policy-${group.key}" aria-labelledby="title-${group.key}">
    <h2 id="title-${group.key}">${policyTitle(group.mode)}</h2>
    ${zoomButtons(plots)}
    ${plots.charts.map(
      (chart, index) =>
        html`<figure class="plot">
          <figcaption>${chart.title}</figcaption>
          <div class="chart" role="img" aria-label="${chart.summary}" data-policy="${plots.key}" data-chart="${index}"></div>
        </figure>`,
    )}
    ${markerLegend(plots)} ${timelineOf(group, isFirst)} ${faultsTable(group)} ${runsTable(group)} ${countsOf(group)}
  </section>`;
}

interface View {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function zoomButtons({ key, endsAt, faults, markers }: Plots): Html {
  const within = ({ name, from, to }: View): View => ({ name, from: Math.max(0, from), to: Math.min(endsAt, to) });
  const [fault] = faults;
  const settled = Math.max(fault?.to ?? 0, ...markers.filter(({ at }) => at >= (fault?.to ?? 0)).map(({ at }) => at));
  const views: readonly View[] = [
    { name: "Whole drill", from: 0, to: endsAt },
    ...(fault === undefined
      ? []
      : [
          { name: "Onset", from: fault.from - 60, to: fault.from + 180 },
          { name: "Recovery", from: fault.to - 60, to: settled + 120 },
        ]),
  ];
  const buttons = views.map(within).map(({ name, from, to }, index) => {
    return html`<button type="button" data-from="${from}" data-to="${to}" aria-pressed="${index === 0 ? "true" : "false"}">
      ${name}
    </button>`;
  });
  return html`<div class="zoom" role="group" aria-label="Time shown" data-policy="${key}" hidden>
    ${buttons}<span>or drag over a plot; a double click shows all</span>
  </div>`;
}

function markerLegend({ faults, markers }: Plots): Html {
  if (faults.length === 0) return NOTHING;
  const spans = faults.map(
    ({ from, to, label }) => html`<li><span class="swatch fault"></span>${label}, ${clock(from)} to ${clock(to)}</li>`,
  );
  const lines = markers.map(({ at, label }) => html`<li><span class="swatch line"></span>${label} at ${clock(at)}</li>`);
  return html`<ul class="markers" aria-label="Marked in the plots">
    ${spans}${lines}
  </ul>`;
}

function timelineOf(group: PolicyGroup, isFirst: boolean): Html {
  const lead = leading(group);
  if (lead === undefined || lead.timeline.length === 0) return NOTHING;
  const { timeline } = lead;
  const rows = timeline.map(({ at, kind, text, run }, index) => {
    const before = timeline.slice(0, index).findLast((entry) => entry.run !== null)?.run;
    const owner = run === null || run === before ? NOTHING : html`<span class="run">run ${run}</span>`;
    return html`<tr>
      <th scope="row" class="time">${clock(at)}${sinceOnset(lead, at)}</th>
      <td><span class="kind kind-${kind}">${kind}</span></td>
      <td>${owner}${text}</td>
    </tr>`;
  });
  const title = `Timeline, automation ${lead.mode.automation}: ${count(timeline.length)} ${timeline.length === 1 ? "entry" : "entries"}`;
  return html`<details class="timeline" ${isFirst ? "open" : ""}>
    <summary>${title}</summary>
    <div class="scroll" role="region" aria-label="${title}" tabindex="0">
      <table>
        <caption>
          <span>Minutes and seconds since the drill's start; below, since the last onset of a fault.</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Kind</th>
            <th scope="col">What happened</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

function sinceOnset({ faults }: DrillResult, at: number): Html {
  const onsets = faults.map((fault) => fault.startsSeconds).filter((onset) => onset <= at);
  return onsets.length === 0 ? NOTHING : html`<span class="since">+${withUnit(at - Math.max(...onsets))}</span>`;
}
