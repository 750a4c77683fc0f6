import { app } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import { secured } from "./authorize.ts";
import { startInvestigation } from "./durable-client.ts";
import { json, parseForeign } from "./problem.ts";

const NOT_COMMON = "must be azureMonitorCommonAlertSchema: turn on the common alert schema in the action group";

/**
 * The common alert schema. Azure leaves out or nulls almost everything at times, and types vary between real and test payloads (azure-facts
 * 5.1, 5.3): what names the schema is an alert, whatever else is odd about it.
 */
const Alert = z.looseObject({
  schemaId: z.unknown().refine((id) => id === "azureMonitorCommonAlertSchema", NOT_COMMON),
});

/**
 * An alert never evacuates by itself: a new one has its targets probed at once. Answered at once; repeating it changes nothing.
 * Azure calls again after 503 but not after 500, and a failed receiver is left alone for 15 minutes (azure-facts 5.6).
 */
app.http("alerts", {
  methods: ["POST"],
  route: "alerts",
  extraInputs: [df.input.durableClient()],
  ...secured(
    "ActionGroupsSecureWebhook",
    async (request, context) => {
      const body = await parseForeign(request, Alert);
      const failover = await getApp();
      const received = await failover.alert(body);
      // A budget's or a test's: it is an alert, and a refusal would make Azure leave this receiver alone for a while.
      if (!received.ok) return json({ outcome: "ignored", reason: received.reason }, 202);
      const { outcome, suspicion } = received;
      return json({ outcome: outcome === "raised" ? await startInvestigation(context, failover, suspicion) : outcome }, 202);
    },
    503,
  ),
});
