/** Log Analytics: queries of one workspace, minutes late (azure-facts 3.3, 3.4). */
import { z } from "zod";
import type { Constants } from "../constants.ts";
import type { World } from "../world.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import type { ArmCall } from "./arm/arm.ts";
import { bearerRefusal } from "./bearer.ts";
import type { ControlPlaneFaults } from "./faults.ts";
import { gatewayLog, type GatewayLog } from "./gateway-log.ts";
import type { Reply, Service } from "./http.ts";
import type { TokenBook } from "./identity.ts";
import { parseSummary } from "./kql.ts";
import type { Platform } from "./platform.ts";
import { match, template } from "./routing.ts";
import { parseTimespan } from "./timespan.ts";

export interface LogAnalyticsOptions {
  readonly platform: Platform;
  readonly world: Pick<World, "advanceTo"> & Partial<Pick<World, "requests">>;
  readonly tokens: TokenBook;
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly log: (call: ArmCall) => void;
}

export const LOG_ANALYTICS_PATH = "/v1/";
const QUERY = template("/v1/workspaces/{workspace}/query");
const Body = z.looseObject({ query: z.string().min(1), timespan: z.string().optional() });

export function logAnalytics(options: LogAnalyticsOptions): Service {
  const { platform, tokens, constants } = options;
  const rows = gatewayLog(platform.services, options.world);
  return async (call, wait) => {
    const params = call.method === "POST" ? match(call.path, QUERY) : undefined;
    if (params === undefined) return notImplemented(call.method, call.path);
    await wait(constants.logsQueryMilliseconds);
    const workspace = params["workspace"]?.toLowerCase();
    const isKnown = platform.workspaces.some((known) => known.toLowerCase() === workspace);
    const reply =
      bearerRefusal(call, platform.audiences.logAnalytics, tokens) ??
      (isKnown
        ? answer(options, rows, call.body)
        : refused(404, "WorkspaceNotFoundError", `The workspace ${workspace ?? ""} was not found.`));
    options.log({ at: Date.now(), method: call.method, route: QUERY.template, resource: call.path, status: reply.status });
    return reply;
  };
}

function refused(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message, innererror: { code: "SemanticError", message } } } };
}

function answer({ world, faults, constants }: LogAnalyticsOptions, log: GatewayLog, body: unknown): Reply {
  const asked = Body.safeParse(body);
  if (!asked.success) return refused(400, "BadArgumentError", "The request had no query.");
  const summary = parseSummary(asked.data.query);
  if (typeof summary === "string") return refused(400, "BadArgumentError", summary);
  const now = Date.now();
  const skew = faults.clockSkewSeconds * 1000;
  const span = parseTimespan(asked.data.timespan ?? "P1D", now + skew);
  if (span === undefined) return refused(400, "BadArgumentError", `The timespan ${asked.data.timespan ?? ""} is not valid.`);
  world.advanceTo(now);
  const arrivedBy = now - constants.logsDelaySeconds * 1000;
  const requests = faults.logsMissing ? [] : log.read(span.from - skew, span.to - skew, arrivedBy);
  return { status: 200, body: { tables: [{ name: "PrimaryResult", columns: summary.columns, rows: summary.rows(requests, skew) }] } };
}
