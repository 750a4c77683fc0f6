/** The use cases of the product over one set of dependencies: what functions map HTTP and timers to. */
import { createActivities, type Activities } from "../activities/index.ts";
import { converge } from "../activities/converge.ts";
import { answerApproval, type ApprovalRequest, type ApprovalResult } from "../activities/approvals.ts";
import { regionVerdicts } from "../activities/decide-input.ts";
import { runRound } from "../activities/evaluate.ts";
import { explainRegion } from "../activities/explain-region.ts";
import { learn } from "../activities/knowledge.ts";
import { readMemory, readRun } from "../activities/memory.ts";
import { planEvacuation, planRestore, type RunPlan } from "../activities/plan-run.ts";
import { listRuns, readEstateLedger, readRunView, rememberKey, runOfKey, type RunView } from "../activities/runs.ts";
import type { StartResult } from "../activities/start-common.ts";
import { startEvacuation, type EvacuateRequest } from "../activities/start-evacuation.ts";
import { startRestore, type RestoreRequest } from "../activities/start-restore.ts";
import { readStatus, type Status } from "../activities/status.ts";
import { receive, type Received } from "../activities/suspicions.ts";
import { createGateReader, readKillSwitch, setGate, setKillSwitch, type SwitchRequest } from "../activities/switches.ts";
import type { LedgerEntry, RunRecord } from "../activities/memory.ts";
import { suspicionFromAlert } from "../azure/events/alerts.ts";
import { suspicionFromBreaker } from "../azure/events/breaker.ts";
import type { Explanation } from "../domain/explain.ts";
import type { KillSwitch } from "../domain/hold.ts";
import type { RegionVerdict } from "../domain/region-verdict.ts";
import type { Run } from "../domain/run.ts";
import type { Suspicion } from "../domain/signals.ts";
import type { Deps, RunStarter } from "../ports.ts";

export type { RestoreRequest } from "../activities/start-restore.ts";
export type { RunStarter } from "../ports.ts";
export type RunbookRequest = ({ readonly runbook: "evacuate" } & EvacuateRequest) | ({ readonly runbook: "restore" } & RestoreRequest);

/** With an idempotency key: `repeated` is the run that it started before; `keyOf` is a run of another runbook or region that it belongs to. */
export type Started = StartResult | { readonly repeated: Run } | { readonly keyOf: string };

/** `raised`: its targets are to be probed now. */
export interface ReceivedSuspicion {
  readonly outcome: Received;
  readonly suspicion: Suspicion;
}

export interface App {
  readonly regions: readonly string[];
  deploymentsOf(region: string): readonly string[];
  readonly estateName: string;
  readonly policy: Pick<Deps["estate"], "evacuate" | "restore">;
  readonly activities: Activities;
  probeRound(starter: RunStarter): Promise<void>;
  learn(): Promise<void>;
  reconcile(): Promise<void>;
  /** Of a body that is in the common alert schema; not ok = it says nothing that could be suspected. */
  alert(body: unknown): Promise<({ readonly ok: true } & ReceivedSuspicion) | { readonly ok: false; readonly reason: string }>;
  /** Null = the event says nothing of the estate's. */
  breakerEvent(event: unknown): Promise<ReceivedSuspicion | { readonly outcome: "ignored"; readonly suspicion: null }>;
  answerApproval(request: ApprovalRequest, starter: RunStarter): Promise<ApprovalResult>;
  explain(region: string): Promise<Explanation>;
  plan(request: RunbookRequest): Promise<RunPlan>;
  start(request: RunbookRequest, starter: RunStarter, idempotencyKey: string | undefined): Promise<Started>;
  runs(): Promise<{ readonly runs: readonly RunRecord[]; readonly ledger: readonly LedgerEntry[] }>;
  run(id: string): Promise<RunView | null>;
  status(): Promise<Status>;
  gate(region: string): Promise<"open" | "closed">;
  setGate(region: string, wanted: "open" | "closed" | "auto", request: SwitchRequest): Promise<"open" | "closed">;
  killSwitch(): Promise<KillSwitch | null>;
  setKillSwitch(on: boolean, request: SwitchRequest): Promise<KillSwitch>;
}

