import type { DataPlaneFault, FaultAnswer } from "../world.ts";
import { draw } from "./random.ts";

/** What the active faults do to one call of a deployment. */
export interface DeploymentEffect {
  readonly answer: FaultAnswer | undefined;
  readonly addMilliseconds: number;
  readonly quotaFactor: number;
}

export interface ActiveFaults {
  start(id: string, fault: DataPlaneFault): void;
  end(id: string): void;
  /** `keys` name the call: whether it meets a partial fault depends on them alone. */
  onDeployment(deployment: string, keys: readonly number[]): DeploymentEffect;
  onGateway(gateway: string): FaultAnswer | undefined;
}

const NO_EFFECT: DeploymentEffect = { answer: undefined, addMilliseconds: 0, quotaFactor: 1 };

export function createFaults(seed: number): ActiveFaults {
  const active = new Map<string, DataPlaneFault>();
  return {
    start: (id, fault) => void active.set(id, fault),
    end: (id) => void active.delete(id),
    onDeployment(deployment, keys) {
      let effect = NO_EFFECT;
      for (const [id, fault] of active) {
        if (fault.kind === "gateway" || fault.deployment !== deployment) continue;
        if (fault.kind === "tokensPerMinute") effect = { ...effect, quotaFactor: effect.quotaFactor * fault.factor };
        else if (draw(seed, `fault/${id}`, ...keys) >= fault.share) continue;
        else if (fault.kind === "latency") effect = { ...effect, addMilliseconds: effect.addMilliseconds + fault.addMilliseconds };
        else effect = { ...effect, answer: effect.answer ?? fault.answer };
      }
      return effect;
    },
    onGateway(gateway) {
      for (const fault of active.values()) if (fault.kind === "gateway" && fault.gateway === gateway) return fault.answer;
      return undefined;
    },
  };
}

/** True for what says "unhealthy" rather than "busy" or "your own mistake". */
export function isServerFailure(result: FaultAnswer): boolean {
  return typeof result === "string" || result >= 500;
}
