/** Dry run: what a runbook would do now, with its guards, capacity and time per lever. Changes nothing. */
import { desiredRouting, type HoldLimits } from "../domain/desired-routing.ts";
import { askGuards } from "../domain/decide.ts";
import type { GuardResult } from "../domain/guards.ts";
import { holdOf } from "../domain/hold.ts";
import type { Admission } from "../domain/admission.ts";
import { plan, type PlanStep } from "../domain/plan.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import type { Routing } from "../domain/routing.ts";
import { mayLeaveEdge, quotaPoolOf } from "../domain/topology.ts";
import type { Deps } from "../ports.ts";
import { inputOf } from "./decide-input.ts";
import { readMemory, readState } from "./memory.ts";
import { asRouting, readNormal } from "./normal-routing.ts";
import { wantedOf, type EvacuateRequest } from "./start-evacuation.ts";
import type { RestoreRequest } from "./start-restore.ts";

export interface RunPlan {
  readonly runbook: "evacuate" | "restore";
  readonly region: string;
  /** Deployments whose traffic would move; null = all of the region's. */
  readonly scope: readonly string[] | null;
  readonly wouldStart: boolean;
  readonly reason: string;
  /** Share [0–1] of its traffic that the region would carry at the end. */
  readonly share: number;
  /** Shares the run would walk through. */
  readonly ladder: readonly number[];
  readonly steps: readonly PlanStep[];
  readonly guards: readonly GuardResult[];
  readonly admission: Admission | null;
  /** Quota of the survivors' subscriptions and regions that no deployment holds yet: what a raised rate limit could draw on, in thousands of tokens per minute. */
  readonly unallocatedQuota: readonly { readonly region: string; readonly quota: string; readonly thousandTokensPerMinute: number }[];
  /** Until the slowest of the steps is in force. */
  readonly etaSeconds: number;
  /** What could not be read and is left out of the steps. */
  readonly gaps: readonly string[];
}

export async function planEvacuation(deps: Deps, request: EvacuateRequest, verdicts: readonly RegionVerdict[]): Promise<RunPlan> {
  const [memory, current] = await Promise.all([readMemory(deps), readCurrent(deps)]);
  const state = memory.state.value;
  const normal = await readNormal(deps, state.episode);
  const existing = holdOf(state, request.region);
  const wanted = wantedOf(request, existing);
  const { guards, admission, refusal, share } = askGuards(await inputOf(deps, memory, verdicts), wanted);
  const gatewaySick =
    verdicts.some((v) => v.region === request.region && v.gateway?.state === "failing") && mayLeaveEdge(deps.estate, request.region);
  const held: HoldLimits = {
    region: request.region,
    scope: wanted.scope,
    takers: admission.takers,
    share,
    origin: gatewaySick ? "disabled" : (existing?.origin ?? "enabled"),
  };
  const base = asRouting(normal) ?? current.routing;
  const desired = desiredRouting(deps.estate, base, [...state.holds.filter((hold) => hold.region !== request.region), held]).routing;
  const steps = plan(deps.estate, current.routing, desired, gatewaySick ? [{ region: request.region, state: "closed" }] : []);
  const gaps = [...current.gaps];
  const unallocatedQuota = await readUnallocatedQuota(deps, request.region, gaps);
  return {
    runbook: "evacuate",
    region: request.region,
    scope: wanted.scope,
    wouldStart: refusal === null,
    reason: refusal === null ? request.reason : `${refusal.code}: ${refusal.reason}`,
    share,
    ladder: request.mode === "ungraceful" ? [share] : [...deps.estate.evacuate.gracefulShares.filter((s) => s > share), share],
    steps,
    guards,
    admission,
    unallocatedQuota,
    etaSeconds: Math.max(0, ...steps.map((step) => step.budgetSeconds)),
    gaps,
  };
}

/** Quota names look like `OpenAI.Standard.gpt-4o` (azure-facts 4.2); one read for each survivor's subscription and region. */
async function readUnallocatedQuota(deps: Deps, leaving: string, gaps: string[]): Promise<RunPlan["unallocatedQuota"]> {
  const survivors = deps.estate.deployments.filter((deployment) => deployment.region !== leaving);
  const first = survivors.filter((deployment, i) => survivors.findIndex((other) => quotaPoolOf(other) === quotaPoolOf(deployment)) === i);
  const read = first.map(async (deployment) => {
    const usages = await deps.capacity.usages(deployment);
    if (!usages.ok) gaps.push(`quota of ${deployment.region}: ${usages.reason}`);
    const name = `OpenAI.${deployment.deploymentType}.${deployment.model.name}`.toLowerCase();
    const own = usages.ok ? usages.usages.filter((usage) => usage.name.toLowerCase() === name) : [];
    return own.map((usage) => ({ region: deployment.region, quota: usage.name, thousandTokensPerMinute: usage.limit - usage.allocated }));
  });
  return (await Promise.all(read)).flat();
}

export async function planRestore(deps: Deps, request: RestoreRequest): Promise<RunPlan> {
  const [{ value: state }, current] = await Promise.all([readState(deps), readCurrent(deps)]);
  const normal = await readNormal(deps, state.episode);
  const hold = holdOf(state, request.region);
  const others = state.holds.filter((other) => other.region !== request.region);
  const base = asRouting(normal) ?? current.routing;
  const steps =
    hold === undefined
      ? []
      : plan(
          deps.estate,
          current.routing,
          desiredRouting(deps.estate, base, others).routing,
          hold.gate === "closed" ? [{ region: request.region, state: "open" }] : [],
        );
  return {
    runbook: "restore",
    region: request.region,
    scope: hold?.scope ?? null,
    wouldStart: hold !== undefined,
    reason:
      hold === undefined
        ? `${request.region} is not held: there is nothing to restore`
        : `held at ${Math.round(hold.share * 100)} % since ${hold.since}`,
    share: 1,
    ladder: request.mode === "ungraceful" ? [1] : deps.estate.restore.gracefulShares.filter((share) => share > (hold?.share ?? 1)),
    steps,
    guards: [],
    admission: null,
    unallocatedQuota: [],
    etaSeconds: Math.max(0, ...steps.map((step) => step.budgetSeconds)),
    gaps: current.gaps,
  };
}

/** The routing ARM has now, as far as it can be read. */
export async function readCurrent(deps: Deps): Promise<{ routing: Routing; gaps: readonly string[] }> {
  const gaps: string[] = [];
  const pools = deps.estate.gateways.flatMap((gateway) =>
    gateway.pools.map(async (pool) => {
      const read = await deps.pools.read(gateway, pool.name);
      if (!read.ok) gaps.push(`${gateway.id}/${pool.name}: ${read.reason}`);
      return read.ok ? [{ gateway: gateway.id, pool: pool.name, members: read.members }] : [];
    }),
  );
  const edges = deps.estate.edges.map(async (edge) => {
    const read = await deps.edges.read(edge);
    if (!read.ok) gaps.push(`${edge.id}: ${read.reason}`);
    return read.ok ? read.origins : [];
  });
  return { routing: { pools: (await Promise.all(pools)).flat(), origins: (await Promise.all(edges)).flat() }, gaps };
}
