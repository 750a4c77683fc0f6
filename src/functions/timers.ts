import { app } from "@azure/functions";
import * as df from "durable-functions";
import { getApp } from "../app/compose.ts";
import { runStarter } from "./durable-client.ts";

/** Probes every target and evaluates at the end of the same invocation. */
app.timer("probe", {
  schedule: "%PROBE_SCHEDULE%",
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const failover = await getApp();
    await failover.probeRound(runStarter(context, failover));
  },
});

/** Demand, rate limits and routing, as far as they are due. */
app.timer("knowledge", {
  schedule: "45 * * * * *",
  handler: async () => (await getApp()).learn(),
});

app.timer("reconcile", {
  schedule: "30 * * * * *",
  handler: async () => (await getApp()).reconcile(),
});
