/** From a scenario's faults to what they do: effects on the world, and switches of the embedded Azure. */
import type { Estate } from "../../src/domain/estate.ts";
import type { ControlPlaneFaults } from "../azure/faults.ts";
import type { DataPlaneFault, World } from "../world.ts";
import type { AppHost } from "./app-host.ts";
import type { DrillFault } from "./drill-log.ts";
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

/** For timelines: `foundryDown in eastus2 begins`. */
export function faultText({ kind, region }: Pick<DrillFault, "kind" | "region">, on: boolean): string {
  return `${kind}${region === null ? "" : ` in ${region}`} ${on ? "begins" : "ends"}`;
}

/** A line of the drill's log, in the form of the app's own. */
export function logFault(fault: PlannedFault, on: boolean): void {
  console.info(JSON.stringify({ event: "fault", at: new Date().toISOString(), kind: "fault", text: faultText(fault, on) }));
}

/** What faults act on. */
export interface Impaired {
  readonly world: Pick<World, "startFault" | "endFault">;
  readonly faults: ControlPlaneFaults;
  readonly app: Pick<AppHost, "kill" | "start">;
}

/** Turns faults on and off, now. Faults may overlap: what another one still wants stays on. */
export function createFaultSwitch({ world, faults, app }: Impaired): (planned: PlannedFault, on: boolean) => Promise<void> {
  const active: Fault[] = [];
  return async ({ fault, id, effects }, on) => {
    const at = Date.now();
    effects.forEach((effect, i) => (on ? world.startFault(at, `${id}/${i}`, effect) : world.endFault(at, `${id}/${i}`)));
    if (on) active.push(fault);
    else active.splice(active.indexOf(fault), 1);
    switchControlPlane(faults, fault, on);
    // Conflicts count down: they are not set anew.
    if (!on) active.filter(({ kind }) => kind !== "etagConflict").forEach((other) => switchControlPlane(faults, other, true));
    if (fault.kind !== "hostKilled") return;
    if (active.some(({ kind }) => kind === "hostKilled")) app.kill();
    else await app.start();
  };
}

function switchControlPlane(faults: ControlPlaneFaults, fault: Fault, on: boolean): void {
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
