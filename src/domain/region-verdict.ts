/** A region's verdict: its deployments weighed by the traffic they carry, and its gateways apart from them. */
import type { Estate } from "./estate.ts";
import type { Verdict, VerdictState } from "./verdict.ts";

export interface RegionVerdict {
  readonly region: string;
  /** The region's Foundry deployments together; `healthy` when it has none. */
  readonly foundry: Verdict;
  /** The region's gateways together; null when it has none. */
  readonly gateway: Verdict | null;
  /** Share [0–1] of the region's traffic on deployments that are failing. */
  readonly failingShare: number;
  /** Deployments that are failing, whatever their share: what an evacuation of less than the region would move. */
  readonly failing: readonly string[];
  /** Deployments under pressure. */
  readonly pressured: readonly string[];
}

export type VerdictsByTarget = Readonly<Record<string, Verdict>>;
/** Tokens per minute by deployment id; a deployment that is missing has no known demand. */
export type DemandByDeployment = Readonly<Record<string, number>>;

export function assessRegion(
  estate: Estate,
  region: string,
  verdicts: VerdictsByTarget,
  demand: DemandByDeployment,
  now: string,
): RegionVerdict {
  const deployments = estate.deployments.filter((d) => d.region === region).map((d) => d.id);
  const gateways = estate.gateways.filter((g) => g.region === region).map((g) => g.id);
  const shares = trafficShares(deployments, demand);
  const shareOf = (state: VerdictState): number =>
    deployments.reduce((sum, id) => (verdicts[id]?.state === state ? sum + (shares[id] ?? 0) : sum), 0);
  const unknown: Verdict = { state: "inconclusive", reason: "not probed yet", since: now };
  return {
    region,
    failingShare: shareOf("failing"),
    foundry:
      deployments.length === 0
        ? { state: "healthy", reason: "no deployment in this region", since: now }
        : combine(
            deployments.map((id) => verdicts[id] ?? unknown),
            shareOf,
            estate.detection.regionFailingShare,
          ),
    gateway:
      gateways.length === 0
        ? null
        : combine(
            gateways.map((id) => verdicts[id] ?? unknown),
            equalShares(gateways, verdicts),
            1,
          ),
  };
}

/** Known demand decides; without any, every deployment counts the same. A deployment whose demand is unknown counts as the mean of the known. */
export function trafficShares(deployments: readonly string[], demand: DemandByDeployment): Record<string, number> {
  const known = deployments.flatMap((id) => (demand[id] === undefined ? [] : [demand[id]]));
  const mean = known.reduce((a, b) => a + b, 0) / (known.length || 1);
  const weights = deployments.map((id) => demand[id] ?? mean);
  const sum = weights.reduce((a, b) => a + b, 0);
  return Object.fromEntries(deployments.map((id, i) => [id, sum === 0 ? 1 / deployments.length : (weights[i] ?? 0) / sum]));
}

function equalShares(ids: readonly string[], verdicts: VerdictsByTarget): (state: VerdictState) => number {
  return (state) => ids.filter((id) => verdicts[id]?.state === state).length / ids.length;
}

/** Failing outweighs everything; a region is only healthy when nothing in it is worse. */
function combine(all: readonly Verdict[], shareOf: (state: VerdictState) => number, failingShare: number): Verdict {
  const percent = (state: VerdictState): string => `${Math.round(shareOf(state) * 100)} % of traffic ${state}`;
  const latest = (state: VerdictState): string =>
    all
      .filter((v) => v.state === state)
      .map((v) => v.since)
      .sort()
      .at(-1) ?? "";
  const example = (state: VerdictState): string => all.find((v) => v.state === state)?.reason ?? "";
  if (shareOf("failing") >= failingShare)
    return { state: "failing", reason: `${percent("failing")}: ${example("failing")}`, since: latest("failing") };
  for (const state of ["failing", "misconfigured", "inconclusive", "pressured"] as const) {
    if (!all.some((v) => v.state === state)) continue;
    // Some of it fails, but less than the share that condemns the region: nobody acts on it, and nobody calls it healthy.
    const stated = state === "failing" ? "inconclusive" : state;
    return { state: stated, reason: `${percent(state)}: ${example(state)}`, since: latest(state) };
  }
  return { state: "healthy", reason: all.map((v) => v.reason).join("; "), since: latest("healthy") };
}
