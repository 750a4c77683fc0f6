/** Runs as orchestrations: the run's id is the instance id, so that a second start joins the one that runs. */
import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { App } from "../app/app.ts";
import type { RunInput } from "../orchestrations/contracts.ts";
import type { RunStarter } from "../ports.ts";

const LIVE = ["Pending", "Running", "Suspended", "ContinuedAsNew"];

export function runStarter(context: InvocationContext, app: App): RunStarter {
  const client = df.getClient(context);

  async function isRunning(runId: string): Promise<boolean> {
    // An unknown instance makes the client throw (azure-facts 6.2).
    const status = await client.getStatus(runId).catch(() => undefined);
    return LIVE.includes(String(status?.runtimeStatus));
  }

  return {
    isRunning,
    async start(run) {
      if (await isRunning(run.id)) return "joined";
      const input: RunInput = { run, policy: app.policy };
      try {
        await client.startNew(run.runbook, { instanceId: run.id, input });
        return "started";
      } catch (error) {
        // A running instance of that id answers 409 (functions-host-facts) or 500 (azure-facts 6.2): both mean that somebody was faster.
        if (await isRunning(run.id)) return "joined";
        throw error;
      }
    },
  };
}

/** An immediate probe round in an orchestration of its own, so that the caller is answered at once; one at a time. */
export async function startInvestigation(context: InvocationContext, app: App, cause: string): Promise<"started" | "joined"> {
  const client = df.getClient(context);
  const instanceId = `investigate-${app.estateName}`;
  const live = async (): Promise<boolean> => LIVE.includes(String((await client.getStatus(instanceId).catch(() => undefined))?.runtimeStatus));
  if (await live()) return "joined";
  try {
    await client.startNew("investigate", { instanceId, input: { cause } });
    return "started";
  } catch (error) {
    if (await live()) return "joined";
    throw error;
  }
}
