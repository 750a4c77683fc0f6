/** What the pure core decides from, out of the estate's rows. */
import type { DecideInput } from "../domain/decide.ts";
import { assessRegion, type DemandByDeployment, type RegionVerdict } from "../domain/region-verdict.ts";
import type { Deps } from "../ports.ts";
import { capacityOf } from "./evidence.ts";
import type { Knowledge, Memory } from "./memory.ts";
import { asRouting, readNormal } from "./normal-routing.ts";

export function decideInput(deps: Deps, memory: Memory, verdicts: readonly RegionVerdict[]): DecideInput {
  return {
    estate: deps.estate,
    state: memory.state.value,
    verdicts,
    capacity: capacityOf(memory),
    routing: memory.knowledge?.routing ?? null,
    convergence: memory.convergence,
    now: deps.clock.now().toISOString(),
  };
}

/** With the captured normal routing when nothing was ever read while nothing was held. */
export async function inputOf(deps: Deps, memory: Memory, verdicts: readonly RegionVerdict[]): Promise<DecideInput> {
  const input = decideInput(deps, memory, verdicts);
  return { ...input, routing: input.routing ?? asRouting(await readNormal(deps, memory.state.value.episode)) };
}

export function regionVerdicts(deps: Deps, { watch, knowledge }: Pick<Memory, "watch" | "knowledge">): readonly RegionVerdict[] {
  const now = deps.clock.now().toISOString();
  return deps.estate.regions.map((region) => assessRegion(deps.estate, region.name, watch.value.verdicts, knownDemand(knowledge), now));
}

export function knownDemand(knowledge: Knowledge | null): DemandByDeployment {
  const entries = Object.entries(knowledge?.capacity.demand ?? {});
  return Object.fromEntries(entries.flatMap(([id, tokens]) => (tokens === null ? [] : [[id, tokens]])));
}
