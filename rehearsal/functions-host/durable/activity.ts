/** Runs one activity and turns its end, good or bad, into the history event that the extension would write. */
import type { TypedData } from "../core-module.ts";
import type { Worker } from "../worker.ts";
import { type HistoryEvent, taskCompleted, taskFailed } from "./history.ts";
import type { PendingActivity } from "./store.ts";

export async function runActivity(worker: Worker, instanceId: string, { name, input, eventId }: PendingActivity): Promise<HistoryEvent> {
  const called = worker.find(name, "activityTrigger");
  try {
    if (called === undefined) {
      throw new Error(`The function '${name}' doesn't exist, is disabled, or is not an activity function.`);
    }
    // The SDK has already made JSON text of an input that is a string.
    const data = typeof input === "string" ? { string: input } : { json: JSON.stringify(input ?? null) };
    const returned = await worker.invoke(called, data, { instanceId: { string: instanceId } });
    return taskCompleted(eventId, resultJson(returned), Date.now());
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    // Two spaces, and a message that begins with one: recorded.
    return taskFailed(eventId, `Activity function '${name}' failed:  ${message}`, details(message, stack ?? ""), Date.now());
  }
}

function resultJson(returned: TypedData | undefined): string {
  if (returned?.bytes !== undefined || returned?.http !== undefined) {
    throw new Error("The local Functions host does not serve activities that return bytes.");
  }
  return returned?.json ?? JSON.stringify(returned?.string ?? returned?.int ?? returned?.double ?? null);
}

/** The .NET exception, without the fields that say nothing of the app. */
function details(message: string, stack: string): string {
  return JSON.stringify({
    $type: "System.Exception, System.Private.CoreLib",
    ClassName: "System.Exception",
    Message: ` ${message}`,
    Data: null,
    InnerException: {
      $type: "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, Microsoft.Azure.WebJobs.Script",
      IsUserException: false,
      RemoteStackTrace: stack,
      RemoteMessage: message,
      RemoteTypeName: null,
      Message: `Result: Failure\nException: ${message}\nStack: ${stack}`,
    },
  });
}
