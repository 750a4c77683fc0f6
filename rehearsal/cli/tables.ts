/** The terminal's tables and lines. */
import { CONSTANTS } from "../constants.ts";
import { modeName, type Mode } from "../drill/job.ts";
import type { Summary } from "../drill/result.ts";

/** Column headings and a cell for each: the first column and those named as text to the left, numbers to the right. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[], textColumns: readonly number[] = [0]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (textColumns.includes(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

export const RESULT_HEADER = ["mode", "detect s", "effective s", "relief s", "floor s", "lost", "lost %", "restore s", "false", "breaches"];

export function resultRow(mode: Mode, summary: Summary): readonly string[] {
  const { timeToDetectSeconds, timeToEvacuationEffectiveSeconds, timeToReliefSeconds, floorSeconds, timeToRestoreSeconds } = summary;
  const times = [timeToDetectSeconds, timeToEvacuationEffectiveSeconds, timeToReliefSeconds, floorSeconds].map(seconds);
  const lost = [`${summary.lost} of ${summary.requests}`, percent(summary.lostShare)];
  return [
    modeName(mode),
    ...times,
    ...lost,
    seconds(timeToRestoreSeconds),
    `${summary.falseEvacuations.length}`,
    `${summary.invariantViolations.length}`,
  ];
}

export const SWEEP_HEADER = [
  "mode",
  "drills",
  "detect mean/max",
  "effective mean/max",
  "relief mean/max",
  "floor s",
  "lost mean/max",
  "lost % max",
  "false",
  "breaches",
];

export function sweepRow(mode: Mode, all: readonly Summary[]): readonly string[] {
  const pair = (pick: (summary: Summary) => number | null): string => `${seconds(mean(all.map(pick)))} / ${seconds(most(all.map(pick)))}`;
  return [
    modeName(mode),
    `${all.length}`,
    pair((s) => s.timeToDetectSeconds),
    pair((s) => s.timeToEvacuationEffectiveSeconds),
    pair((s) => s.timeToReliefSeconds),
    seconds(most(all.map((s) => s.floorSeconds))),
    `${Math.round(mean(all.map((s) => s.lost)) ?? 0)} / ${most(all.map((s) => s.lost)) ?? 0}`,
    percent(most(all.map((s) => s.lostShare)) ?? 0),
    `${all.reduce((sum, s) => sum + s.falseEvacuations.length, 0)}`,
    `${all.reduce((sum, s) => sum + s.invariantViolations.length, 0)}`,
  ];
}

/** null when any of them is: what never happened has no mean. */
function mean(values: readonly (number | null)[]): number | null {
  const sum = values.reduce<number | null>((total, value) => (total === null || value === null ? null : total + value), 0);
  return sum === null || values.length === 0 ? null : sum / values.length;
}

export function most(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((a, b) => (a === null || b === null ? null : Math.max(a, b)), values.length === 0 ? null : 0);
}

export function seconds(value: number | null): string {
  return value === null ? "–" : value.toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

export function constantsTable(): string {
  const rows = Object.entries(CONSTANTS).map(([name, { value, unit, mark, source }]) => [name, `${value}`, unit, mark, source]);
  return renderTable(["constant", "value", "unit", "mark", "source (section of azure-facts)"], rows, [0, 2, 3, 4]);
}
