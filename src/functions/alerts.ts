import { app } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import { startInvestigation } from "./durable-client.ts";
import { answering, json, parseBody } from "./problem.ts";

/**
 * The common alert schema, as much of it as is used. Azure leaves out or nulls almost everything at times (azure-facts 5.1, 5.3);
 * `monitorCondition` of a Service Health alert is always `Fired`: its recovery is a new alert.
 */
const Alert = z.object({
  schemaId: z.literal("azureMonitorCommonAlertSchema"),
  data: z.object({
    essentials: z.object({
      alertId: z.string().nullish(),
      alertRule: z.string().nullish(),
      signalType: z.string().nullish(),
      monitorCondition: z.string().nullish(),
      monitoringService: z.string().nullish(),
      firedDateTime: z.string().nullish(),
    }),
  }),
});

/** An alert never evacuates by itself: it causes an immediate probe round. Answered at once; repeating it changes nothing. */
app.http("alerts", {
  methods: ["POST"],
  route: "alerts",
  authLevel: "function",
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { essentials } = (await parseBody(request, Alert)).data;
    if (essentials.monitorCondition === "Resolved") return json({ outcome: "noted" }, 202);
    const cause = `${essentials.monitoringService ?? "alert"}: ${essentials.alertRule ?? essentials.alertId ?? "unnamed"}`.slice(0, 200);
    return json({ outcome: await startInvestigation(context, await getApp(), cause) }, 202);
  }),
});
