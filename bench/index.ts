/** `npm run bench`: what 1,000 targets cost, beside what is promised. It asserts nothing: times are this machine's. */
import { renderTable } from "../rehearsal/cli/tables.ts";
import { measureDecision } from "./decision.ts";
import { measureRounds, type MeasuredRound } from "./round.ts";

type Row = readonly [what: string, measured: string, promised: string];

// Rounds come first: what the decisions leave in memory is not theirs.
const rounds = await measureRounds();
const { targets, silent, burstSeconds, deadlineSeconds } = rounds;
const rows: readonly Row[] = [
  ...roundRows(
    `round, ${silent} targets silent for the first time`,
    rounds.first,
    `${burstSeconds} s (burst and deadline) and little more`,
  ),
  ...roundRows(`round, ${silent} targets silent as before`, rounds.later, `${deadlineSeconds} s (deadline) and little more`),
  ...roundRows(`round, all ${targets} targets fall silent`, rounds.allSilent, `${burstSeconds} s (burst and deadline) and little more`),
  ...[0, 1, 3].flatMap(decisionRows),
];
process.stdout.write(`${targets} targets (deployments and gateways of 30 regions) on Node ${process.version}\n\n`);
process.stdout.write(`${renderTable(["what", "measured", "promised"], rows, [0, 2])}\n`);

function roundRows(what: string, round: MeasuredRound, bound: string): readonly Row[] {
  return [
    [what, `${(round.milliseconds / 1000).toFixed(2)} s`, bound],
    ["  heap, at most", `${round.heapMegabytes.toFixed(0)} MB`, ""],
    ["  process (RSS), at most", `${round.rssMegabytes.toFixed(0)} MB`, "< 256 MB"],
    // Table Storage counts two bytes a character; the store splits a row over properties.
    ["  watch row", `${((round.watchCharacters * 2) / 1024).toFixed(0)} KB`, "< 900 KB"],
  ];
}

function decisionRows(failing: number): readonly Row[] {
  const { runs, fastestMilliseconds, medianMilliseconds, p95Milliseconds, decisions } = measureDecision(failing);
  return [
    [`decision, ${failing} of 30 regions failing, median of ${runs}`, `${medianMilliseconds.toFixed(2)} ms`, "< 10 ms"],
    [`  fastest, 95th percentile (${decisions})`, `${fastestMilliseconds.toFixed(2)}, ${p95Milliseconds.toFixed(2)} ms`, ""],
  ];
}
