import { app } from "@azure/functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import { answering, json, parseBody, requestedBy } from "./problem.ts";
import { requireRegion } from "./runbooks.ts";

const who = { reason: z.string().trim().min(1).max(500), requestedBy: z.string().trim().min(1).max(100).optional() };
const GateBody = z.strictObject({ state: z.enum(["open", "closed", "auto"]), ...who });
const KillSwitchBody = z.strictObject({ on: z.boolean(), ...who });

/** What gateways ask: 200 while the region may be probed as healthy, 503 while it is being left. Anonymous; says nothing else. */
app.http("readGate", {
  methods: ["GET"],
  route: "gates/{region}",
  authLevel: "anonymous",
  handler: answering(async (request) => {
    const failover = await getApp();
    const region = request.params["region"] ?? "";
    requireRegion(failover, region);
    const state = await failover.gate(region);
    return json({ region, state }, state === "open" ? 200 : 503, { "cache-control": "max-age=5" });
  }),
});

app.http("setGate", {
  methods: ["PUT"],
  route: "gates/{region}",
  authLevel: "function",
  handler: answering(async (request) => {
    const failover = await getApp();
    const region = request.params["region"] ?? "";
    requireRegion(failover, region);
    const body = await parseBody(request, GateBody);
    return json({ region, state: await failover.setGate(region, body.state, { by: requestedBy(request, body.requestedBy), reason: body.reason }) });
  }),
});

app.http("readKillSwitch", {
  methods: ["GET"],
  route: "kill-switch",
  authLevel: "function",
  handler: answering(async () => json((await (await getApp()).killSwitch()) ?? { on: false })),
});

app.http("setKillSwitch", {
  methods: ["PUT"],
  route: "kill-switch",
  authLevel: "function",
  handler: answering(async (request) => {
    const body = await parseBody(request, KillSwitchBody);
    return json(await (await getApp()).setKillSwitch(body.on, { by: requestedBy(request, body.requestedBy), reason: body.reason }));
  }),
});
