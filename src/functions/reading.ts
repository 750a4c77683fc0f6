import { app } from "@azure/functions";
import * as df from "durable-functions";
import { getApp } from "../app/compose.ts";
import { liveStatus } from "./durable-client.ts";
import { answering, json, Problem } from "./problem.ts";

app.http("status", {
  methods: ["GET"],
  route: "status",
  authLevel: "function",
  handler: answering(async () => json(await (await getApp()).status())),
});

app.http("runs", {
  methods: ["GET"],
  route: "runs",
  authLevel: "function",
  handler: answering(async () => json(await (await getApp()).runs())),
});

app.http("run", {
  methods: ["GET"],
  route: "runs/{id}",
  authLevel: "function",
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const id = request.params["id"] ?? "";
    const run = /^[a-z0-9-]{1,200}$/i.test(id) ? await (await getApp()).run(id) : null;
    if (run === null) throw new Problem(404, "unknown-run", `There is no run "${id.slice(0, 120)}"; GET /api/runs lists them`);
    return json({ ...run, live: await liveStatus(context, id) });
  }),
});
