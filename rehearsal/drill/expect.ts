/** What a scenario expects of automation, held against what came of it. Only here the app's own word counts: it is what is asked for. */
import type { Estate } from "../../src/domain/estate.ts";
import { callsForEvacuation } from "./impairment.ts";
import type { DrillFault, RunStarted } from "./drill-log.ts";
import type { DrillResult } from "./result.ts";
import type { Scenario } from "./scenario.ts";
import type { Heard } from "./setting.ts";

type Expect = NonNullable<Scenario["expect"]>;

/** What expectations are held against. */
export interface Came {
  readonly estate: Estate;
  readonly faults: readonly DrillFault[];
  readonly starts: readonly RunStarted[];
  readonly runs: DrillResult["summary"]["runs"];
  /** Codes of guards. */
  readonly refusedBy: readonly string[];
  readonly timeline: readonly { readonly text: string }[];
  readonly heard: Heard;
}

/** One line for each expectation that is not met. `lostAtMostShareOfOff` needs a drill with automation off beside this one. */
export function judgeExpectations({ expect, impairedAt }: Pick<Scenario, "expect" | "impairedAt">, came: Came): readonly string[] {
  if (expect === undefined) return [];
  return [
    ...wrongEvacuations(expect, came),
    ...lateDetections(expect, impairedAt, came),
    ...expect.refusedBy
      .filter((code) => !came.refusedBy.includes(code))
      .map((code) => `${code} refused nothing; ${came.refusedBy.join(", ") || "no guard"} did`),
    ...untold(expect, came),
    ...unseenVerdicts(expect, came),
  ];
}

/** An evacuation that nobody let begin moved nothing. */
function evacuations({ starts, runs }: Came): readonly RunStarted[] {
  const neverBegan = new Set(runs.filter(({ outcome }) => outcome === "declined" || outcome === "lapsed").map(({ id }) => id));
  return starts.filter((run) => run.automatic && run.runbook === "evacuate" && !neverBegan.has(run.id));
}

function wrongEvacuations({ evacuated }: Expect, came: Came): readonly string[] {
  const done = [...new Set(evacuations(came).map(({ region }) => region))];
  return [
    ...evacuated.filter((region) => !done.includes(region)).map((region) => `${region} was not evacuated`),
    ...done.filter((region) => !evacuated.includes(region)).map((region) => `${region} was evacuated`),
  ];
}

/** From the first fault that the region should be evacuated from to its first run. */
function lateDetections({ evacuated, detectSeconds }: Expect, impairedAt: number, came: Came): readonly string[] {
  if (detectSeconds === undefined) return [];
  return evacuated.flatMap((region) => {
    const run = evacuations(came).find((start) => start.region === region);
    const calling = came.faults.filter((fault) => fault.region === region && callsForEvacuation(fault, came.estate, impairedAt));
    if (run === undefined || calling.length === 0) return [];
    const seconds = (run.at - Math.min(...calling.map(({ startsAt }) => startsAt))) / 1000;
    return seconds <= detectSeconds ? [] : [`${region} was detected after ${seconds} s, not within ${detectSeconds} s`];
  });
}

function untold({ told }: Expect, { timeline, heard }: Came): readonly string[] {
  const texts = [...timeline.map(({ text }) => text), ...heard.notifications];
  return told.filter((part) => !texts.some((text) => text.includes(part))).map((part) => `nobody was told "${part}"`);
}

function unseenVerdicts({ verdicts }: Expect, { heard }: Came): readonly string[] {
  return Object.entries(verdicts).flatMap(([region, state]) => {
    const seen = heard.verdicts[region] ?? [];
    return seen.includes(state) ? [] : [`${region} was never ${state}, only ${seen.join(", ") || "unseen"}`];
  });
}
