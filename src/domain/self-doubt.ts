/** When everything fails at once, or next to nothing can be measured, the prober is a likelier culprit than Azure. */
import type { Estate } from "./estate.ts";
import type { RegionVerdict } from "./region-verdict.ts";

/** Below this share of measured verdicts, the prober says too little about too much. */
const LEAST_MEASURED = 0.34;

export function doubt(estate: Estate, verdicts: readonly RegionVerdict[]): { readonly doubtful: boolean; readonly text: string } {
  const withFoundry = new Set(estate.deployments.map((deployment) => deployment.region));
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
  return { doubtful: false, text: `${working} of ${all.length} regional verdicts are healthy` };
}
