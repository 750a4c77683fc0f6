/** Per fault and per run. */
import { clock, count, faultWords, seconds } from "./format.ts";
import type { PolicyGroup } from "./groups.ts";
import { type Html, NOTHING, html, numeric, table } from "./html.ts";

export function faultsTable({ results }: PolicyGroup): Html {
  const rows = results.flatMap(({ mode, faults }) =>
    faults.map((fault) => ({
      cells: [
        `${faultWords(fault)}, ${clock(fault.startsSeconds)}–${clock(fault.endsSeconds)}`,
        mode.automation,
        seconds(fault.timeToDetectSeconds),
        seconds(fault.timeToEvacuationEffectiveSeconds),
        seconds(fault.timeToReliefSeconds),
        seconds(fault.floorSeconds),
        count(fault.lost),
        seconds(fault.timeToRestoreSeconds),
        seconds(fault.timeToRestoreEdgeSeconds),
      ],
    })),
  );
  if (rows.length === 0) return html`<p class="none">No fault that clients meet.</p>`;
  const times = ["Detect, s", "Effective, s", "Relief, s", "Floor, s", "Lost meanwhile", "Restore, s", "Restore edge, s"].map(numeric);
  return table(
    "Per fault; – where it did not happen or there is nothing to measure",
    [{ title: "Fault" }, { title: "Automation" }, ...times],
    rows,
  );
}

export function runsTable({ results }: PolicyGroup): Html {
  const rows = results.flatMap(({ mode, summary }) =>
    summary.runs.map(({ id, outcome, startedSeconds, endedSeconds }) => ({
      cells: [
        html`<code>${id}</code>`,
        mode.automation,
        outcome ?? "still open",
        clock(startedSeconds),
        endedSeconds === null ? "–" : clock(endedSeconds),
        endedSeconds === null ? "–" : seconds(endedSeconds - startedSeconds),
      ],
    })),
  );
  if (rows.length === 0) return NOTHING;
  const columns = [{ title: "Run" }, { title: "Automation" }, { title: "Outcome" }, ...["Started", "Ended", "Took, s"].map(numeric)];
  return table("Runs", columns, rows);
}
