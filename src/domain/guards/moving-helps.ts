/** Moving traffic mends nothing when what is wrong is everywhere, moves along, or lies in a quota that the others share. */
import type { Capacity } from "../capacity.ts";
import { headroom } from "../capacity.ts";
import type { Deployment } from "../estate.ts";
import { leave } from "../handover.ts";
import type { RegionVerdict } from "../region-verdict.ts";
import { secondsBetween } from "../time.ts";
import { edgePeers, quotaPoolOf, routingScopeOf } from "../topology.ts";
import type { Symptom } from "../verdict.ts";
import { names, passed, refused, ROUTING_UNKNOWN, type Climb, type Finding } from "./rung.ts";

type Obstacle = (climb: Climb, takers: readonly Deployment[]) => string | null;

/** In order of what a person would want to read first. */
const OBSTACLES: readonly Obstacle[] = [proberRefused, sameFaultEverywhere, followsTraffic, onlyTrafficFails, sharedQuota, routedByAzure];

export function willMovingHelp(climb: Climb): Finding {
  const { handovers, region, share } = climb;
  if (share >= 1) return gatewaysHelp(climb);
  if (handovers === null) return refused(ROUTING_UNKNOWN);
  const takers = [...new Set(handovers.map(({ to }) => to))];
  if (takers.length === 0) return refused(`nothing can be moved: nobody else takes over what ${region} serves`);
  const obstacle = OBSTACLES.map((find) => find(climb, takers)).find((text) => text !== null);
  return obstacle === undefined
    ? passed(`${takers.length} deployments can take over: ${names(takers.map(({ id }) => id))}`)
    : refused(obstacle);
}

function gatewaysHelp({ estate, region, verdicts }: Climb): Finding {
  const peers = [...new Set(edgePeers(estate, region).map((gateway) => gateway.region))];
  const working = peers.filter((peer) => verdicts.find((v) => v.region === peer)?.gateway?.state === "healthy");
  if (peers.length === 0) return refused(`no other gateway stands behind the same edge as that of ${region}`);
  if (working.length === 0) return refused(`the same fault everywhere: none of the gateways of ${names(peers)} is healthy`);
  return passed(`the gateways of ${names(working)} are healthy`);
}

/** 401, 403, 404 and content filters: the clients' credentials, names and words go with them. */
function proberRefused({ verdict, region, initiator }: Climb): string | null {
  if (initiator === "manual" || verdict?.foundry.state !== "misconfigured") return null;
  return `${region} refuses the prober (${verdict.foundry.reason}): that is not mended by moving`;
}

type Health = "works" | "wavering" | "failing" | "pressured" | "unknown";

/** Of deployments, by the verdicts of their regions. */
function healthBy(verdicts: readonly RegionVerdict[]): (deployment: Deployment) => Health {
  const byRegion = new Map(verdicts.map((verdict) => [verdict.region, verdict.deployments]));
  return ({ id, region }) => healthOf(byRegion.get(region)?.[id]);
}

function healthOf(standing: RegionVerdict["deployments"][string] | undefined): Health {
  const state = standing?.state;
  if (state === "healthy") return standing?.wavers === true ? "wavering" : "works";
  return state === "failing" || state === "pressured" ? state : "unknown";
}

function sameFaultEverywhere(climb: Climb, takers: readonly Deployment[]): string | null {
  const health = takers.map(healthBy(climb.verdicts));
  if (health.includes("works")) return null;
  const wavering = takers.filter((_, i) => health[i] === "wavering");
  if (wavering.length > 0) return mayHaveBegunThere(climb, wavering);
  const count = (wanted: Health): number => health.filter((found) => found === wanted).length;
  const all = takers.length;
  if (count("unknown") === all) return `none of the ${all} deployments that would take over could be measured`;
  return `the same fault everywhere: of ${all} deployments that would take over ${count("failing")} are failing, ${count("pressured")} pressured, ${count("unknown")} not measured`;
}

