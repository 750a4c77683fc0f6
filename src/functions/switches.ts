import { app, type InvocationContext } from "@azure/functions";
import { z } from "zod";
import { strictBody } from "../app/body.ts";
import { getApp } from "../app/compose.ts";
import { requestedBy, secured } from "./authorize.ts";
import { answering, json, logError, parseBody, Problem, who } from "./problem.ts";
import { requireRegion } from "./runbooks.ts";

const GateBody = strictBody({ state: z.enum(["open", "closed", "auto"]), ...who });
const KillSwitchBody = strictBody({ on: z.boolean(), ...who });

/**
 * What gateways ask: 200 while the region may be probed as healthy, 503 while it is being left. Anonymous, so it says nothing else.
 * HEAD is what Front Door's own probes send by default (azure-facts 2.3).
 */
app.http("readGate", {
  methods: ["GET", "HEAD"],
  route: "gates/{region}",
  authLevel: "anonymous",
  handler: answering(async (request, context) => {
    const region = request.params["region"] ?? "";
    const state = await gateOf(region, context);
    return json({ region, state }, state === "open" ? 200 : 503, { "cache-control": "max-age=5" });
  }),
});

/** A gate that cannot tell is open: an app without a usable estate must not take every region off the edge. */
async function gateOf(region: string, context: InvocationContext): Promise<"open" | "closed"> {
  const failover = await getApp().catch((error: unknown) => logError(context, error));
  if (failover === undefined) return "open";
  if (!failover.regions.includes(region)) throw new Problem(404, "unknown-region", "The estate has no such region");
  return failover.gate(region);
}

app.http("setGate", {
  methods: ["PUT"],
  route: "gates/{region}",
  ...secured("Operator", async (request) => {
    const failover = await getApp();
    const region = request.params["region"] ?? "";
    requireRegion(failover, region);
    const body = await parseBody(request, GateBody);
    return json({
      region,
      state: await failover.setGate(region, body.state, { by: requestedBy(request, body.requestedBy), reason: body.reason }),
    });
  }),
});

app.http("readKillSwitch", {
  methods: ["GET"],
  route: "kill-switch",
  ...secured("Reader", async () => json((await (await getApp()).killSwitch()) ?? { on: false })),
});

app.http("setKillSwitch", {
  methods: ["PUT"],
  route: "kill-switch",
  ...secured("Operator", async (request) => {
    const body = await parseBody(request, KillSwitchBody);
    return json(await (await getApp()).setKillSwitch(body.on, { by: requestedBy(request, body.requestedBy), reason: body.reason }));
  }),
});