export function createApp(deps: Deps): App {
  let readGate = createGateReader(impatient(deps));
  return {
    regions: deps.estate.regions.map((region) => region.name),
    deploymentsOf: (region) => deps.estate.deployments.flatMap((d) => (d.region === region ? [d.id] : [])),
    estateName: deps.estate.name,
    policy: { evacuate: deps.estate.evacuate, restore: deps.estate.restore },
    activities: createActivities(deps),
    probeRound: async (starter) => void (await runRound(deps, starter)),
    learn: async () => void (await learn(deps)),
    alert: (body) => receiveAlert(deps, body),
    breakerEvent: (event) => receiveBreakerEvent(deps, event),
    answerApproval: (request, starter) => answerApproval(deps, starter, request),
    explain: (region) => explainRegion(deps, region),
    reconcile: () => reconcile(deps),
    plan: async (request) =>
      request.runbook === "evacuate" ? planEvacuation(deps, request, await verdictsNow(deps)) : planRestore(deps, request),
    start: (request, starter, key) => start(deps, request, starter, key),
    runs: async () => ({ runs: await listRuns(deps), ledger: await readEstateLedger(deps) }),
    run: (id) => readRunView(deps, id),
    status: () => readStatus(deps),
    gate: (region) => readGate(region),
    setGate: async (region, wanted, request) => {
      const state = await setGate(deps, region, wanted, request);
      // Who sets a gate and reads it back must not be answered from the cache.
      readGate = createGateReader(impatient(deps));
      return state;
    },
    killSwitch: () => readKillSwitch(deps),
    setKillSwitch: (on, request) => setKillSwitch(deps, on, request),
  };
}

/** Gateways give up on the gate after a second or two: a state store that hangs must count as unreachable before that. */
const GATE_DEADLINE_MILLISECONDS = 1_000;

function impatient(deps: Deps): Deps {
  return { ...deps, state: { ...deps.state, get: (partition, key) => beforeDeadline(deps.state.get(partition, key)) } };
}

async function beforeDeadline<T>(read: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the state store did not answer in time")), GATE_DEADLINE_MILLISECONDS);
  });
  return Promise.race([read, late]).finally(() => clearTimeout(timer));
}

async function receiveAlert(deps: Deps, body: unknown): ReturnType<App["alert"]> {
  const read = suspicionFromAlert(deps.estate, body);
  if (!read.ok) return read;
  return { ok: true, outcome: await receive(deps, read.suspicion), suspicion: read.suspicion };
}

async function receiveBreakerEvent(deps: Deps, event: unknown): ReturnType<App["breakerEvent"]> {
  const suspicion = suspicionFromBreaker(deps.estate, event);
  return suspicion === null ? { outcome: "ignored", suspicion } : { outcome: await receive(deps, suspicion), suspicion };
}

async function verdictsNow(deps: Deps): Promise<readonly RegionVerdict[]> {
  return regionVerdicts(deps, await readMemory(deps));
}

/** A key that started a run before gives that run again, however long it has been over. */
async function start(deps: Deps, request: RunbookRequest, starter: RunStarter, key: string | undefined): Promise<Started> {
  const before = key === undefined ? undefined : await runOfKey(deps, key);
  if (before !== undefined) {
    const run = (await readRun(deps, before))?.run;
    return run?.runbook === request.runbook && run.region === request.region ? { repeated: run } : { keyOf: before };
  }
  const result =
    request.runbook === "evacuate"
      ? await startEvacuation(deps, starter, request, await verdictsNow(deps))
      : await startRestore(deps, starter, request);
  if (key !== undefined && result.started) await rememberKey(deps, key, result.run.id);
  return result;
}

/** While an episode is open: what is owed is tried again, and drift shows, whatever the runs are waiting for. */
async function reconcile(deps: Deps): Promise<void> {
  await converge(deps, { run: null, write: true });
}
