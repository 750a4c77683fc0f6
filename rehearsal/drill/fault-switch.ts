/** Turns lasting faults on and off: on the world, on the embedded Azure, and on the app's host. */
import type { ControlPlaneFaults } from "../azure/faults.ts";
import type { World } from "../world.ts";
import type { AppHost } from "./app-host.ts";
import type { PlannedFault } from "./faults.ts";
import type { Fault } from "./scenario.ts";

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
    case "identityDown":
      if (on) faults.identity = 503;
      else delete faults.identity;
      return;
    case "proberCutOff":
      faults.proberCutOff = [...faults.proberCutOff.filter((region) => region !== fault.region), ...(on ? [fault.region] : [])];
      return;
    case "probesRefused":
      setRegion(faults.probesRefused, fault.region ?? "", on ? fault.status : undefined);
      return;
    case "clockSkew":
      faults.clockSkewSeconds = on ? fault.aheadSeconds : 0;
      return;
    default:
      switchMetrics(faults.metrics, fault, on);
  }
}

function switchMetrics(metrics: ControlPlaneFaults["metrics"], fault: Fault, on: boolean): void {
  if (fault.kind === "metricsDelayed") metrics.delaySeconds = on ? fault.delaySeconds : 0;
  if (fault.kind === "metricsMissing") metrics.missing = on;
}

function setRegion<T>(record: Record<string, T>, region: string, value: T | undefined): void {
  if (value === undefined) delete record[region];
  else record[region] = value;
}
