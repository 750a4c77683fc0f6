/** What people must be told though nothing is decided; whoever calls tells each of them once, when it appears. */
import { askGuards, type DecideInput } from "./decide.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import { doubt } from "./self-doubt.ts";
import { secondsBetween } from "./time.ts";

export const NOTICE_CODES = ["selfDoubt", "pressure", "signalsMissing"] as const;

export interface Notice {
  readonly code: (typeof NOTICE_CODES)[number];
  /** null = the whole estate. */
  readonly region: string | null;
  readonly text: string;
}

export function notices(input: DecideInput): readonly Notice[] {
  const { doubtful, text } = doubt(input.estate, input.verdicts);
  // What a prober in doubt says of single regions is not worth a page of its own.
  if (doubtful) return [{ code: "selfDoubt", region: null, text }];
  return [...input.verdicts.flatMap((verdict) => [...pressureOf(input, verdict), ...gapOf(input, verdict)]), ...demandGap(input)];
}

/** Pressure never evacuates by itself: people are told, with whether moving would help. */
function pressureOf(input: DecideInput, { region, foundry, pressured }: RegionVerdict): readonly Notice[] {
  const scope = foundry.state === "pressured" || pressured.length === 0 ? null : pressured;
  if (scope === null && foundry.state !== "pressured") return [];
  const { guards, admission } = askGuards(input, { region, scope, share: 0, initiator: "automatic" });
  const obstacle = guards.find(({ code, outcome }) => WOULD_HELP.has(code) && outcome === "refused");
  const advice = obstacle === undefined ? `moving would help: ${admission.reason}` : `moving would not help: ${obstacle.reason}`;
  return [
    { code: "pressure", region, text: `${scope === null ? region : scope.join(", ")} is under pressure (${foundry.reason}); ${advice}` },
  ];
}

const WOULD_HELP: ReadonlySet<string> = new Set(["willMovingHelp", "survivorCapacity", "dataResidency", "modelParity"]);

/** A region that could not be measured for a while; one of which a part fails was measured. */
function gapOf({ estate, now }: DecideInput, { region, foundry, gateway, failing, pressured }: RegionVerdict): readonly Notice[] {
  const blind = [...(failing.length + pressured.length > 0 ? [] : [foundry]), ...(gateway === null ? [] : [gateway])].find(
    ({ state, since }) =>
      (state === "inconclusive" || state === "misconfigured") && secondsBetween(since, now) >= estate.detection.stalenessSeconds,
  );
  if (blind === undefined) return [];
  const seconds = Math.round(secondsBetween(blind.since, now));
  return [{ code: "signalsMissing", region, text: `${region} is ${blind.state} for ${seconds} s: ${blind.reason}` }];
}

/** Metrics are minutes late; a demand older than this is told, because the admission test goes by it. */
const OLD_DEMAND_SECONDS = 1800;

function demandGap({ capacity, verdicts, now }: DecideInput): readonly Notice[] {
  // Nothing measured yet counts from the oldest verdict: an estate that has just begun to be watched is missing nothing.
  const since = capacity.measuredAt ?? verdicts.map(({ foundry }) => foundry.since).toSorted()[0] ?? now;
  const seconds = Math.round(secondsBetween(since, now));
  if (seconds < OLD_DEMAND_SECONDS) return [];
  const what = capacity.measuredAt === null ? "was never measured" : `was last measured ${seconds} s ago`;
  return [{ code: "signalsMissing", region: null, text: `tokens per minute ${what}: the admission test goes by it` }];
}
