/** What happens at an instant: alerts that arrive, what others write, and what people do over the app's own API. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import { backendName, type PoolMember } from "../../src/domain/routing.ts";
import type { EmbeddedAzure } from "../azure/server.ts";
import { alertPayload, type AlertVariant } from "./alert-payloads.ts";
import { ALERT_WAITS, deliver } from "./deliver.ts";
import type { ApprovalGiven } from "./drill-log.ts";
import type { PlannedFault } from "./faults.ts";
import type { Fault } from "./scenario.ts";

export interface Stage {
  readonly estate: Estate;
  readonly azure: Pick<EmbeddedAzure, "editPool" | "redeploy" | "faults">;
  readonly appUrl: () => string;
  readonly functionKey: string;
}

/** What came of it. */
export interface ActOutcome {
  readonly text: string;
  /** The kill switch as it stands from now on. */
  readonly killSwitch?: boolean;
  readonly approval?: Omit<ApprovalGiven, "at">;
}

/** null = the fault lasts, so that nothing happens at an instant. */
export async function perform(stage: Stage, planned: PlannedFault, all: readonly PlannedFault[]): Promise<ActOutcome | null> {
  const { fault } = planned;
  switch (fault.kind) {
    case "alerts":
      return sendAlerts(stage, fault, alertNumber(planned, all));
    case "portalEdit":
      return { text: editPools(stage, fault) };
    case "redeploy":
      stage.azure.redeploy();
      return { text: "every pool was written as at the start" };
    case "operator":
      return operate(stage, fault);
    default:
      return null;
  }
}

type FaultOf<K extends Fault["kind"]> = Extract<Fault, { kind: K }>;

/** Which firing of this alert it is about: the one that says it is resolved has the number of the last that fired. */
function alertNumber({ fault, startsAt }: PlannedFault, all: readonly PlannedFault[]): number {
  if (fault.kind !== "alerts") return 0;
  const raisedAt = startsAt - fault.lateSeconds * 1000;
  const fired = all.filter(
    ({ fault: other, startsAt: at }) =>
      other.kind === "alerts" &&
      other.alert === fault.alert &&
      other.region === fault.region &&
      other.condition === "fired" &&
      at - other.lateSeconds * 1000 <= raisedAt,
  );
  return fired.length;
}

/** Of a kind with several variants each firing takes the next. */
const VARIANTS: Record<Exclude<FaultOf<"alerts">["alert"], "malformed">, readonly AlertVariant[]> = {
  metric: ["metricStatic", "metricDynamic", "webtest"],
  log: ["log"],
  activity: ["activity"],
  serviceHealth: ["serviceHealth", "serviceHealthTest"],
  resourceHealth: ["resourceHealth", "resourceHealthTest"],
};

async function sendAlerts({ estate, azure, appUrl, functionKey }: Stage, fault: FaultOf<"alerts">, number: number): Promise<ActOutcome> {
  const at = new Date(Date.now() + (azure.faults.clockSkewSeconds - fault.lateSeconds) * 1000);
  const tally = new Map<number, number>();
  for (let copy = 0; copy < fault.copies; copy++) {
    const body = alertBody(
      fault,
      copy,
      { estate, region: fault.region, id: alertId(fault, number), fired: fault.condition === "fired", at },
      number,
    );
    const url = (): string => `${appUrl()}/api/alerts?code=${functionKey}`;
    const isRefused = (status: number): boolean => [408, 429, 503, 504].includes(status);
    const status = await deliver({ url, body, waits: ALERT_WAITS, isRefused });
    tally.set(status, (tally.get(status) ?? 0) + 1);
  }
  const answers = [...tally].map(([status, count]) => `${count} × ${status}`).join(", ");
  return { text: `${fault.alert} alert in ${fault.region} ${fault.condition}: answered ${answers}` };
}

/** Broken JSON and a schema of another kind of alert in turn; else what Azure sends. */
function alertBody(fault: FaultOf<"alerts">, copy: number, facts: Parameters<typeof alertPayload>[1], number: number): string {
  if (fault.alert === "malformed") {
    return copy % 2 === 0 ? `{"schemaId":"azureMonitorCommonAlertSchema","data":` : `{"schemaId":"AzureMonitorMetricAlert","data":{}}`;
  }
  const variants = VARIANTS[fault.alert];
  return JSON.stringify(alertPayload(variants[Math.max(0, number - 1) % variants.length] ?? "metricStatic", facts));
}

/** In the form of a GUID. */
function alertId({ alert, region }: FaultOf<"alerts">, number: number): string {
  const hex = createHash("sha256").update(`${alert} ${region} ${number}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function editPools({ estate, azure }: Stage, { region, weight }: FaultOf<"portalEdit">): string {
  const deployments = new Set(estate.deployments.filter((deployment) => deployment.region === region).map(({ id }) => id));
  const edited = estate.gateways.flatMap((gateway) =>
    gateway.pools.flatMap((pool) => {
      const own = new Set(pool.members.filter(({ deployment }) => deployments.has(deployment)).map(({ backend }) => backend.toLowerCase()));
      if (own.size === 0) return [];
      const change = (member: PoolMember): PoolMember => (own.has(backendName(member.id)) ? { ...member, weight } : member);
      azure.editPool(gateway.id, pool.name, (members) => members.map(change));
      return [`${gateway.id}/${pool.name}`];
    }),
  );
  return `${region} got weight ${weight} in ${edited.join(", ")}`;
}

const WHO = { reason: "as the scenario says", requestedBy: "operator" };
const Runs = z.object({
  runs: z.array(z.object({ run: z.object({ id: z.string(), region: z.string() }), outcome: z.string().nullable() })),
});

async function operate(stage: Stage, { action, region }: FaultOf<"operator">): Promise<ActOutcome> {
  switch (action) {
    case "evacuate":
    case "restore": {
      const body = { region, mode: action === "evacuate" ? "ungraceful" : "graceful", ...WHO };
      const status = await call(stage, "POST", `/api/runbooks/${action}`, body);
      return { text: `operator: ${action} ${region ?? ""} answered ${status}` };
    }
    case "approve":
    case "decline": {
      const run = await openRun(stage, region);
      if (run === undefined) return { text: `operator: there is no open run${region === undefined ? "" : ` in ${region}`} to ${action}` };
      const status = await call(stage, "POST", `/api/runs/${run}/${action}`, WHO);
      const text = `operator: ${action} ${run} answered ${status}`;
      return status < 300 ? { text, approval: { run, approved: action === "approve" } } : { text };
    }
    case "killSwitchOn":
    case "killSwitchOff": {
      const on = action === "killSwitchOn";
      const status = await call(stage, "PUT", "/api/kill-switch", { on, ...WHO });
      const text = `operator: kill switch ${on ? "on" : "off"} answered ${status}`;
      return status < 300 ? { text, killSwitch: on } : { text };
    }
  }
}

/** The latest. */
async function openRun({ appUrl, functionKey }: Stage, region: string | undefined): Promise<string | undefined> {
  const answer = await fetch(`${appUrl()}/api/runs`, { headers: { "x-functions-key": functionKey } });
  const { runs } = Runs.parse(await answer.json());
  const open = runs.filter(({ run, outcome }) => outcome === null && (region === undefined || run.region === region));
  return open
    .map(({ run }) => run.id)
    .sort()
    .at(-1);
}

async function call({ appUrl, functionKey }: Stage, method: string, path: string, body: unknown): Promise<number> {
  const answer = await fetch(`${appUrl()}${path}`, {
    method,
    headers: { "x-functions-key": functionKey, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}
