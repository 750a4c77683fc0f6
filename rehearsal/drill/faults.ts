/** From a scenario's faults to what they do: effects on the world, and switches of the embedded Azure. */
import type { Estate } from "../../src/domain/estate.ts";
import type { ControlPlaneFaults } from "../azure/faults.ts";
import type { DataPlaneFault } from "../world.ts";
import type { DrillFault } from "./measures-log.ts";
import type { Fault, Scenario } from "./scenario.ts";

export interface PlannedFault extends DrillFault {
  readonly fault: Fault;
}

export function plannedFaults(scenario: Scenario, estate: Estate, epoch: number, shiftSeconds: number): readonly PlannedFault[] {
  return scenario.faults.map((fault, index) => {
    const startsAt = epoch + (fault.at + shiftSeconds) * 1000;
    return {
      fault,
      id: `${fault.kind}-${index + 1}`,
      kind: fault.kind,
      region: "region" in fault ? fault.region : null,
      startsAt,
      endsAt: startsAt + fault.for * 1000,
      effects: effectsOf(fault, estate),
    };
  });
}

function effectsOf(fault: Fault, estate: Estate): readonly DataPlaneFault[] {
  const region = "region" in fault ? fault.region : "";
  const deployments = estate.deployments.filter((d) => d.region === region).map((d) => d.id);
  switch (fault.kind) {
    case "foundryDown":
      return deployments.map((deployment) => ({ kind: "deployment", deployment, answer: fault.answer, share: fault.share }));
    case "foundrySlow":
      return deployments.map((deployment) => ({ kind: "latency", deployment, addMilliseconds: fault.addMilliseconds, share: fault.share }));
    case "quotaCut":
      return deployments.map((deployment) => ({ kind: "tokensPerMinute", deployment, factor: fault.factor }));
    case "gatewayDown":
      return estate.gateways.filter((g) => g.region === region).map((g) => ({ kind: "gateway", gateway: g.id, answer: fault.answer }));
    default:
      return [];
  }
}

/** Turns a control-plane fault on or off; nothing for the others. */
export function switchControlPlane(faults: ControlPlaneFaults, fault: Fault, on: boolean): void {
  switch (fault.kind) {
    case "resourceManagerDown":
      setRegion(faults.resourceManager, fault.region, on ? { answer: fault.status } : undefined);
      return;
    case "resourceManagerThrottled":
      setRegion(faults.resourceManager, fault.region, on ? { answer: 429, retryAfterSeconds: fault.retryAfterSeconds } : undefined);
      return;
    case "etagConflict":
      setRegion(faults.etagConflicts, fault.region, on ? fault.times : undefined);
      return;
    case "frontDoorFrozen":
      faults.frontDoorFrozen = on;
      return;
    case "metricsDelayed":
      faults.metrics.delaySeconds = on ? fault.delaySeconds : 0;
      return;
    case "identityDown":
      if (on) faults.identity = 503;
      else delete faults.identity;
      return;
    default:
  }
}

function setRegion<T>(record: Record<string, T>, region: string, value: T | undefined): void {
  if (value === undefined) delete record[region];
  else record[region] = value;
}
