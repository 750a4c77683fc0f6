/** The pure core over 1,000 targets with full evidence: every verdict, 30 regions, every decision. */
import { performance } from "node:perf_hooks";
import { packRouting, unpackRouting } from "../src/activities/routing-row.ts";
import { decide } from "../src/domain/decide.ts";
import type { DemandByDeployment, VerdictsByTarget } from "../src/domain/region-verdict.ts";
import { assessRegion } from "../src/domain/region-verdict.ts";
import type { Estate } from "../src/domain/estate.ts";
import { EMPTY_STATE } from "../src/domain/hold.ts";
import type { Observation, Sample } from "../src/domain/observation.ts";
import type { Routing } from "../src/domain/routing.ts";
import { judgeTarget, type Evidence, type Verdict } from "../src/domain/verdict.ts";
import { largeEstate } from "./estate.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");
const WARM_UP = 30;
const MOST_RUNS = 200;
const MOST_NEW_RUNS = 20;
/** A slow machine gets fewer runs. */
const MOST_MILLISECONDS = 5000;

export interface MeasuredDecision {
  readonly runs: number;
  /** The least disturbed by whatever else the machine does. */
  readonly fastestMilliseconds: number;
  readonly medianMilliseconds: number;
  readonly p95Milliseconds: number;
  /** The median of the first decisions over a routing that was just read: once in a quarter of an hour, in each process. */
  readonly newRoutingMilliseconds: number;
  /** Of one decision, the mean, garbage collection included: others on the machine lengthen it little. */
  readonly cpuMilliseconds: number;
  /** `none 28, evacuate 1, refuse 1`. */
  readonly decisions: string;
}

/** With Foundry of that many regions down. */
export function measureDecision(failingRegions: number): MeasuredDecision {
  const estate = inMode(largeEstate());
  const failing = new Set(estate.regions.slice(0, failingRegions).map(({ name }) => name));
  const run = prepare(estate, failing);
  const row = packRouting(normalRouting(estate));
  const routing = unpackRouting(row);
  for (let index = 0; index < WARM_UP; index += 1) run(routing);
  const before = process.cpuUsage();
  const times = timesOf(MOST_RUNS, () => routing, run);
  const { user } = process.cpuUsage(before);
  return {
    cpuMilliseconds: user / 1000 / times.length,
    runs: times.length,
    fastestMilliseconds: times[0] ?? Number.NaN,
    medianMilliseconds: medianOf(times),
    p95Milliseconds: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
    newRoutingMilliseconds: medianOf(timesOf(MOST_NEW_RUNS, () => unpackRouting(row), run)),
    decisions: tally(run(routing).map(({ action }) => action)),
  };
}

/** Shortest first. */
function timesOf(most: number, routing: () => Routing, run: (routing: Routing) => unknown): readonly number[] {
  const times: number[] = [];
  const end = performance.now() + MOST_MILLISECONDS;
  while (times.length < most && performance.now() < end) {
    const given = routing();
    const begun = performance.now();
    run(given);
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b);
}

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function tally(actions: readonly string[]): string {
  return [...new Set(actions)].map((action) => `${action} ${actions.filter((other) => other === action).length}`).join(", ");
}

function inMode(estate: Estate): Estate {
  return { ...estate, safety: { ...estate.safety, mode: "auto" } };
}

function prepare(estate: Estate, failing: ReadonlySet<string>): (routing: Routing) => ReturnType<typeof decide> {
  const now = iso(0);
  const deployments = new Set(estate.deployments.map(({ id }) => id));
  const targets = [...estate.deployments, ...estate.gateways].map(({ id, region }, index) => ({
    id,
    evidence: evidence(estate, { id, region, spreadSeconds: (index % SPREAD) / 1000 }, deployments.has(id) && failing.has(region)),
  }));
  const before: Verdict = { state: "healthy", symptom: null, reason: "", since: iso(600) };
  const demand: DemandByDeployment = Object.fromEntries(estate.deployments.map(({ id }) => [id, 200_000]));
  const capacity = { limits: {}, demand, measuredAt: iso(60), usual: {}, limiter: {} };
  return (routing) => {
    const verdicts: Record<string, Verdict> = {};
    for (const { id, evidence } of targets) {
      verdicts[id] = judgeTarget(evidence, before, estate.detection, now);
    }
    const regions = regionsOf(estate, verdicts, demand, now);
    // Capacity is read anew for every decision: nothing may be remembered of it. The routing is the same object until its row changes.
    return decide({ estate, state: EMPTY_STATE, verdicts: regions, capacity: { ...capacity }, routing, convergence: null, now });
  };
}

function regionsOf(
  estate: Estate,
  verdicts: VerdictsByTarget,
  demand: DemandByDeployment,
  now: string,
): readonly ReturnType<typeof assessRegion>[] {
  return estate.regions.map(({ name }) => assessRegion(estate, name, verdicts, demand, now));
}

/** The probes of a round start within so many milliseconds. */
const SPREAD = 200;

interface Probed {
  readonly id: string;
  readonly region: string;
  readonly spreadSeconds: number;
}

/** Whole windows of probes and witnesses, and minutes from two sources. */
function evidence({ detection }: Estate, { id: target, region, spreadSeconds }: Probed, isFailing: boolean): Evidence {
  const observation = (secondsAgo: number): Observation => ({
    target,
    kind: "deployment",
    region,
    at: iso(secondsAgo + spreadSeconds),
    latencyMilliseconds: 800,
    ...(isFailing
      ? { outcome: "failed", errorClass: "serverError", statusCode: 503, detail: "503 Service Unavailable" }
      : { outcome: "ok", statusCode: 200, detail: "200", remainingTokens: 500_000, limitTokens: 800_000 }),
  });
  const minute = (ago: number, requests: number): Sample => ({
    at: iso(ago * 60),
    requests,
    failed: isFailing ? requests : 0,
    throttled: 0,
    slow: 0,
    latencyMilliseconds: 800,
    utilisationPercent: null,
  });
  const back = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => count - index);
  return {
    probes: back(detection.window).map((index) => observation(index * 3)),
    witnesses: back(detection.witnessProbes).map((index) => ({ ...observation(index * 3), via: "apim-region30" })),
    samples: {
      probe: back(detection.graySeconds / 60).map((ago) => minute(ago, 5)),
      metrics: back(8).map((ago) => minute(ago + 2, 200)),
    },
  };
}

function normalRouting({ gateways, edges }: Estate): Routing {
  return {
    pools: gateways.flatMap((gateway) =>
      gateway.pools.map((pool) => ({
        gateway: gateway.id,
        pool: pool.name,
        members: pool.members.map(({ backend }) => ({ id: backend, priority: 1, weight: 50 })),
      })),
    ),
    origins: edges.flatMap((edge) => edge.origins.map(({ group, name }) => ({ edge: edge.id, group, origin: name, enabled: true }))),
  };
}

function iso(secondsAgo: number): string {
  return new Date(NOW - secondsAgo * 1000).toISOString();
}
