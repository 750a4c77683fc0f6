/** Probe rounds as production runs them, in little: every 15 s, bursts, minutes summed up, metrics two minutes late. Draws are by seed. */
import { mulberry32 } from "../../rehearsal/virtual-time/mulberry32.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Observation, Outcome, Sample } from "../../src/domain/observation.ts";
import { addProbes, sampleOf } from "../../src/domain/samples.ts";
import { assessTarget, countable, isDoubtful, isSuspect, type Verdict } from "../../src/domain/verdict.ts";
import { at, observation } from "../support/builders.ts";

const policy = DEFAULTS.detection;
const REQUESTS_PER_MINUTE = 110;
const METRICS_DELAY_SECONDS = 120;

export interface Setting {
  readonly seed: number;
  readonly seconds: number;
  /** What a request sent at that second gets. */
  readonly answer: (second: number, random: () => number) => { readonly outcome: Outcome; readonly latencyMilliseconds?: number };
  readonly metrics: boolean;
  /** Whether doubt makes rounds whole bursts; without it a burst ends when it can no longer fail. */
  readonly whole?: boolean;
  /** Every verdict; true ends the run. */
  readonly told: (second: number, verdict: Verdict) => boolean;
}

export function runRounds(setting: Setting): void {
  const random = mulberry32(setting.seed);
  let verdict: Verdict | undefined;
  let probes: readonly Observation[] = [];
  let own: readonly Sample[] = [];
  let metrics: readonly Sample[] = [];
  for (let second = 0; second < setting.seconds; second += policy.intervalSeconds) {
    const before = { probes, witnesses: [], samples: { probe: own, metrics } };
    const isWhole = (setting.whole ?? true) && isDoubtful(before, verdict, policy, at(second));
    const seen = burst(setting, second, random, verdict, isWhole);
    const now = seen.at(-1)?.at ?? at(second);
    probes = countable([...probes, ...seen], policy, now);
    own = addProbes(own, seen, policy, now);
    if (setting.metrics && second % 60 === 0)
      metrics = [...metrics, ...minute(setting, second - METRICS_DELAY_SECONDS - 60, random)].slice(-8);
    verdict = assessTarget({ probes, witnesses: [], samples: { probe: own, metrics } }, verdict, policy, now);
    if (setting.told((Date.parse(now) - Date.parse(at(0))) / 1000, verdict)) return;
  }
}

function burst(
  setting: Setting,
  second: number,
  random: () => number,
  verdict: Verdict | undefined,
  isWhole: boolean,
): readonly Observation[] {
  const probe = (index: number): Observation => {
    const sent = second + index * policy.burstSpacingSeconds;
    const { outcome, latencyMilliseconds = 800 } = setting.answer(sent, random);
    return { ...observation(outcome, at(sent)), latencyMilliseconds, ...(outcome === "failed" ? { errorClass: "serverError" } : {}) };
  };
  const first = probe(0);
  if (!isWhole && !isSuspect(first, verdict)) return [first];
  const seen = [first];
  while (seen.length < policy.burstProbes) {
    const failed = seen.filter((o) => o.outcome === "failed").length;
    if (!isWhole && failed + policy.burstProbes - seen.length < policy.failuresToFail) break;
    seen.push(probe(seen.length));
  }
  return seen;
}

function minute(setting: Setting, second: number, random: () => number): readonly Sample[] {
  if (second < 0) return [];
  const outcomes = Array.from(
    { length: REQUESTS_PER_MINUTE },
    (_, i) => setting.answer(second + (i * 60) / REQUESTS_PER_MINUTE, random).outcome,
  );
  const serverErrors = outcomes.filter((outcome) => outcome === "failed").length;
  const traffic = { tokens: null, throttled: null, latencyMilliseconds: null, utilisationPercent: null };
  const sample = sampleOf({ at: at(second), answered: REQUESTS_PER_MINUTE - serverErrors, serverErrors, ...traffic }, policy);
  return sample === null ? [] : [sample];
}
