/** Everything at one glance: verdicts, headroom, holds, what routing should be and how each written thing stands. */
import { quotaPools, type QuotaPool } from "../domain/capacity.ts";
import { decide } from "../domain/decide.ts";
import { desiredRouting } from "../domain/desired-routing.ts";
import type { Mode } from "../domain/estate.ts";
import type { Approval, EstateState } from "../domain/hold.ts";
import { gateState } from "../domain/hold.ts";
import { modeOf } from "../domain/mode.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import { describeMembers } from "../domain/routing.ts";
import type { Converged } from "../domain/run.ts";
import { RUNBOOKS, type Runbook } from "../domain/runbook.ts";
import { secondsBetween } from "../domain/time.ts";
import type { Deps } from "../ports.ts";
import { decideInput, regionVerdicts } from "./decide-input.ts";
import { capacityOf } from "./evidence.ts";
import { readMemory, type Memory } from "./memory.ts";
import { asRouting, readNormal } from "./normal-routing.ts";
import { signalsStatus, targetStatus, type SignalsStatus, type TargetStatus } from "./status-signals.ts";

export interface Status {
  readonly at: string;
  readonly estate: string;
  readonly mode: Mode;
  /** In force for each runbook. */
  readonly modes: Readonly<Record<Runbook, Mode>>;
  readonly killSwitch: EstateState["killSwitch"];
  readonly episode: string | null;
  /** Age of the last probe round; null = there was none. Older than a few intervals means the timer does not run. */
  readonly roundAgeSeconds: number | null;
  readonly regions: readonly RegionStatus[];
  readonly targets: readonly TargetStatus[];
  readonly signals: SignalsStatus;
  readonly holds: EstateState["holds"];
  /** Runs that wait for a person. */
  readonly approvals: readonly (Pick<Approval, "until" | "default"> & { readonly run: string; readonly region: string })[];
  readonly quotaPools: readonly QuotaPool[];
  readonly desired: readonly { readonly pool: string; readonly members: string }[];
  readonly converged: readonly Converged[];
  readonly owed: readonly Converged[];
  readonly drift: readonly Converged[];
  /** Knowledge that could not be read. */
  readonly gaps: readonly string[];
}

interface RegionStatus extends RegionVerdict {
  readonly gate: "open" | "closed";
  readonly decision: string;
  /** Deployments that the decision is about; null = all of the region's. */
  readonly scope: readonly string[] | null;
  readonly reason: string;
}

export async function readStatus(deps: Deps): Promise<Status> {
  const memory = await readMemory(deps);
  const state = memory.state.value;
  const at = deps.clock.now().toISOString();
  const { roundAt } = memory.watch.value;
  const items = memory.convergence?.items ?? [];
  return {
    at,
    estate: deps.estate.name,
    mode: deps.estate.safety.mode,
    modes: { evacuate: modeOf(deps.estate, RUNBOOKS[0]), restore: modeOf(deps.estate, RUNBOOKS[1]) },
    killSwitch: state.killSwitch,
    episode: state.episode,
    roundAgeSeconds: roundAt === null ? null : Math.round(secondsBetween(roundAt, at)),
    regions: regionStatus(deps, memory),
    targets: targetStatus(deps.estate, memory, at),
    signals: signalsStatus(deps.estate, memory, at),
    holds: state.holds,
    approvals: approvalsOf(state),
    quotaPools: quotaPools(deps.estate, capacityOf(memory)),
    desired: await desiredPools(deps, memory),
    converged: items,
    owed: items.filter((item) => item.state === "owed"),
    drift: items.filter((item) => item.state === "drift"),
    gaps: memory.knowledge?.gaps ?? ["nothing was read yet"],
  };
}

function regionStatus(deps: Deps, memory: Memory): readonly RegionStatus[] {
  const verdicts = regionVerdicts(deps, memory);
  const decisions = decide(decideInput(deps, memory, verdicts));
  return verdicts.map((verdict) => {
    const decision = decisions.find(({ region }) => region === verdict.region);
    return {
      ...verdict,
      gate: gateState(memory.state.value, verdict.region),
      decision: decision?.action ?? "none",
      scope: decision?.scope ?? null,
      reason: decision?.reason ?? "",
    };
  });
}

function approvalsOf({ holds }: EstateState): Status["approvals"] {
  return holds.flatMap(({ approval, owner, region }) =>
    approval?.state === "pending" ? [{ run: owner, region, until: approval.until, default: approval.default }] : [],
  );
}

async function desiredPools(deps: Deps, { state, knowledge }: Memory): Promise<Status["desired"]> {
  const normal = asRouting(await readNormal(deps, state.value.episode));
  const routing = normal ?? knowledge?.routing ?? { pools: [], origins: [] };
  return desiredRouting(deps.estate, routing, state.value.holds).routing.pools.map((p) => ({
    pool: `${p.gateway}/${p.pool}`,
    members: describeMembers(p.members),
  }));
}