const GRAY: readonly (Symptom | null)[] = ["latency", "partialFailure"];

/** What took minutes to be found here has a verdict there too after as many, if it is the same: a blip keeps nobody for longer. */
function mayHaveBegunThere({ estate, verdict, initiator, now }: Climb, wavering: readonly Deployment[]): string | null {
  if (verdict === undefined || initiator === "manual" || !GRAY.includes(verdict.foundry.symptom)) return null;
  const { graySeconds } = estate.detection;
  const left = Math.round(graySeconds - secondsBetween(verdict.foundry.since, now));
  if (left <= 0) return null;
  return `it may have begun where it would go: in the last minutes a probe of ${names(wavering.map(({ id }) => id))} failed or was slow; ${left} s are left to show whether it is the same`;
}

/** A region that took over from another and now fails only real requests, or some of them, has most likely been handed the fault. */
function followsTraffic({ estate, state, region, verdict, routing }: Climb): string | null {
  if (verdict === undefined || routing === null) return null;
  const { symptom, since } = verdict.foundry;
  if (symptom !== "traffic" && symptom !== "partialFailure") return null;
  const source = state.holds.find((hold) => {
    const after = secondsBetween(hold.since, since);
    if (hold.region === region || hold.share === 1 || after < 0 || after > estate.safety.followSeconds) return false;
    const others = state.holds.filter((other) => other !== hold && other.region !== region);
    return leave(estate, routing, others, { ...hold, share: 0 }).handovers.some(({ to }) => to.region === region);
  });
  if (source === undefined) return null;
  const seconds = Math.round(secondsBetween(source.since, since));
  return `the fault follows the traffic: ${region} took over from ${source.region}, and ${seconds} s later began to fail (${symptom})`;
}

/** What fails real requests and no probe may lie in the requests: a wrong evacuation would carry it along, so a person must look. */
function onlyTrafficFails({ verdict, initiator, scope }: Climb): string | null {
  if (verdict === undefined || initiator === "manual") return null;
  const failing = verdict.failing.filter((id) => scope?.includes(id) !== false);
  if (failing.length === 0 || !failing.every((id) => verdict.failingByTraffic.includes(id))) return null;
  return `only real requests fail, every probe of ${names(failing)} is fine: the fault may be in the requests and would go with them`;
}

/** Of a quota that is used up, the others have no more than what is left. */
function sharedQuota({ estate, capacity, verdict, handovers }: Climb, takers: readonly Deployment[]): string | null {
  const sources = [...new Set((handovers ?? []).map(({ from }) => from))];
  const keys = new Set(sources.map(quotaPoolOf));
  if (!takers.every((taker) => keys.has(quotaPoolOf(taker)))) return null;
  const exhausted = sources.some(({ id }) => verdict?.pressured.includes(id)) || takers.every((taker) => isFull(estate, taker, capacity));
  return exhausted ? `everybody who would take over draws on the same exhausted quota (${names([...keys])})` : null;
}

function isFull(estate: Climb["estate"], deployment: Deployment, capacity: Capacity): boolean {
  return headroom(estate, deployment, capacity) === 0;
}

/** Azure routes requests of global and data-zone deployments itself: what impairs one of them is likely to impair its siblings. */
function routedByAzure({ verdicts, handovers }: Climb, takers: readonly Deployment[]): string | null {
  const models = new Set((handovers ?? []).map(({ from }) => from.model.name));
  if (takers.some((taker) => routingScopeOf(taker) === "region" || !models.has(taker.model.name))) return null;
  const health = healthBy(verdicts);
  const impaired = takers.filter((taker) => ["failing", "pressured"].includes(health(taker)));
  if (impaired.length === 0) return null;
  return `only global or data-zone deployments could take over, which Azure routes itself, and ${names(impaired.map(({ id }) => id))} is impaired too`;
}
