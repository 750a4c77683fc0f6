import { app } from "@azure/functions";
import * as df from "durable-functions";
import { strictBody } from "../app/body.ts";
import { getApp } from "../app/compose.ts";
import { requestedBy, secured } from "./authorize.ts";
import { runStarter } from "./durable-client.ts";
import { json, parseBody, Problem, runIdOf, unknownRun, who } from "./problem.ts";

const Body = strictBody(who);
const DECISIONS = { approve: "approved", decline: "declined" } as const;

/** A run in mode `approve` goes on, or ends, by a person's word. */
for (const answer of ["approve", "decline"] as const) {
  app.http(`${answer}Run`, {
    methods: ["POST"],
    route: `runs/{id}/${answer}`,
    extraInputs: [df.input.durableClient()],
    ...secured("Approver", async (request, context) => {
      const failover = await getApp();
      const run = runIdOf(request);
      const body = await parseBody(request, Body);
      const by = requestedBy(request, body.requestedBy);
      const asked = { run, decision: DECISIONS[answer], by, reason: body.reason };
      const result = await failover.answerApproval(asked, runStarter(context, failover));
      if (result.outcome === "unknown") throw unknownRun(run);
      if (result.outcome === "notWaiting") throw new Problem(409, "not-waiting", result.why);
      return json({ run, outcome: result.outcome, by });
    }),
  });
}
