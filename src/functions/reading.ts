import { app } from "@azure/functions";
import * as df from "durable-functions";
import { getApp } from "../app/compose.ts";
import { secured } from "./authorize.ts";
import { liveStatus } from "./durable-client.ts";
import { json, runIdOf, unknownRun } from "./problem.ts";

app.http("status", {
  methods: ["GET"],
  route: "status",
  ...secured("Reader", async () => json(await (await getApp()).status())),
});

app.http("runs", {
  methods: ["GET"],
  route: "runs",
  ...secured("Reader", async () => json(await (await getApp()).runs())),
});

app.http("run", {
  methods: ["GET"],
  route: "runs/{id}",
  extraInputs: [df.input.durableClient()],
  ...secured("Reader", async (request, context) => {
    const id = runIdOf(request);
    const run = await (await getApp()).run(id);
    if (run === null) throw unknownRun(id);
    return json({ ...run, live: await liveStatus(context, id) });
  }),
});
