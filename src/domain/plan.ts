/** From current and desired routing to the steps between them, the fastest lever first: what a person is shown before a run. */
import type { Estate } from "./estate.ts";
import { describeMembers, findOrigin, samePoolMembers, type OriginRouting, type PoolRouting, type Routing } from "./routing.ts";

export type Lever = "poolWeights" | "healthGate" | "originState";

export interface PlanStep {
  readonly lever: Lever;
  /** `gateway/pool`, a region's gate, or `edge/group/origin`. */
  readonly target: string;
  readonly change: string;
  /** Until the change is in force: propagation budget. */
  readonly budgetSeconds: number;
}

/** One step for each pool, gate and origin that differs. Origins of one profile are written together all the same. */
export function plan(
  estate: Estate,
  current: Routing,
  desired: Routing,
  gates: readonly { region: string; state: "open" | "closed" }[],
): readonly PlanStep[] {
  const pools = desired.pools.flatMap((pool) => {
    const now = current.pools.find((p) => p.gateway === pool.gateway && p.pool === pool.pool);
    return now === undefined || samePoolMembers(now.members, pool.members) ? [] : [poolStep(estate, now, pool)];
  });
  const gateSteps = gates.map((gate) => ({
    lever: "healthGate" as const,
    target: gate.region,
    change: gate.state === "closed" ? "answer 503 to the edge's probes" : "answer 200 to the edge's probes",
    budgetSeconds: GATE_BUDGET_SECONDS,
  }));
  const origins = desired.origins.flatMap((origin) => {
    const now = findOrigin(current.origins, origin);
    return now === undefined || now.enabled === origin.enabled ? [] : [originStep(estate, origin)];
  });
  return [...pools, ...gateSteps, ...origins];
}

/** Front Door takes an unhealthy origin out within interval × samples: 30 s × 3 (azure-facts 2.3). */
const GATE_BUDGET_SECONDS = 90;

function poolStep(estate: Estate, from: PoolRouting, to: PoolRouting): PlanStep {
  return {
    lever: "poolWeights",
    target: `${to.gateway}/${to.pool}`,
    change: `${describeMembers(from.members)} → ${describeMembers(to.members)}`,
    budgetSeconds: estate.evacuate.poolBudgetSeconds,
  };
}

function originStep(estate: Estate, origin: OriginRouting): PlanStep {
  return {
    lever: "originState",
    target: `${origin.edge}/${origin.group}/${origin.origin}`,
    change: origin.enabled ? "Disabled → Enabled" : "Enabled → Disabled",
    budgetSeconds: estate.evacuate.originBudgetSeconds,
  };
}
