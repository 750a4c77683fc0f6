/** The suite's table: a row for each scenario and gateway policy, worst over the seeds. */
import type { Summary } from "../drill/result.ts";
import { isJudged, type CaseOutcome, type SeedOutcome } from "./suite-outcome.ts";
import { most, seconds } from "./tables.ts";

export const SUITE_HEADER = [
  "scenario",
  "gateway",
  "detect s",
  "effective ÷ floor",
  "relief s",
  "lost on",
  "lost off",
  "no harm",
  "false",
  "breaches",
  "expectations",
];
export const SUITE_TEXT_COLUMNS = [0, 1, 10];

export function suiteRow(outcome: CaseOutcome): readonly string[] {
  const on = outcome.seeds.flatMap((seed) => seed.on ?? []);
  const worst = (pick: (summary: Summary) => number | null): number | null => (on.length === 0 ? null : most(on.map(pick)));
  const loss = worstLoss(outcome.seeds);
  const total = (pick: (summary: Summary) => number): string => `${on.reduce((sum, summary) => sum + pick(summary), 0)}`;
  return [
    outcome.case.entry.inputs.scenario.name,
    outcome.case.mode.gateway,
    seconds(worst((s) => s.timeToDetectSeconds)),
    worst(effectiveByFloor)?.toFixed(2) ?? "–",
    seconds(worst((s) => s.timeToReliefSeconds)),
    `${loss?.on?.lost ?? "–"}`,
    `${loss?.off?.lost ?? "–"}`,
    harmCell(outcome.seeds),
    total((s) => s.falseEvacuations.length),
    total((s) => s.invariantViolations.length),
    expectationsCell(outcome),
  ];
}

function effectiveByFloor({ timeToEvacuationEffectiveSeconds: effective, floorSeconds: floor }: Summary): number | null {
  return effective === null || floor === null || floor === 0 ? null : effective / floor;
}

/** The seed in which automation compares worst with none. */
function worstLoss(seeds: readonly SeedOutcome[]): SeedOutcome | undefined {
  const excess = ({ on, off }: SeedOutcome): number => (on?.lost ?? 0) - (off?.lost ?? 0);
  return seeds.toSorted((a, b) => excess(b) - excess(a))[0];
}

function harmCell(seeds: readonly SeedOutcome[]): string {
  if (seeds.some(({ on, off }) => on === null || off === null)) return "–";
  return seeds.some(({ findings }) => findings.some(({ kind }) => kind === "harm")) ? "✗" : "✓";
}

const LONGEST = 70;

function expectationsCell(outcome: CaseOutcome): string {
  const crashed = outcome.seeds.some(({ findings }) => findings.some(({ kind }) => kind === "crash"));
  if (crashed) return "a drill failed";
  if (!isJudged(outcome)) return "";
  const unmet = [
    ...new Set(outcome.seeds.flatMap(({ findings }) => findings.filter(({ kind }) => kind === "expectation").map(({ text }) => text))),
  ];
  const text = unmet.join("; ");
  return unmet.length === 0 ? "✓" : `✗ ${text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text}`;
}
