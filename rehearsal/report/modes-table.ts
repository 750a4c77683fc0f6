/** The table of modes: on, recommend and off of one gateway policy stand together, and whoever is better is marked, us or not. */
import type { DrillResult, Summary } from "../drill/result.ts";
import { count, percent, policyTitle, seconds, signed, withUnit } from "./format.ts";
import { type PolicyGroup, resultOf } from "./groups.ts";
import { type Html, NOTHING, html } from "./html.ts";
import { type Verdict, verdictOf } from "./outcome.ts";

const COLUMNS = [
  ["Automation", ""],
  ["Detect", "s"],
  ["Effective", "s"],
  ["Relief", "s"],
  ["Floor", "s"],
  ["Lost", "requests"],
  ["Lost", "share"],
  ["Restore", "s"],
  ["False evacuations", "count"],
  ["Invariant violations", "count"],
  ["On against off", ""],
] as const;

export function modesTable(groups: readonly PolicyGroup[]): Html {
  const head = COLUMNS.map(([title, unit], index) => {
    const numeric = index > 0 && index < COLUMNS.length - 1;
    return html`<th scope="col" class="${numeric ? "num" : ""}">
      ${title}${unit === "" ? NOTHING : html`<span class="unit">${unit}</span>`}
    </th>`;
  });
  return html`<div class="scroll" role="region" aria-label="Measures by mode" tabindex="0">
      <table class="modes">
        <caption>
          <span>Measures by mode. Times are seconds since the fault's onset, restore since its end; the worst fault counts.</span>
        </caption>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        ${groups.map(groupBody)}
      </table>
    </div>
    ${LEGEND}`;
}

const LEGEND = html`<dl class="legend">
  <div>
    <dt>–</dt>
    <dd>It did not happen, or there is nothing to measure: without automation nothing is detected, evacuated or restored.</dd>
  </div>
  <div>
    <dt>Detect</dt>
    <dd>The first run for the failed region started.</dd>
  </div>
  <div>
    <dt>Effective</dt>
    <dd>No gateway's configuration routes new requests to the failed target.</dd>
  </div>
  <div>
    <dt>Relief</dt>
    <dd>The success rate is back within one point and stays there; 0 if it never dropped.</dd>
  </div>
  <div>
    <dt>Floor</dt>
    <dd>What physics allows effective to be with these settings; the phase of the probe timer adds up to one probe interval.</dd>
  </div>
  <div>
    <dt>Lost</dt>
    <dd>Client requests that ended in anything but 2xx after the gateway's retries, 429 included.</dd>
  </div>
  <div>
    <dt>Restore</dt>
    <dd>All gateways are at their normal routing again; 0 if they were before the fault ended.</dd>
  </div>
</dl>`;

function groupBody(group: PolicyGroup): Html {
  const on = resultOf(group, "on")?.summary;
  const off = resultOf(group, "off")?.summary;
  const both = on && off ? { on, off } : undefined;
  const rows = group.results.map((result, index) => {
    const last =
      index > 0
        ? NOTHING
        : html`<td rowspan="${group.results.length}" class="versus">${both === undefined ? "not compared" : versus(both)}</td>`;
    return html`<tr data-mode="${result.mode.automation}">
      ${cells(result, rivalOf(result, both))}${last}
    </tr>`;
  });
  const title = policyTitle(group.mode);
  return html`<tbody>
    <tr class="group">
      <th colspan="${COLUMNS.length}" scope="rowgroup"><a href="#policy-${group.key}">${title}</a></th>
    </tr>
    ${rows}
  </tbody>`;
}

interface Both {
  readonly on: Summary;
  readonly off: Summary;
}

function rivalOf({ mode, summary }: DrillResult, both: Both | undefined): Summary | undefined {
  if (both === undefined || mode.automation === "recommend") return undefined;
  return summary === both.on ? both.off : both.on;
}

function cells({ mode, summary }: DrillResult, rival: Summary | undefined): Html {
  const won = (mine: number | null, theirs: number | null | undefined): boolean =>
    mine !== null && theirs !== undefined && (theirs === null || mine < theirs);
  const fewerLost = won(summary.lost, rival?.lost);
  const number = (text: string, isBetter = false): Html =>
    isBetter ? html`<td class="num wins">${text}<span class="mark">better</span></td>` : html`<td class="num">${text}</td>`;
  const harm = (amount: number): Html => html`<td class="num ${amount > 0 ? "harm" : ""}">${count(amount)}</td>`;
  return html`<th scope="row"><span class="automation ${mode.automation}">${mode.automation}</span></th>
    ${number(seconds(summary.timeToDetectSeconds))} ${number(seconds(summary.timeToEvacuationEffectiveSeconds))}
    ${number(seconds(summary.timeToReliefSeconds), won(summary.timeToReliefSeconds, rival?.timeToReliefSeconds))}
    ${number(seconds(summary.floorSeconds))} ${number(count(summary.lost), fewerLost)} ${number(percent(summary.lostShare))}
    ${number(seconds(summary.timeToRestoreSeconds))} ${harm(summary.falseEvacuations.length)} ${harm(summary.invariantViolations.length)}`;
}

const VERDICT_WORDS = { better: "on is better", same: "even", worse: "off is better" } as const satisfies Record<Verdict, string>;

export function verdictTag(verdict: Verdict): Html {
  return html`<span class="verdict ${verdict}">${VERDICT_WORDS[verdict]}</span>`;
}

function versus({ on, off }: Both): Html {
  const change = on.lost - off.lost;
  const share = off.lost === 0 || change === 0 ? "" : ` (${signed((change / off.lost) * 100)}\u00a0%)`;
  return html`${verdictTag(verdictOf(on, off))}<br />${change === 0 ? "as many lost" : `${signed(change)} lost${share}`}${reliefLine(on, off)}`;
}

function reliefLine({ timeToReliefSeconds: on }: Summary, { timeToReliefSeconds: off }: Summary): Html {
  if (on === null || off === null || on === off) return NOTHING;
  return html`<br />relief ${withUnit(Math.abs(on - off))} ${on < off ? "sooner" : "later"}`;
}
