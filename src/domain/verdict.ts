/**
 * From the evidence about one target to a verdict, with hysteresis in both directions: two classifiers apart (outage.ts, pressure.ts),
 * and what may be wrong with the measuring itself (doubt.ts).
 */
import { doubts } from "./doubt.ts";
import type { DetectionPolicy } from "./estate.ts";
import { isAnswered, readEvidence, type Assessment, type Evidence, type LazyRule, type Rule, type Verdict, type View } from "./evidence.ts";
import type { Observation, Outcome } from "./observation.ts";
import { outageRules, recentFailures, slowness, type Finding, type Slowness } from "./outage.ts";
import { loadOf, nearLimit, pressureRules } from "./pressure.ts";
import { describeMinute, standIn } from "./traffic-evidence.ts";

export { countable } from "./evidence.ts";
export type { Assessment, Evidence, Rule, Symptom, Verdict, VerdictState } from "./evidence.ts";

type Conclusion = Pick<Verdict, "state" | "symptom" | "reason" | "lingers" | "wavers">;

/** The verdict alone: a round keeps nothing else of a thousand targets. */
export function judgeTarget(evidence: Evidence, previous: Verdict | undefined, policy: DetectionPolicy, now: string): Verdict {
  return verdictOf(applyRules(readEvidence(evidence, previous, policy, now)), now);
}

/** The verdict and every rule that was looked at, for whoever asks why. */
export function assessTarget(evidence: Evidence, previous: Verdict | undefined, policy: DetectionPolicy, now: string): Assessment {
  const applied = applyRules(readEvidence(evidence, previous, policy, now));
  const { view, outage, suspicions, pressure } = applied;
  const doubt = (suspicions.find(isBelieved) ?? suspicions[0])?.doubts ?? NO_DOUBTS;
  const trace = [...[...outage, ...pressure].map(asRule), stale(view), misconfigured(view), ...doubt];
  return { ...verdictOf(applied, now), trace };
}

interface Applied {
  readonly view: View;
  readonly outage: readonly Finding[];
  readonly suspicions: readonly Weighed[];
  readonly pressure: readonly LazyRule[];
  /** Of the prober's own last minutes. */
  readonly recent: Slowness;
}

function applyRules(view: View): Applied {
  const load = loadOf(view);
  const limited = nearLimit(load);
  const outage = outageRules(view, limited);
  const recent = slowness(view, view.own);
  const pressure = pressureRules(view, load, recent.isSlow, limited);
  return { view, outage, suspicions: weigh(view, outage), pressure, recent };
}

function verdictOf(applied: Applied, now: string): Verdict {
  const { view } = applied;
  const { previous } = view;
  const conclusion = conclude(applied);
  return { ...conclusion, since: previous?.state === conclusion.state ? previous.since : changedAt(view, now) };
}

/** A finding and what speaks against believing it. */
interface Weighed {
  readonly finding: Finding;
  readonly doubts: readonly Rule[];
}

/** When the prober's own view of an outage is doubted, so is what its other rules make of the same probes. */
function weigh(view: View, outage: readonly Finding[]): readonly Weighed[] {
  const all = outage.filter((finding) => finding.met).map((finding) => ({ finding, doubts: doubts(view, finding) }));
  const hard = all.find(({ finding }) => finding.rule === "hardFailure");
  if (hard === undefined || isBelieved(hard)) return all;
  return all.filter((weighed) => weighed === hard || weighed.finding.rule === "traffic");
}

function isBelieved({ doubts: rules }: Weighed): boolean {
  return !rules.some((rule) => rule.met);
}

function conclude(applied: Applied): Conclusion {
  const { view, suspicions } = applied;
  if (view.seen.length === 0) return withoutProbes(view);
  const believed = suspicions.find(isBelieved)?.finding;
  if (believed?.rule !== "hardFailure" && isMisconfigured(view))
    return { state: "misconfigured", symptom: null, reason: misconfigured(view).text };
  if (believed !== undefined)
    return { state: "failing", symptom: believed.symptom, reason: believed.text(), ...(believed.entered ? {} : { lingers: true }) };
  // What only lingers from before is not worth a doubt.
  const doubted = suspicions.find(({ finding }) => finding.entered);
  if (doubted !== undefined) return disbelieve(view, doubted);
  return concludeWell(applied);
}

function withoutProbes(view: View): Conclusion {
  const minute = standIn(view);
  if (minute !== undefined) return { state: "healthy", symptom: null, reason: `no probe, but ${describeMinute(minute)}` };
  return { state: "inconclusive", symptom: stillCutOff(view), reason: stale(view).text };
}

