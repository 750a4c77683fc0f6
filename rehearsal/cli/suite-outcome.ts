/** What came of one scenario under one gateway policy, seed by seed. */
import type { DrillResult, Summary } from "../drill/result.ts";
import { findingsOf, resultOf, unmetExpectations, type Finding } from "./findings.ts";
import type { Attempt } from "./run-jobs.ts";
import type { SuiteCase, SuiteDrill } from "./suite-cases.ts";

export interface SeedOutcome {
  readonly seed: number;
  /** With automation on (or `recommend`); null when it was not drilled or failed. */
  readonly on: Summary | null;
  readonly off: Summary | null;
  readonly findings: readonly Finding[];
}

export interface CaseOutcome {
  readonly case: SuiteCase;
  readonly seeds: readonly SeedOutcome[];
  /** Of the first seed. */
  readonly results: readonly DrillResult[];
}

export function outcomeOf(item: SuiteCase, attempted: readonly { readonly drill: SuiteDrill; readonly attempt: Attempt }[]): CaseOutcome {
  const seeds = [...new Set(attempted.map(({ drill }) => drill.job.scenario.seed))];
  const { scenario } = item.entry.inputs;
  return {
    case: item,
    results: attempted.flatMap(({ drill, attempt }) => (drill.isFirstSeed ? (resultOf(attempt) ?? []) : [])),
    seeds: seeds.map((seed) => {
      const own = attempted.filter(({ drill }) => drill.job.scenario.seed === seed);
      const find = (isOff: boolean): Attempt | null =>
        own.find(({ drill }) => (drill.job.mode.automation === "off") === isOff)?.attempt ?? null;
      const pair = { on: find(false), off: find(true) };
      return {
        seed,
        on: resultOf(pair.on)?.summary ?? null,
        off: resultOf(pair.off)?.summary ?? null,
        findings: [...unmetExpectations(scenario, pair), ...findingsOf(pair)],
      };
    }),
  };
}

/** Whether the scenario's expectations are judged here: on its own gateway policy, with automation on. */
export function isJudged({ case: { entry, mode, automations } }: CaseOutcome): boolean {
  const { expect, gateway } = entry.inputs.scenario;
  return expect !== undefined && gateway === mode.gateway && automations.includes("on");
}

/** Repeats just that one, with its timeline and report. */
export function repeatCommand({ entry, mode }: SuiteCase, seed: number): string {
  const edge = mode.edge === entry.inputs.scenario.edge ? "" : ` --edge ${mode.edge}`;
  return `npm start -- --scenario ${entry.file} --gateway ${mode.gateway}${edge} --seed ${seed}`;
}

/** Without a finding: what was looked at. */
export function allWell(outcomes: readonly CaseOutcome[]): string {
  const seeds = outcomes.flatMap((outcome) => outcome.seeds);
  const judged = outcomes.filter(isJudged).reduce((sum, outcome) => sum + outcome.seeds.length, 0);
  const compared = seeds.filter(({ on, off }) => on !== null && off !== null).length;
  const automated = seeds.filter(({ on }) => on !== null).length;
  return `As it must be: ${judged} declared outcomes met, no harm in ${compared} comparisons of automation on and off, no false evacuation and no violated invariant in ${automated} drills with automation.`;
}
