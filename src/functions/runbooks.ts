import { app, type HttpRequest } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import type { App, RunbookRequest } from "../app/app.ts";
import { GUARD_CODES } from "../domain/guards.ts";
import { RUN_MODES, RUNBOOKS } from "../domain/run.ts";
import { runStarter } from "./durable-client.ts";
import { answering, json, parseBody, Problem, requestedBy } from "./problem.ts";

const text = z.string().trim().min(1).max(500);

const Body = z.strictObject({
  region: z.string(),
  mode: z.enum(RUN_MODES).default("graceful"),
  /** Share [0–1) of its traffic that the region is to keep; only for evacuate. */
  share: z.number().min(0).max(0.95).optional(),
  reason: text,
  requestedBy: z.string().trim().min(1).max(100).optional(),
  override: z.strictObject({ guard: z.enum(GUARD_CODES), reason: text }).optional(),
});

async function readRequest(request: HttpRequest, failover: App): Promise<RunbookRequest> {
  const runbook = RUNBOOKS.find((name) => name === request.params["runbook"]);
  if (runbook === undefined) throw new Problem(404, "unknown-runbook", `"${request.params["runbook"] ?? ""}" is not one of ${RUNBOOKS.join(", ")}`);
  const body = await parseBody(request, Body);
  requireRegion(failover, body.region);
  const { region, mode, override } = body;
  const reason = `${requestedBy(request, body.requestedBy)}: ${body.reason}`;
  const common = { region, mode, initiator: "manual" as const, reason };
  if (runbook === "evacuate") return { runbook, ...common, share: body.share ?? 0, ...(override === undefined ? {} : { override }) };
  for (const field of ["share", "override"] as const) {
    if (body[field] !== undefined) throw new Problem(400, "invalid-body", `${field}: not allowed for restore`, [{ field, message: "not allowed for restore" }]);
  }
  return { runbook, ...common };
}

export function requireRegion(failover: App, region: string): void {
  if (failover.regions.includes(region)) return;
  const allowed = `"${region}" is not one of ${failover.regions.join(", ")}`;
  throw new Problem(404, "unknown-region", allowed, [{ field: "region", message: allowed }]);
}

app.http("planRun", {
  methods: ["POST"],
  route: "runbooks/{runbook}/plan",
  authLevel: "function",
  handler: answering(async (request) => {
    const failover = await getApp();
    return json(await failover.plan(await readRequest(request, failover)));
  }),
});

app.http("startRun", {
  methods: ["POST"],
  route: "runbooks/{runbook}",
  authLevel: "function",
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const failover = await getApp();
    const wanted = await readRequest(request, failover);
    const result = await failover.start(wanted, runStarter(context, failover), idempotencyKey(request));
    if ("repeated" in result) return accepted(request, result.repeated, "repeated");
    if (result.started) return accepted(request, result.run.id, result.joined ? "joined" : "started");
    throw new Problem(409, "refused", result.reason, result.guards.filter((g) => g.outcome === "refused").map((g) => ({ field: g.code, message: g.reason })));
  }),
});

function accepted(request: HttpRequest, id: string, outcome: "started" | "joined" | "repeated"): ReturnType<typeof json> {
  const url = new URL(`/api/runs/${id}`, request.url).href;
  return json({ run: id, outcome, url }, 202, { location: url });
}

function idempotencyKey(request: HttpRequest): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[A-Za-z0-9._-]{1,100}$/.test(key)) return key;
  throw new Problem(400, "invalid-body", "Idempotency-Key: 1–100 letters, digits, dots, hyphens or underscores", [{ field: "Idempotency-Key", message: "1–100 letters, digits, dots, hyphens or underscores" }]);
}