function disbelieve(view: View, { finding, doubts: rules }: Weighed): Conclusion {
  const reasons = rules.filter((rule) => rule.met);
  const isIsolated = reasons.some((rule) => rule.rule === "cutOff" || rule.rule === "unwitnessed");
  return {
    state: "inconclusive",
    symptom: isIsolated ? "cutOff" : stillCutOff(view),
    reason: `${finding.text()}, but ${reasons.map((rule) => rule.text).join("; ")}`,
  };
}

/** Nothing makes it failing: pressed, well, or not yet certain to be anything else than before. */
function concludeWell({ view, pressure, recent }: Applied): Conclusion {
  const { seen, policy, previous } = view;
  const pressed = pressure.find((rule) => rule.met);
  if (pressed?.rule === "throttled") return { state: "pressured", symptom: null, reason: pressed.text() };
  const last = seen.slice(-policy.successesToRecover);
  const answered = last.length === policy.successesToRecover && last.every(isAnswered);
  const trusted = previous === undefined || previous.state === "healthy";
  if (answered || (trusted && seen.every((o) => o.outcome === "ok"))) {
    if (pressed !== undefined) return { state: "pressured", symptom: null, reason: pressed.text() };
    return { state: "healthy", symptom: null, reason: tally(view, "ok", "succeeded"), ...wavering(recent) };
  }
  const failed = count(view, "failed");
  if (previous !== undefined && previous.state !== "inconclusive") {
    const { state, symptom } = previous;
    const lingers = state === "failing" ? { lingers: true as const } : {};
    return {
      state,
      symptom,
      ...lingers,
      ...(state === "healthy" ? wavering(recent) : {}),
      reason: `${tally(view, "ok", "succeeded")}, ${failed} failed: too few to change from ${state}`,
    };
  }
  const reason = `${tally(view, "failed", "failed")}: ${policy.failuresToFail} are needed to call it failing`;
  return { state: "inconclusive", symptom: stillCutOff(view), reason };
}

function wavering({ failed, slow }: Slowness): { wavers?: true } {
  return failed + slow > 0 ? { wavers: true } : {};
}

/** Until it is settled what the target is, the prober counts as isolated from it. */
function stillCutOff({ previous }: View): "cutOff" | null {
  return previous?.symptom === "cutOff" ? "cutOff" : null;
}

function count({ seen }: View, outcome: Outcome): number {
  return seen.filter((o) => o.outcome === outcome).length;
}

function tally(view: View, outcome: Outcome, verb: string): string {
  return `${count(view, outcome)} of the last ${view.seen.length} probes ${verb}`;
}

function stale({ seen, policy }: View): Rule {
  const met = seen.length === 0;
  const text = met
    ? `no probe measured in the last ${policy.stalenessSeconds} s`
    : `${seen.length} probes in the last ${policy.stalenessSeconds} s`;
  return { rule: "stale", classifier: "measurement", met, text };
}

function misconfigured(view: View): Rule {
  const last = view.seen.findLast((o) => o.outcome === "misconfigured");
  const text = `${tally(view, "misconfigured", "were refused as misconfigured")}${last === undefined ? "" : ` (${last.detail})`}`;
  return { rule: "misconfigured", classifier: "measurement", met: isMisconfigured(view), text };
}

function isMisconfigured(view: View): boolean {
  return count(view, "misconfigured") >= view.policy.failuresToFail;
}

const NO_DOUBTS: readonly Rule[] = ["cutOff", "unwitnessed", "quorum", "veto"].map((rule) => ({
  rule,
  classifier: "measurement",
  met: false,
  text: "nothing was found that could be doubted",
}));

function asRule({ rule, classifier, met, text }: LazyRule): Rule {
  return { rule, classifier, met, text: text() };
}

/** When the probe was sent that changed it; a clock ahead of this one's does not reach into the future. */
function changedAt({ seen, now }: View, text: string): string {
  const last = seen.at(-1)?.at;
  return last === undefined || Date.parse(last) > now ? text : last;
}

/** A failed probe of a target that is not already failing starts a confirm burst: it decides in seconds, not in k intervals. */
export function isSuspect(latest: Observation, verdict: Verdict | undefined): boolean {
  return latest.outcome === "failed" && verdict?.state !== "failing";
}

/**
 * A probe failed of late and nothing is settled yet, or a gray failure has not cleared: every round is to be a whole burst, even if its
 * first probe is fine. A gray failure shows in many probes only, and so does its end. A lone blip costs four minutes of bursts.
 */
export function isDoubtful(evidence: Evidence, verdict: Verdict | undefined, policy: DetectionPolicy, now: string): boolean {
  if (verdict?.state === "failing" && verdict.symptom !== "partialFailure") return false;
  return recentFailures(readEvidence(evidence, verdict, policy, now)) > 0;
}
