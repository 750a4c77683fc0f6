/** Why a region is, or is not, evacuated now: everything that the pure core explains it from. */
import { explain, type Explanation, type TargetExplanation } from "../domain/explain.ts";
import { trafficShares } from "../domain/region-verdict.ts";
import { assessTarget } from "../domain/verdict.ts";
import type { Deps } from "../ports.ts";
import { inputOf, knownDemand, regionVerdicts } from "./decide-input.ts";
import { evidenceOf } from "./evidence.ts";
import { readMemory, type Memory } from "./memory.ts";
import { readCurrent } from "./plan-run.ts";
import { raised } from "./suspicions.ts";

export async function explainRegion(deps: Deps, region: string): Promise<Explanation> {
  const [memory, current] = await Promise.all([readMemory(deps), readCurrent(deps)]);
  const input = await inputOf(deps, memory, regionVerdicts(deps, memory));
  const targets = explainTargets(deps, memory, region);
  const ids = new Set(targets.map(({ target }) => target));
  const suspicions = raised(memory.suspicions).filter((suspicion) => suspicion.targets.some((target) => ids.has(target)));
  return explain({ ...input, region, targets, suspicions, current: current.routing });
}

/** Asked again without news, a target's assessment is the one that its last round made. */
function explainTargets(deps: Deps, memory: Memory, region: string): readonly TargetExplanation[] {
  const { estate } = deps;
  const now = deps.clock.now().toISOString();
  const watch = memory.watch.value;
  const deployments = estate.deployments.filter((deployment) => deployment.region === region).map(({ id }) => id);
  const gateways = estate.gateways.filter((gateway) => gateway.region === region).map(({ id }) => id);
  const shares = trafficShares(deployments, knownDemand(memory.knowledge));
  return [...deployments, ...gateways].map((target) => {
    const { trace, ...verdict } = assessTarget(
      evidenceOf(estate.detection, watch, memory, target, now),
      watch.verdicts[target],
      estate.detection,
      now,
    );
    return { target, verdict, trace, trafficShare: shares[target] ?? null };
  });
}
