/** From current and desired routing to steps, the fastest sufficient lever first; and the three-way view that tells drift from our own work. */
import type { Estate } from "./estate.ts";
import { backendName, type OriginRouting, type PoolMember, type PoolRouting, type Routing } from "./routing.ts";

export type Lever = "poolWeights" | "healthGate" | "originState";

export interface PlanStep {
  readonly lever: Lever;
  /** `gateway/pool`, a region's gate, or `edge/group/origin`. */
  readonly target: string;
  readonly change: string;
  /** Until the change is in force: propagation budget. */
  readonly budgetSeconds: number;
}

export function samePoolMembers(a: readonly PoolMember[], b: readonly PoolMember[]): boolean {
  return a.length === b.length && a.every((member, i) => sameMember(member, b[i]));
}

function sameMember(a: PoolMember, b: PoolMember | undefined): boolean {
  return b !== undefined && backendName(a.id) === backendName(b.id) && a.weight === b.weight && a.priority === b.priority;
}

/** The steps from `current` to `desired`. Front Door edits of one profile are one step each origin, in one write order. */
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

/** `foundry-eastus2 p1 w50, foundry-japaneast p2`: absent fields are left out. */
export function describeMembers(members: readonly PoolMember[]): string {
  return members
    .map(
      ({ id, priority, weight }) =>
        `${backendName(id)}${priority === undefined ? "" : ` p${priority}`}${weight === undefined ? "" : ` w${weight}`}`,
    )
    .join(", ");
}

export function findOrigin(origins: readonly OriginRouting[], wanted: OriginRouting): OriginRouting | undefined {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return origins.find((o) => o.edge === wanted.edge && same(o.group, wanted.group) && same(o.origin, wanted.origin));
}
