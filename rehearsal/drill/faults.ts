/** From a scenario's faults to a plan: when each begins and ends, and what it does to the world. */
import type { Deployment, Estate } from "../../src/domain/estate.ts";
import type { DataPlaneFault } from "../world.ts";
import type { DrillFault } from "./drill-log.ts";
import type { Fault, Scenario } from "./scenario.ts";

/** `endsAt` of something that happens at an instant is that instant. */
export interface PlannedFault extends DrillFault {
  readonly fault: Fault;
}

export function plannedFaults(
  scenario: Pick<Scenario, "faults">,
  estate: Estate,
  epoch: number,
  shiftSeconds: number,
): readonly PlannedFault[] {
  return scenario.faults.flatMap((fault, index) =>
    startsOf(fault).map((at, n) => {
      const startsAt = epoch + (at + shiftSeconds) * 1000;
      return {
        fault,
        id: `${fault.kind}-${index + 1}${fault.repeat === undefined ? "" : `.${n + 1}`}`,
        kind: fault.kind,
        region: regionOf(fault),
        startsAt,
        endsAt: startsAt + ("for" in fault ? fault.for * 1000 : 0),
        effects: effectsOf(fault, estate),
      };
    }),
  );
}

/** Or it happens at an instant. */
export function lasts({ startsAt, endsAt }: Pick<DrillFault, "startsAt" | "endsAt">): boolean {
  return endsAt > startsAt;
}

/** Seconds from the drill's start of every time that it happens. */
export function startsOf({ at, repeat }: Pick<Fault, "at" | "repeat">): readonly number[] {
  return Array.from({ length: repeat?.times ?? 1 }, (_, n) => at + n * (repeat?.every ?? 0));
}

export function regionOf(fault: Fault): string | null {
  return "region" in fault ? (fault.region ?? null) : null;
}

export function effectsOf(fault: Fault, estate: Estate): readonly DataPlaneFault[] {
  switch (fault.kind) {
    case "foundryDown":
      return deploymentsOf(fault, estate).map(({ id }) => ({
        kind: "deployment",
        deployment: id,
        answer: fault.answer,
        share: fault.share,
      }));
    case "foundrySlow":
      return deploymentsOf(fault, estate).map(({ id }) => ({
        kind: "latency",
        deployment: id,
        addMilliseconds: fault.addMilliseconds,
        share: fault.share,
      }));
    case "quotaCut":
      return deploymentsOf(fault, estate).map(({ id }) => ({ kind: "tokensPerMinute", deployment: id, factor: fault.factor }));
    case "gatewayDown":
      return estate.gateways
        .filter((g) => g.region === fault.region)
        .map((g) => ({ kind: "gateway", gateway: g.id, answer: fault.answer }));
    case "clientsFail":
      return [{ kind: "clients", region: fault.region, answer: fault.answer, share: fault.share }];
    default:
      return [];
  }
}

function deploymentsOf({ region, model }: { region: string; model?: string | undefined }, estate: Estate): readonly Deployment[] {
  return estate.deployments.filter((d) => d.region === region && (model === undefined || d.model.name === model));
}

/** For timelines: `foundryDown in eastus2 begins`; what has no length happens. */
export function faultText(fault: Pick<DrillFault, "kind" | "region" | "startsAt" | "endsAt">, on: boolean): string {
  const { kind, region } = fault;
  return `${kind}${region === null ? "" : ` in ${region}`} ${!lasts(fault) ? "happens" : on ? "begins" : "ends"}`;
}

/** A line of the drill's log, in the form of the app's own. */
export function logFault(fault: PlannedFault, on: boolean): void {
  console.info(JSON.stringify({ event: "fault", at: new Date().toISOString(), kind: "fault", text: faultText(fault, on) }));
}
