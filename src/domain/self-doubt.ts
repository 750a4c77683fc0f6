/** When everything fails at once, or next to nothing can be measured, the prober is a likelier culprit than Azure. */
import type { Estate } from "./estate.ts";
import type { RegionVerdict } from "./region-verdict.ts";
import { secondsBetween } from "./time.ts";
import { deploymentsByRegion } from "./topology.ts";
import type { Verdict } from "./verdict.ts";

/** Below this share of measured verdicts, the prober says too little about too much. */
const LEAST_MEASURED = 0.34;

/** Regions do not fall silent in the same minute; the way out of the prober's own region does. */
const TOGETHER_SECONDS = 60;

export function doubt(estate: Estate, verdicts: readonly RegionVerdict[]): { readonly doubtful: boolean; readonly text: string } {
  const withFoundry = deploymentsByRegion(estate);
  const all = verdicts.flatMap((v) => [...(withFoundry.has(v.region) ? [v.foundry] : []), ...(v.gateway === null ? [] : [v.gateway])]);
  // A region of which a part fails is measured, whatever it is called as a whole.
  const partly = verdicts.filter((v) => v.foundry.state === "inconclusive" && v.failing.length + v.pressured.length > 0).length;
  const measured = partly + all.filter(({ state }) => state !== "inconclusive" && state !== "misconfigured").length;
  const working = all.filter(({ state }) => state === "healthy" || state === "pressured").length;
  if (working === 0)
    return { doubtful: true, text: `none of ${all.length} regional verdicts is healthy: the prober itself may be cut off` };
  if (measured / all.length < LEAST_MEASURED)
    return {
      doubtful: true,
      text: `only ${measured} of ${all.length} regional verdicts could be measured: the prober itself may be cut off`,
    };
  const silent = silentTogether(verdicts.filter(({ region }) => withFoundry.has(region)));
  if (silent.length >= 2 && silent.length * 2 > withFoundry.size)
    return {
      doubtful: true,
      text: `${silent.join(", ")} of ${withFoundry.size} regions fell silent within ${TOGETHER_SECONDS} s: the prober itself may be cut off`,
    };
  return { doubtful: false, text: `${working} of ${all.length} regional verdicts are healthy` };
}

/** Regions of which nothing answers any more, Foundry or gateway, since about the time of the last of them. */
function silentTogether(verdicts: readonly RegionVerdict[]): readonly string[] {
  const silent = verdicts.filter(({ foundry, gateway }) => isSilent(foundry) && (gateway === null || isSilent(gateway)));
  const last = silent
    .map(({ foundry }) => foundry.since)
    .toSorted()
    .at(-1);
  return silent.flatMap(({ region, foundry }) =>
    last !== undefined && secondsBetween(foundry.since, last) <= TOGETHER_SECONDS ? [region] : [],
  );
}

function isSilent({ state, symptom }: Verdict): boolean {
  return state === "failing" && symptom === "noAnswer";
}
