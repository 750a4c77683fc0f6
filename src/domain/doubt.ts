/** Reasons to doubt what the outage classifier found: the prober may be cut off, or other sources say otherwise. Doubt never acts. */
import { isAnswered, isUnanswered, PASSIVE_SOURCES, type PassiveSource, type Rule, type View } from "./evidence.ts";
import type { Source } from "./observation.ts";
import { instantOf } from "./time.ts";
import type { Finding } from "./outage.ts";
import { confirmingSources, describeMinute, newestBusy, wellMinute } from "./traffic-evidence.ts";

/** Fresh witnesses that settle a partial partition. */
const WITNESSES = 2;

/** Which of them is met is why `found` is not believed. */
export function doubts(view: View, found: Finding): readonly Rule[] {
  return [cutOff(view, found), unwitnessed(view, found), quorum(view, found), veto(view, found)];
}

/** Probes of one silence: from the first failed one to the last, none of them answered. */
function silenceOf(view: View, found: Finding): { readonly since: number; readonly isOver: boolean } | null {
  const first = view.seen.findIndex((o) => o.outcome === "failed");
  const last = view.seen.findLastIndex((o) => o.outcome === "failed");
  const start = view.seen[first]?.at;
  const isSilent = found.rule === "hardFailure" && start !== undefined && view.seen.slice(first, last + 1).every(isUnanswered);
  return isSilent ? { since: instantOf(start), isOver: last < view.seen.length - 1 } : null;
}

/**
 * Nothing came back to the prober from the onset until it was answered again, while everybody who asked through another region was
 * answered. The first answer to a prober that was cut off does not make its silence before count.
 */
function cutOff(view: View, found: Finding): Rule {
  const silence = silenceOf(view, found);
  const witnesses = silence === null ? [] : view.witnesses.filter((o) => instantOf(o.at) >= silence.since);
  const answered = witnesses.filter(isAnswered).length;
  const isBack = view.previous?.symptom === "cutOff" && silence?.isOver === true;
  const met = silence !== null && (isBack || (answered === witnesses.length && answered >= WITNESSES));
  return measurement("cutOff", met, `${answered} of ${witnesses.length} probes through other regions were answered, ${WITNESSES} needed`);
}

/** Metrics are told within two or three minutes of a minute's end (azure-facts 3.4): by then they would have denied an outage. */
const SILENCE_SECONDS = 240;

/**
 * A deployment that is silent to the prober alone may be as well as ever. Where nobody else could be asked, its real traffic gets the
 * time to deny it; what was answered with an error is no silence.
 */
function unwitnessed(view: View, found: Finding): Rule {
  const isDeployment = view.seen[0]?.kind === "deployment";
  const seconds = Math.round((view.now - onset(view, found, view.now)) / 1000);
  const isAlone = view.witnesses.length === 0 && passiveAgreement(view, found).length === 0;
  const isNew = view.previous?.state !== "failing" && seconds < SILENCE_SECONDS;
  const met = isDeployment && isAlone && isNew && silenceOf(view, found) !== null;
  const text = met
    ? `silent to the prober for ${seconds} s, and nobody else could be asked: ${SILENCE_SECONDS} s are left to its traffic to deny it`
    : "somebody else could be asked, or it is no silence";
  return measurement("unwitnessed", met, text);
}

/** Of a silence that is doubted already, its first instant; else what the finding tells. */
function onset(view: View, found: Finding, otherwise: number): number {
  const { previous } = view;
  const isKnown = previous?.symptom === "cutOff" && silenceOf(view, found) !== null;
  return isKnown ? Math.min(otherwise, instantOf(previous.since)) : otherwise;
}

/** Not asked again of a target that is failing already: once evacuated, its traffic tells nothing. */
function quorum(view: View, found: Finding): Rule {
  const agreeing = agreeingSources(view, found);
  const { quorum: needed } = view.policy;
  const met = view.previous?.state !== "failing" && agreeing.length < needed;
  const told = agreeing.length === 0 ? "no source agrees" : `${agreeing.join(", ")} agree${agreeing.length === 1 ? "s" : ""}`;
  return measurement("quorum", met, `${told}, ${needed} needed`);
}

function agreeingSources(view: View, found: Finding): readonly Source[] {
  const passive = passiveAgreement(view, found);
  if (found.symptom === "traffic") return passive;
  const failed = view.witnesses.filter((o) => o.outcome === "failed").length;
  return ["probe", ...(failed * 2 > view.witnesses.length ? (["witness"] as const) : []), ...passive];
}

function passiveAgreement(view: View, found: Finding): readonly PassiveSource[] {
  if (found.symptom !== "latency") return confirmingSources(view, -Infinity);
  return PASSIVE_SOURCES.filter((source) => (newestBusy(view, source)?.sample.latencyMilliseconds ?? 0) >= view.policy.slowMilliseconds);
}

/** Real requests since the onset say otherwise. Only minutes that began after it can: they come minutes late. */
function veto(view: View, found: Finding): Rule {
  const from = onset(view, found, found.from());
  const against = vetoingSources(view, found).flatMap((source) => {
    const minute = wellMinute(view, source, from);
    const isFast = (minute?.sample.latencyMilliseconds ?? Infinity) < view.policy.slowMilliseconds;
    return minute === undefined || (found.symptom === "latency" && !isFast) ? [] : [`${source}: ${describeMinute(minute)}`];
  });
  const met = against.length > 0 && passiveAgreement(view, found).length === 0;
  return measurement("veto", met, met ? against.join("; ") : "no real traffic since the onset says otherwise");
}

/**
 * A source cannot deny what it cannot see. An empty answer is a success to both; what was never answered is no request to the metrics,
 * unless nothing is answered at all: then any answer to somebody else shows that the target lives.
 */
function vetoingSources({ seen }: View, found: Finding): readonly PassiveSource[] {
  const failed = seen.filter((o) => o.outcome === "failed");
  if (found.symptom === "traffic" || failed.some((o) => o.errorClass === "emptyAnswer")) return [];
  const isHidden = found.symptom === "partialFailure" && failed.some(isUnanswered);
  return isHidden ? ["gatewayLogs"] : PASSIVE_SOURCES;
}

function measurement(code: string, met: boolean, text: string): Rule {
  return { rule: code, classifier: "measurement", met, text };
}
