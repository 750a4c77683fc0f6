import { app } from "@azure/functions";
import * as df from "durable-functions";
import { getApp } from "../app/compose.ts";
import { startInvestigation } from "./durable-client.ts";

/** API Management's circuit breakers by Event Grid, a preview: an opened one has its deployment probed at once. In either event schema. */
app.eventGrid("breakerEvents", {
  extraInputs: [df.input.durableClient()],
  handler: async (event: unknown, context) => {
    const failover = await getApp();
    const { outcome, suspicion } = await failover.breakerEvent(event);
    if (outcome === "raised" && suspicion !== null) await startInvestigation(context, failover, suspicion);
    context.info(`breaker event: ${outcome}${suspicion === null ? "" : `: ${suspicion.title}`}`);
  },
});
