/** An explanation as plain text: readable on a small screen at three in the morning, the most important line first. */
import type { Explanation, TargetExplanation } from "./explain.ts";
import type { GuardResult } from "./guards.ts";

const COLUMNS = 100;

export function explanationText(explanation: Explanation): string {
  const sections = [
    head(explanation),
    section("What would happen", whatWouldHappen(explanation)),
    section(
      "What is missing",
      explanation.missing.flatMap((line) => wrap(line, "- ")),
    ),
    section("Rules (● met, ○ not met)", rulesOf(explanation)),
    section("Guards, as if it were evacuated now", explanation.guards.flatMap(guardLines)),
    section("Capacity", capacityLines(explanation)),
    section(
      "Alerts and events",
      explanation.suspicions.flatMap((s) => wrap(`${s.at} ${s.source} ${s.state}: ${s.title}`, "- ")),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function head({ region, verdict, decision, at }: Explanation): readonly string[] {
  const { foundry, gateway } = verdict;
  return [
    ...wrap(`${region} is ${foundry.state} since ${foundry.since}: ${foundry.reason}`, ""),
    ...(gateway === null ? [] : wrap(`its gateway is ${gateway.state} since ${gateway.since}: ${gateway.reason}`, "")),
    ...wrap(`Decision at ${at}: ${decision.action}${decision.action === "none" ? "" : ` (${decision.runbook})`}. ${decision.reason}`, ""),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function whatWouldHappen({ region, ifEvacuated }: Explanation): readonly string[] {
  const { scope, share, steps, etaSeconds } = ifEvacuated;
  const what = scope === null ? region : `${scope.join(", ")} of ${region}`;
  const goal =
    share >= 1
      ? `the gateway of ${region} would be left, its tokens would stay`
      : `${what} would keep ${Math.round(share * 100)} % of its traffic`;
  return [
    ...wrap(`Evacuated now, ${goal}; ${steps.length === 0 ? "no step is known" : `in force within ${etaSeconds} s`}.`, ""),
    ...steps.flatMap((step) => wrap(`${step.budgetSeconds} s ${step.lever} ${step.target}: ${step.change}`, "- ")),
  ];
}

/** Every rule of what is not healthy, or of what carries most when all is well: the whole trace is in the JSON. */
function rulesOf({ targets }: Explanation): readonly string[] {
  const unwell = targets.filter(({ verdict }) => verdict.state !== "healthy");
  const most = targets.toSorted((a, b) => (b.trafficShare ?? 0) - (a.trafficShare ?? 0)).slice(0, 1);
  const told = new Set(unwell.length > 0 ? unwell : most);
  return targets.flatMap((target) => targetLines(told.has(target) ? target : { ...target, trace: [] }));
}

function targetLines({ target, verdict, trace, trafficShare }: TargetExplanation): readonly string[] {
  const share = trafficShare === null ? "" : `, ${Math.round(trafficShare * 100)} % of the traffic`;
  return [
    ...wrap(`${target}: ${verdict.state}${verdict.symptom === null ? "" : ` (${verdict.symptom})`}${share}. ${verdict.reason}`, ""),
    ...trace.flatMap((rule) => wrap(`${rule.classifier} ${rule.rule}: ${rule.text}`, rule.met ? "  ● " : "  ○ ")),
  ];
}

const MARKS: Readonly<Record<GuardResult["outcome"], string>> = { passed: "✓ ", refused: "✗ ", shrunk: "~ ", overridden: "! " };

function guardLines({ code, outcome, reason }: GuardResult): readonly string[] {
  return wrap(`${code}${outcome === "shrunk" || outcome === "overridden" ? ` (${outcome})` : ""}: ${reason}`, MARKS[outcome]);
}

function capacityLines({ ifEvacuated: { admission } }: Explanation): readonly string[] {
  const tokens = (value: number | null): string => (value === null ? "an unknown number of" : String(Math.round(value)));
  return [
    ...wrap(admission.reason, ""),
    ...admission.survivors.flatMap((s) =>
      wrap(`${s.deployment} would receive ${tokens(s.receives)} of ${tokens(s.headroom)} TPM headroom`, "- "),
    ),
    ...admission.shed.flatMap((s) => wrap(`${s.deployment}: ${tokens(s.tokensPerMinute)} TPM would stay unserved`, "- ")),
  ];
}

/** Breaks at spaces; what follows the first line is indented like it. */
function wrap(text: string, mark: string): readonly string[] {
  const room = COLUMNS - 2 - mark.length;
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line, i) => `${i === 0 ? mark : " ".repeat(mark.length)}${line}`);
}
