import { app } from "@azure/functions";
import { getApp } from "../app/compose.ts";
import { answering, json, Problem } from "./problem.ts";

app.http("status", { methods: ["GET"], route: "status", authLevel: "function", handler: answering(async () => json(await (await getApp()).status())) });

app.http("runs", { methods: ["GET"], route: "runs", authLevel: "function", handler: answering(async () => json(await (await getApp()).runs())) });

app.http("run", {
  methods: ["GET"],
  route: "runs/{id}",
  authLevel: "function",
  handler: answering(async (request) => {
    const id = request.params["id"] ?? "";
    const run = /^[a-z0-9-]+Z?(-\d+)?$/i.test(id) ? await (await getApp()).run(id) : null;
    if (run === null) throw new Problem(404, "unknown-run", `no run "${id.slice(0, 120)}"`);
    return json(run);
  }),
});
