/** What must not come of a drill, and what a scenario expected and did not get. */
import type { DrillResult, Summary } from "../drill/result.ts";
import type { Scenario } from "../drill/scenario.ts";
import { EPOCH } from "../virtual-time/clock.ts";
import type { Attempt } from "./run-jobs.ts";

export interface Finding {
  /** `crash`, `hostError`, `falseEvacuation`, `harm`, `expectation`, or an invariant's name. */
  readonly kind: string;
  readonly text: string;
}

/** The same scenario, gateways and seed with automation on (or `recommend`) and off; null = not drilled. */
export interface Pair {
  readonly on: Attempt | null;
  readonly off: Attempt | null;
}

/** First, do no harm: requests that automation may lose beyond what is lost without it. */
export function harmTolerance(requests: number): number {
  return Math.max(3, 0.0005 * requests);
}

export function resultOf(attempt: Attempt | null): DrillResult | null {
  return attempt !== null && "result" in attempt ? attempt.result : null;
}

/** What must never be, whatever the scenario. */
export function findingsOf({ on, off }: Pair): readonly Finding[] {
  return [...crashes(on), ...crashes(off), ...breaches(resultOf(on)), ...harm(resultOf(on), resultOf(off))];
}

function crashes(attempt: Attempt | null): readonly Finding[] {
  return attempt !== null && "failure" in attempt ? [{ kind: "crash", text: attempt.failure }] : [];
}

function breaches(result: DrillResult | null): readonly Finding[] {
  if (result === null) return [];
  const { falseEvacuations, invariantViolations } = result.summary;
  const minute = (at: number): string => `${((at - EPOCH) / 60_000).toFixed(1)} min`;
  return [
    ...invariantViolations.map(({ invariant, at, detail }) => ({ kind: invariant, text: `${minute(at)}: ${detail}` })),
    ...falseEvacuations.map(({ at, region, reason, failureShare }) => ({
      kind: "falseEvacuation",
      text: `${minute(at)}: ${region}: ${reason} (${Math.round(failureShare * 100)} % of its requests truly failed)`,
    })),
  ];
}

/** Errors that the Functions host logged: a round or an activity that threw. */
export function hostErrors(attempt: Attempt | null): readonly Finding[] {
  const entries = resultOf(attempt)?.timeline.filter(({ kind }) => kind === "host") ?? [];
  return entries.map(({ at, text }) => ({ kind: "hostError", text: `${(at / 60).toFixed(1)} min: ${text}` }));
}

function harm(on: DrillResult | null, off: DrillResult | null): readonly Finding[] {
  if (on === null || off === null) return [];
  const allowed = off.summary.lost + harmTolerance(off.summary.requests);
  if (on.summary.lost <= allowed) return [];
  return [
    {
      kind: "harm",
      text: `${on.summary.lost} requests lost with automation, ${off.summary.lost} without (${Math.floor(allowed)} allowed)`,
    },
  ];
}

/** What the scenario declares, on its own gateway policy and with automation on. */
export function unmetExpectations(scenario: Scenario, { on, off }: Pair): readonly Finding[] {
  const own = resultOf(on);
  if (own === null || own.mode.automation !== "on" || own.mode.gateway !== scenario.gateway) return [];
  return [...declared(own), ...unsaved(scenario, own, resultOf(off))].map((text) => ({ kind: "expectation", text }));
}

/** Only a comparison with automation off can tell it. */
function unsaved({ expect }: Scenario, on: DrillResult, off: DrillResult | null): readonly string[] {
  const most = expect?.lostAtMostShareOfOff;
  if (most === undefined || off === null || on.summary.lost <= most * off.summary.lost) return [];
  return [`${on.summary.lost} requests lost with automation are more than ${most} × ${off.summary.lost} without`];
}

interface Judged {
  readonly expectations?: { readonly unmet: readonly string[] };
}

function declared({ summary }: DrillResult): readonly string[] {
  const judged: Summary & Judged = summary;
  return judged.expectations?.unmet ?? [];
}
