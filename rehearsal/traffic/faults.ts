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
  /** What a request of the region's clients comes to, whoever serves it. */
  onClients(region: string, request: number): FaultAnswer | undefined;
  /** What every connection to a deployment or gateway meets. */
  onConnection(target: string): "dns" | "tls" | undefined;
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
        if (!("deployment" in fault) || fault.deployment !== deployment) continue;
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
    onClients(region, request) {
      for (const [id, fault] of active) {
        if (fault.kind === "clients" && fault.region === region && draw(seed, `fault/${id}`, request) < fault.share) return fault.answer;
      }
      return undefined;
    },
    onConnection(target) {
      for (const fault of active.values()) {
        if (fault.kind !== "gateway" && (fault.kind !== "deployment" || fault.share < 1)) continue;
        const met = fault.kind === "gateway" ? fault.gateway : fault.deployment;
        if (met === target && (fault.answer === "dns" || fault.answer === "tls")) return fault.answer;
      }
      return undefined;
    },
  };
}

/** True for what says "unhealthy" rather than "busy" or "your own mistake" to the one who needs the answer. */
export function isServerFailure(result: FaultAnswer): boolean {
  return typeof result === "string" || result >= 500;
}

/** The same to one who looks at the status alone, as gateways and edges do: an empty 200 is fine. */
export function isStatusFailure(result: FaultAnswer): boolean {
  return result !== "empty" && isServerFailure(result);
}
