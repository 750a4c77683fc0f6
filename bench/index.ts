/** `npm run bench`: what 1,000 targets cost, beside what is promised. It asserts nothing: times are this machine's. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { renderTable } from "../rehearsal/cli/tables.ts";
import type { MeasuredDecision } from "./decision.ts";
import type { MeasuredRound, MeasuredRounds } from "./round.ts";

type Row = readonly [what: string, measured: string, promised: string];

const rounds = measure<MeasuredRounds>("rounds");
const { targets, silent, burstSeconds, deadlineSeconds, restMegabytes } = rounds;
const rows: readonly Row[] = [
  ["process (RSS) before the first round", `${restMegabytes.toFixed(0)} MB`, ""],
  ...roundRows(
    `round, ${silent} targets silent for the first time`,
    rounds.first,
    `${burstSeconds} s (burst and deadline) and little more`,
  ),
  ...roundRows(`round, ${silent} targets silent as before`, rounds.later, `${deadlineSeconds} s (deadline) and little more`),
  ...roundRows(`round, all ${targets} targets fall silent`, rounds.allSilent, `${burstSeconds} s (burst and deadline) and little more`),
  ...[0, 1, 3].flatMap((failing) => decisionRows(failing, measure<MeasuredDecision>("decision", failing))),
];
process.stdout.write(`${targets} targets (deployments and gateways of 30 regions) on Node ${process.version}\n\n`);
process.stdout.write(`${renderTable(["what", "measured", "promised"], rows, [0, 2])}\n`);

/** In a process of its own: what one leaves in memory is not the other's. */
function measure<T>(...what: readonly (string | number)[]): T {
  const script = fileURLToPath(new URL("measure.ts", import.meta.url));
  const words = ["--expose-gc", script, ...what.map(String)];
  const told = execFileSync(process.execPath, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(told) as T;
}

function roundRows(what: string, round: MeasuredRound, bound: string): readonly Row[] {
  return [
    [what, `${(round.milliseconds / 1000).toFixed(2)} s`, bound],
    ["  CPU", `${(round.cpuMilliseconds / 1000).toFixed(2)} s`, ""],
    ["  heap, at most", `${round.heapMegabytes.toFixed(0)} MB`, ""],
    ["  process (RSS), at most", `${round.rssMegabytes.toFixed(0)} MB`, "< 256 MB"],
    // Table Storage counts two bytes a character; the store splits a row over properties.
    ["  watch row", `${((round.watchCharacters * 2) / 1024).toFixed(0)} KB`, "< 900 KB"],
  ];
}

function decisionRows(failing: number, measured: MeasuredDecision): readonly Row[] {
  const { runs, fastestMilliseconds, medianMilliseconds, p95Milliseconds, newRoutingMilliseconds, cpuMilliseconds, decisions } = measured;
  return [
    [`decision, ${failing} of 30 regions failing, median of ${runs}`, `${medianMilliseconds.toFixed(2)} ms`, "< 10 ms"],
    [`  fastest, 95th percentile (${decisions})`, `${fastestMilliseconds.toFixed(2)}, ${p95Milliseconds.toFixed(2)} ms`, ""],
    ["  the first over a routing that was just read", `${newRoutingMilliseconds.toFixed(2)} ms`, ""],
    ["  CPU, mean", `${cpuMilliseconds.toFixed(2)} ms`, ""],
  ];
}
