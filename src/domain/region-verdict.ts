/** A region's verdict: its deployments weighed by the traffic they carry, and its gateways apart from them. */
import type { Estate } from "./estate.ts";
import { deploymentsIn, gatewaysIn } from "./topology.ts";
import type { Symptom, Verdict, VerdictState } from "./verdict.ts";

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
  /** Those of them that fail real requests only, while their probes are fine. */
  readonly failingByTraffic: readonly string[];
  /** Deployments under pressure. */
  readonly pressured: readonly string[];
  /** How each deployment stands, and since when. */
  readonly deployments: Readonly<Record<string, Standing>>;
}

/** A deployment's verdict, as far as other regions' decisions ask for it. */
type Standing = Pick<Verdict, "state" | "since" | "lingers" | "wavers">;

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
  const deployments = deploymentsIn(estate, region).map((d) => d.id);
  const gateways = gatewaysIn(estate, region).map((g) => g.id);
  const unknown: Verdict = { state: "inconclusive", symptom: null, reason: "not probed yet", since: now };
  const parts = partsOf(deployments, sharesOf(deployments, demand), verdicts, unknown);
  const inState = (state: VerdictState): readonly string[] => deployments.filter((_, i) => parts[i]?.verdict.state === state);
  const failing = inState("failing");
  const gates = partsOf(gateways, sharesOf(gateways, {}), verdicts, unknown);
  return {
    region,
    failingShare: shareOf(parts, "failing"),
    failing,
    failingByTraffic: failing.filter((id) => verdicts[id]?.symptom === "traffic"),
    pressured: inState("pressured"),
    deployments: Object.fromEntries(deployments.map((id, i) => [id, standing(parts[i]?.verdict ?? unknown)])),
    foundry:
      parts.length === 0
        ? { state: "healthy", symptom: null, reason: "no deployment in this region", since: now }
        : combine(parts, estate.detection.regionFailingShare),
    gateway: gates.length === 0 ? null : combine(gates, 1),
  };
}

/** A target's verdict with its share [0–1] of the whole. */
interface Part {
  readonly verdict: Verdict;
  readonly share: number;
}

function standing({ state, since, lingers, wavers }: Verdict): Standing {
  // Of a thousand, nearly all do neither.
  if (lingers === undefined && wavers === undefined) return { state, since };
  return { state, since, ...(lingers === undefined ? {} : { lingers }), ...(wavers === undefined ? {} : { wavers }) };
}

function partsOf(ids: readonly string[], shares: readonly number[], verdicts: VerdictsByTarget, unknown: Verdict): readonly Part[] {
  return ids.map((id, i) => ({ verdict: verdicts[id] ?? unknown, share: shares[i] ?? 0 }));
}

/** A prober that is cut off from a region's deployments, which others reach, cannot tell of its gateways' silence either. */
export function doubtGateways(estate: Estate, verdicts: VerdictsByTarget): VerdictsByTarget {
  const cutOff = estate.regions.filter(({ name }) => {
    const own = deploymentsIn(estate, name).map(({ id }) => verdicts[id]);
    return own.some((verdict) => verdict?.symptom === "cutOff") && !own.some((verdict) => verdict?.state === "failing");
  });
  const doubtful = estate.gateways.filter(({ region }) => cutOff.some(({ name }) => name === region));
  const changed = doubtful.flatMap(({ id }) => {
    const verdict = verdicts[id];
    return verdict === undefined ? [] : [[id, doubted(verdict)] as const];
  });
  return { ...verdicts, ...Object.fromEntries(changed) };
}

function doubted(gateway: Verdict): Verdict {
  if (gateway.state !== "failing" || gateway.symptom !== "noAnswer") return gateway;
  return { ...gateway, state: "inconclusive", symptom: "cutOff", reason: `${gateway.reason}, but the prober is cut off from this region` };
}

export function trafficShares(deployments: readonly string[], demand: DemandByDeployment): Record<string, number> {
  const shares = sharesOf(deployments, demand);
  return Object.fromEntries(deployments.map((id, i) => [id, shares[i] ?? 0]));
}

/** Known demand decides; without any, every deployment counts the same. A deployment whose demand is unknown counts as the mean of the known. */
function sharesOf(deployments: readonly string[], demand: DemandByDeployment): readonly number[] {
  const all = deployments.map((id) => demand[id]);
  const known = all.filter((value) => value !== undefined);
  const mean = known.reduce((a, b) => a + b, 0) / (known.length || 1);
  const weights = all.map((value) => value ?? mean);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (sum === 0 ? 1 / weights.length : weight / sum));
}

function shareOf(parts: readonly Part[], state: VerdictState): number {
  return parts.reduce((sum, part) => (part.verdict.state === state ? sum + part.share : sum), 0);
}

/** The one that says most of what is wrong comes first. */
const SYMPTOMS: readonly (Symptom | null)[] = ["noAnswer", "errors", "partialFailure", "latency", "traffic", "cutOff", null];

/** Six sixths are not quite one. */
const ROUNDING = 1e-9;

/** Failing outweighs everything; a region is only healthy when nothing in it is worse. */
function combine(parts: readonly Part[], failingShare: number): Verdict {
  const all = parts.map((part) => part.verdict);
  for (const state of ["failing", "misconfigured", "inconclusive", "pressured"] as const) {
    const found = all.filter((verdict) => verdict.state === state);
    const worst = found.toSorted((a, b) => SYMPTOMS.indexOf(a.symptom) - SYMPTOMS.indexOf(b.symptom))[0];
    if (worst === undefined) continue;
    const share = shareOf(parts, state);
    // Some of it fails, but less than the share that condemns the region: nobody calls it healthy, and only those parts are left.
    const stated = state === "failing" && share + ROUNDING < failingShare ? "inconclusive" : state;
    const reason = `${Math.round(share * 100)} % of traffic ${state}: ${worst.reason}`;
    const lingers = state === "failing" && found.every((verdict) => verdict.lingers === true) ? { lingers: true as const } : {};
    return { state: stated, symptom: worst.symptom, reason, since: latest(found), ...lingers };
  }
  return { state: "healthy", symptom: null, reason: all.map((v) => v.reason).join("; "), since: latest(all) };
}

function latest(verdicts: readonly Verdict[]): string {
  return verdicts.reduce((last, { since }) => (since > last ? since : last), "");
}
