/** On against off, in words. The numbers come from the results; a tie or a defeat is told as plainly as a win. */
import type { DrillResult, Summary } from "../drill/result.ts";
import { capitalised, count, percent, policyWords, withUnit } from "./format.ts";
import { type PolicyGroup, resultOf } from "./groups.ts";

export const VERDICTS = ["better", "same", "worse"] as const;
/** How automation did against Azure's own means, by lost requests. */
export type Verdict = (typeof VERDICTS)[number];

export interface Comparison {
  readonly group: PolicyGroup;
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** The do-no-harm tolerance, applied in both directions: a gain this small is no gain either. */
function tolerance(requests: number): number {
  return Math.max(3, requests * 0.0005);
}

export function verdictOf(on: Summary, off: Summary): Verdict {
  const saved = off.lost - on.lost;
  if (Math.abs(saved) <= tolerance(off.requests)) return "same";
  return saved > 0 ? "better" : "worse";
}

/** Policies that were drilled with automation on and off. */
export function comparisons(groups: readonly PolicyGroup[]): readonly Comparison[] {
  return groups.flatMap((group) => {
    const on = resultOf(group, "on");
    const off = resultOf(group, "off");
    if (on === undefined || off === undefined) return [];
    const relief = on.faults.length === 0 ? "" : `; ${reliefClause(on.summary.timeToReliefSeconds, off.summary.timeToReliefSeconds)}`;
    return [
      {
        group,
        verdict: verdictOf(on.summary, off.summary),
        sentence: `With ${policyWords(group.mode)}, ${lostClause(on.summary, off.summary)}${relief}.`,
      },
    ];
  });
}

function lostClause(on: Summary, off: Summary): string {
  const ours = `${count(on.lost)} of ${count(on.requests)} requests (${percent(on.lostShare)})`;
  // Drills of one grid see the same requests; results of another trace or estate may stand beside them.
  const theirs = `${count(off.lost)}${off.requests === on.requests ? "" : ` of ${count(off.requests)}`} (${percent(off.lostShare)})`;
  switch (verdictOf(on, off)) {
    case "better":
      return `automation loses ${ours} instead of ${theirs}`;
    case "worse":
      return `automation does worse: it loses ${ours}, where Azure's own means lose ${theirs}`;
    case "same":
      return on.lost === off.lost && on.requests === off.requests
        ? `automation makes no difference to clients: ${ours} are lost either way`
        : `automation makes no difference that counts: ${ours} are lost with it, ${theirs} without`;
  }
}

function reliefClause(on: number | null, off: number | null): string {
  if (on === null)
    return off === null
      ? "the success rate recovers in neither"
      : `yet the success rate never recovers, where without it relief comes after ${withUnit(off)}`;
  if (off === null) return `relief comes after ${withUnit(on)}, without it never`;
  if (on === off) return on === 0 ? "the success rate drops in neither" : `relief comes after ${withUnit(on)} either way`;
  return on < off
    ? `relief comes after ${withUnit(on)} instead of ${withUnit(off)}`
    : `yet relief comes later, after ${withUnit(on)} instead of ${withUnit(off)}`;
}

const DID = {
  better: "loses fewer requests than Azure's own means",
  same: "does no better and no worse than Azure's own means",
  worse: "loses more requests than Azure's own means",
} as const satisfies Record<Verdict, string>;

/** The one sentence on top. */
export function outcome(all: readonly Comparison[]): string {
  if (all.length === 0) return "Automation was not drilled both on and off, so this report compares nothing.";
  const clauses = VERDICTS.flatMap((verdict) => {
    const own = all.filter((comparison) => comparison.verdict === verdict);
    if (own.length === 0) return [];
    const where =
      own.length === all.length && all.length > 1
        ? "under every gateway policy"
        : `with ${listed(own.map(({ group }) => policyWords(group.mode)))}`;
    return [`${DID[verdict]} ${where}`];
  });
  return `Automation ${clauses.join("; it ")}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}

/** What nobody may overlook, one line each. */
export function alarms(results: readonly DrillResult[], nameOf: (result: DrillResult) => string): readonly string[] {
  return results.flatMap((result) => {
    const { falseEvacuations, invariantViolations, expectations } = result.summary;
    const named = (number: number, one: string, many: string): string[] =>
      number === 0 ? [] : [`${capitalised(nameOf(result))}: ${count(number)} ${number === 1 ? one : many}.`];
    return [
      ...named(falseEvacuations.length, "false evacuation", "false evacuations"),
      ...named(invariantViolations.length, "violated invariant", "violations of invariants"),
      ...named(expectations?.unmet.length ?? 0, "unmet expectation", "unmet expectations"),
    ];
  });
}
