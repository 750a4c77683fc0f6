import { app } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import { startInvestigation } from "./durable-client.ts";
import { answering, json, parseForeign } from "./problem.ts";

const NOT_COMMON = "must be azureMonitorCommonAlertSchema: turn on the common alert schema in the action group";
const text = z.string().nullish().catch(null);

/**
 * The common alert schema, as much of it as is used. Azure leaves out or nulls almost everything at times, and types vary between real
 * and test payloads (azure-facts 5.1, 5.3): what names the schema is an alert, whatever else is odd about it.
 */
const Alert = z.object({
  schemaId: z.unknown().refine((id) => id === "azureMonitorCommonAlertSchema", NOT_COMMON),
  data: z
    .object({
      essentials: z.object({ alertId: text, alertRule: text, monitorCondition: text, monitoringService: text }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

/**
 * An alert never evacuates by itself: it causes an immediate probe round. Answered at once; repeating it changes nothing.
 * Azure calls again after 503 but not after 500, and a failed receiver is left alone for 15 minutes (azure-facts 5.6).
 */
app.http("alerts", {
  methods: ["POST"],
  route: "alerts",
  authLevel: "function",
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const essentials = (await parseForeign(request, Alert)).data?.essentials;
    // Of stateful alerts only: the recovery of a Service Health incident is a new alert that says Fired (azure-facts 5.3).
    if (essentials?.monitorCondition === "Resolved") return json({ outcome: "noted" }, 202);
    const cause = `${essentials?.monitoringService ?? "alert"}: ${essentials?.alertRule ?? essentials?.alertId ?? "unnamed"}`.slice(0, 200);
    return json({ outcome: await startInvestigation(context, await getApp(), cause) }, 202);
  }, 503),
});
