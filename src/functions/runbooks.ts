import { app, type HttpRequest, type HttpResponseInit } from "@azure/functions";
import * as df from "durable-functions";
import { z } from "zod";
import { getApp } from "../app/compose.ts";
import type { App, RestoreRequest, RunbookRequest } from "../app/app.ts";
import { strictBody } from "../app/body.ts";
import { GUARD_CODES } from "../domain/guards.ts";
import type { Run } from "../domain/run.ts";
import { RUN_MODES, RUNBOOKS, type Runbook } from "../domain/runbook.ts";
import { requestedBy, secured } from "./authorize.ts";
import { runStarter } from "./durable-client.ts";
import { json, parseBody, Problem, who } from "./problem.ts";

const common = { region: z.string(), mode: z.enum(RUN_MODES).default("graceful"), ...who };

const BODIES = {
  evacuate: strictBody({
    ...common,
    /** Share [0–1) of its traffic that the region is to keep. */
    share: z.number().min(0).max(0.95).default(0),
    /** Deployments of the region whose traffic is to move. Default: all of them. */
    deployments: z.array(z.string()).min(1).optional(),
    override: strictBody({ guard: z.enum(GUARD_CODES), reason: who.reason }).optional(),
  }),
  restore: strictBody(common),
} as const satisfies Record<Runbook, z.ZodType>;

async function readRequest(request: HttpRequest, failover: App): Promise<RunbookRequest> {
  const runbook = RUNBOOKS.find((name) => name === request.params["runbook"]);
  if (runbook === undefined) {
    const allowed = `"${request.params["runbook"] ?? ""}" is not one of ${RUNBOOKS.join(", ")}`;
    throw new Problem(404, "unknown-runbook", allowed, [{ field: "runbook", message: allowed }]);
  }
  if (runbook === "restore") return { runbook, ...wanted(request, failover, await parseBody(request, BODIES.restore)) };
  const body = await parseBody(request, BODIES.evacuate);
  const { share, override, deployments } = body;
  const common = wanted(request, failover, body);
  const scope = deployments === undefined ? null : knownDeployments(failover, body.region, deployments);
  return { runbook, ...common, scope, share, ...(override === undefined ? {} : { override }) };
}

function wanted(request: HttpRequest, failover: App, body: z.infer<typeof BODIES.restore>): RestoreRequest {
  const { region, mode, reason } = body;
  requireRegion(failover, region);
  return { region, mode, initiator: "manual", reason: `${requestedBy(request, body.requestedBy)}: ${reason}` };
}

function knownDeployments(failover: App, region: string, wanted: readonly string[]): readonly string[] {
  const known = failover.deploymentsOf(region);
  const errors = wanted.flatMap((id, i) =>
    known.includes(id) ? [] : [{ field: `deployments[${i}]`, message: `"${id}" is not one of ${known.join(", ") || "none"}` }],
  );
  if (errors.length > 0) throw new Problem(404, "unknown-deployment", errors.map(({ message }) => message).join("; "), errors);
  return [...new Set(wanted)];
}

export function requireRegion(failover: App, region: string): void {
  if (failover.regions.includes(region)) return;
  const allowed = `"${region}" is not one of ${failover.regions.join(", ")}`;
  throw new Problem(404, "unknown-region", allowed, [{ field: "region", message: allowed }]);
}

app.http("planRun", {
  methods: ["POST"],
  route: "runbooks/{runbook}/plan",
  ...secured("Operator", async (request) => {
    const failover = await getApp();
    return json(await failover.plan(await readRequest(request, failover)));
  }),
});

app.http("startRun", {
  methods: ["POST"],
  route: "runbooks/{runbook}",
  extraInputs: [df.input.durableClient()],
  ...secured("Operator", async (request, context) => {
    const failover = await getApp();
    const asked = await readRequest(request, failover);
    const key = idempotencyKey(request);
    const result = await failover.start(asked, runStarter(context, failover), key);
    if ("repeated" in result) return accepted(request, result.repeated, "repeated");
    if ("keyOf" in result) {
      throw new Problem(422, "key-reused", `Idempotency-Key "${key ?? ""}" started ${result.keyOf}, which is another runbook or region`);
    }
    if (result.started) return accepted(request, result.run, result.joined ? "joined" : "started");
    const refused = result.guards.filter((guard) => guard.outcome === "refused");
    throw new Problem(
      409,
      "refused",
      result.reason,
      refused.map((guard) => ({ field: guard.code, message: guard.reason })),
    );
  }),
});

/** A run that is joined or repeated goes on as it was started: its mode and share are told because they may not be those asked for. */
function accepted(request: HttpRequest, run: Run, outcome: "started" | "joined" | "repeated"): HttpResponseInit {
  const { id, mode, targetShare, initiator } = run;
  const url = new URL(`/api/runs/${id}`, request.url).href;
  return json({ run: id, outcome, mode, targetShare, initiator, url }, 202, { location: url, "retry-after": "5" });
}

const KEY_RULE = "must be 1–100 letters, digits, dots, hyphens or underscores";

function idempotencyKey(request: HttpRequest): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[A-Za-z0-9._-]{1,100}$/.test(key)) return key;
  throw new Problem(400, "invalid-header", `Idempotency-Key: ${KEY_RULE}`, [{ field: "Idempotency-Key", message: KEY_RULE }]);
}
