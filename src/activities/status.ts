/** Everything at one glance: verdicts, headroom, holds, what routing should be and how each written thing stands. */
import { quotaPools, UNKNOWN_CAPACITY, type QuotaPool } from "../domain/capacity.ts";
import type { EstateState } from "../domain/hold.ts";
import { gateState } from "../domain/hold.ts";
import type { Mode } from "../domain/estate.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import { desiredRouting } from "../domain/desired-routing.ts";
import { describeMembers } from "../domain/routing.ts";
import type { Converged } from "../domain/run.ts";
import { secondsBetween } from "../domain/time.ts";
import type { VerdictState } from "../domain/verdict.ts";
import type { Deps } from "../ports.ts";
import { decideAll, regionVerdicts } from "./evaluate.ts";
import { readMemory } from "./memory.ts";
import { asRouting, readNormal } from "./normal-routing.ts";

export interface Status {
  readonly at: string;
  readonly estate: string;
  readonly mode: Mode;
  readonly killSwitch: EstateState["killSwitch"];
  readonly episode: string | null;
  /** Age of the last probe round; null = there was none. Older than a few intervals means the timer does not run. */
  readonly roundAgeSeconds: number | null;
  readonly regions: readonly (RegionVerdict & { readonly gate: "open" | "closed"; readonly decision: string; readonly reason: string })[];
  readonly targets: readonly { readonly target: string; readonly state: VerdictState; readonly reason: string; readonly since: string }[];
  readonly holds: EstateState["holds"];
  readonly quotaPools: readonly QuotaPool[];
  readonly desired: readonly { readonly pool: string; readonly members: string }[];
  readonly converged: readonly Converged[];
  readonly owed: readonly Converged[];
  readonly drift: readonly Converged[];
  /** Knowledge that could not be read. */
  readonly gaps: readonly string[];
}

export async function readStatus(deps: Deps): Promise<Status> {
  const { state, watch, knowledge, convergence } = await readMemory(deps);
  const normal = await readNormal(deps, state.episode);
  const at = deps.clock.now().toISOString();
  const verdicts = regionVerdicts(deps, watch.value, knowledge);
  const decisions = decideAll(deps, state, verdicts, knowledge);
  const routing = asRouting(normal) ?? knowledge?.routing ?? { pools: [], origins: [] };
  const items = convergence?.items ?? [];
  return {
    at,
    estate: deps.estate.name,
    mode: deps.estate.safety.mode,
    killSwitch: state.killSwitch,
    episode: state.episode,
    roundAgeSeconds: watch.value.roundAt === null ? null : Math.round(secondsBetween(watch.value.roundAt, at)),
    regions: verdicts.map((verdict, i) => ({
      ...verdict,
      gate: gateState(state, verdict.region),
      decision: decisions[i]?.action ?? "none",
      reason: decisions[i]?.reason ?? "",
    })),
    targets: Object.entries(watch.value.verdicts).map(([target, verdict]) => ({
      target,
      state: verdict.state,
      reason: verdict.reason,
      since: verdict.since,
    })),
    holds: state.holds,
    quotaPools: quotaPools(deps.estate, knowledge?.capacity ?? UNKNOWN_CAPACITY),
    desired: desiredRouting(deps.estate, routing, state.holds).routing.pools.map((p) => ({
      pool: `${p.gateway}/${p.pool}`,
      members: describeMembers(p.members),
    })),
    converged: items,
    owed: items.filter((item) => item.state === "owed"),
    drift: items.filter((item) => item.state === "drift"),
    gaps: knowledge?.gaps ?? ["nothing was read yet"],
  };
}
