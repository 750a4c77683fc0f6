/** Runs as orchestrations: the run's id is the instance id, so that a second start joins the one that runs. */
import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import type { App, RunStarter } from "../app/app.ts";
import type { Suspicion } from "../domain/signals.ts";
import { WAKE_EVENT, type RunInput, type Suspected } from "../orchestrations/contracts.ts";

type Client = ReturnType<typeof df.getClient>;
type Status = Awaited<ReturnType<Client["getStatus"]>>;

const LIVE = ["Pending", "Running", "Suspended", "ContinuedAsNew"];

export function runStarter(context: InvocationContext, app: App): RunStarter {
  const client = df.getClient(context);
  return {
    // An API that does not answer is no reason to take a run for dead and to start it again.
    isRunning: (runId) => statusOf(client, runId).then(isLive, () => true),
    // A run that cannot be woken looks again at its own pace.
    wake: (runId) =>
      client.raiseEvent(runId, WAKE_EVENT, {}).catch((error: unknown) => context.warn(`${runId} was not woken: ${String(error)}`)),
    start: (run) => startOnce(client, run.runbook, run.id, { run, policy: app.policy } satisfies RunInput),
  };
}

/**
 * An immediate probe round in an orchestration of its own, so that the caller is answered at once. One at a time: what arrives while one
 * is under way joins it, and its targets are looked into before that one ends, or by the timer's next round.
 */
export async function startInvestigation(context: InvocationContext, app: App, suspicion: Suspicion): Promise<"started" | "joined"> {
  const input: Suspected = { cause: `${suspicion.source}: ${suspicion.title}`.slice(0, 200), targets: suspicion.targets };
  return startOnce(df.getClient(context), "investigate", `investigate-${app.estateName}`, input);
}

async function startOnce(client: Client, orchestration: string, instanceId: string, input: unknown): Promise<"started" | "joined"> {
  // A status that cannot be read decides nothing: the start itself is refused for an instance that runs.
  if (isLive(await statusOf(client, instanceId).catch(() => undefined))) return "joined";
  try {
    await client.startNew(orchestration, { instanceId, input });
    return "started";
  } catch (error) {
    if (error instanceof Error && ALREADY_RUNS.test(error.message)) return "joined";
    throw error;
  }
}

/** Somebody was faster: 409 (functions-host-facts) or, on older extensions, 500 (azure-facts 6.2), with the same sentence. */
const ALREADY_RUNS = /instance with the status \w+ already exists/;

/** Undefined for an unknown instance, of which the client makes an error without a code (azure-facts 6.2). */
async function statusOf(client: Client, instanceId: string): Promise<Status | undefined> {
  try {
    return await client.getStatus(instanceId, { showInput: false });
  } catch (error) {
    if (error instanceof Error && error.message.includes("HTTP 404")) return undefined;
    throw error;
  }
}

function isLive(status: Status | undefined): boolean {
  return status !== undefined && LIVE.includes(String(status.runtimeStatus));
}

/** How a run's orchestration stands now, beside what the ledger tells. */
export interface LiveStatus {
  readonly runtimeStatus: string;
  /** What the run does and why, as of its last turn; null before the first one. */
  readonly phase: string | null;
  readonly reason: string | null;
  readonly updatedAt: string;
}

const Reported = z.object({ phase: z.string(), reason: z.string() });

/** Null when there is no such orchestration (its history was purged) or the durable API does not answer. */
export async function liveStatus(context: InvocationContext, runId: string): Promise<LiveStatus | null> {
  const status = await statusOf(df.getClient(context), runId).catch((error: unknown) => {
    context.warn(`the status of ${runId} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  if (status === undefined) return null;
  const reported = Reported.safeParse(status.customStatus);
  const { phase, reason } = reported.success ? reported.data : { phase: null, reason: null };
  return { runtimeStatus: String(status.runtimeStatus), phase, reason, updatedAt: status.lastUpdatedTime.toISOString() };
}
