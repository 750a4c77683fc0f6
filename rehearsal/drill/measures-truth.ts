/** Automatic evacuations before the judge: was what they moved truly impaired, and did moving help? */
import type { Estate } from "../../src/domain/estate.ts";
import { type Moved, evidenceMilliseconds, evidenceShare } from "./impairment.ts";
import type { DrillLog, RunStarted } from "./drill-log.ts";

export interface FalseEvacuation {
  readonly at: number;
  readonly region: string;
  /** True failure share of the calls of what was moved, the worst minute that could have been evidence. */
  readonly failureShare: number;
  readonly reason: "healthy" | "survivors fail alike" | "the fault follows the traffic";
}

/**
 * Automatic evacuations of what was not impaired: its true failure share, now and over every minute that ends within the evidence
 * window before the start, is below `impairedAt`; or that of everybody who could take over is not.
 */
export function falseEvacuations(log: DrillLog, impairedAt: number): readonly FalseEvacuation[] {
  return log.runs.filter((run) => run.automatic && run.runbook === "evacuate").flatMap((run) => judge(log, impairedAt, run));
}

function judge(log: DrillLog, impairedAt: number, { at, region, scope }: RunStarted): readonly FalseEvacuation[] {
  const failureShare = evidenceShare(log, { region, scope }, at);
  const found = { at, region, failureShare };
  if (failureShare < impairedAt) return [{ ...found, reason: clientsFailed(log, at) ? "the fault follows the traffic" : "healthy" }];
  const takers = takersOf(log.estate, { region, scope });
  if (takers.length > 0 && takers.every((taker) => evidenceShare(log, taker, at) >= impairedAt)) {
    return [{ ...found, reason: "survivors fail alike" }];
  }
  return [];
}

/** For a region the others with deployments; for some of its deployments those of other regions that share a pool with them. */
function takersOf(estate: Estate, { region, scope }: Moved): readonly Moved[] {
  const others = estate.deployments.filter((deployment) => deployment.region !== region);
  if (scope === null) return [...new Set(others.map((deployment) => deployment.region))].map((name) => ({ region: name, scope: null }));
  const pools = estate.gateways.flatMap((gateway) => gateway.pools.map(({ members }) => members.map(({ deployment }) => deployment)));
  const shared = new Set(pools.filter((members) => members.some((id) => scope.includes(id))).flat());
  return others.filter(({ id }) => shared.has(id)).map((deployment) => ({ region: deployment.region, scope: [deployment.id] }));
}

/** Then and not long before, so that its failures may have been taken for the region's. Metrics tell minutes later. */
function clientsFailed({ faults, estate }: DrillLog, at: number): boolean {
  const since = at - evidenceMilliseconds(estate) - estate.detection.graySeconds * 1000;
  return faults.some(({ effects, startsAt, endsAt }) => startsAt <= at && endsAt > since && effects.some(({ kind }) => kind === "clients"));
}
