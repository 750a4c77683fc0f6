/** Event Grid triggers, for the host's own tests. */
import { app } from "@azure/functions";

export interface Received {
  readonly event: unknown;
  readonly metadata: unknown;
}

export const received: Received[] = [];

app.eventGrid("listens", {
  handler: (event, context) => {
    received.push({ event, metadata: context.triggerMetadata });
    if (event.data?.["bad"] === true) throw new Error("bad event");
  },
});
app.http("notForEvents", { methods: ["GET"], authLevel: "anonymous", handler: () => ({ body: "" }) });
