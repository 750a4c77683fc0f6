/** ARM in front of the providers: latency, faults, tokens, api-version, throttling, the log. */
import type { Constants } from "../../constants.ts";
import type { ControlPlaneFaults } from "../faults.ts";
import { withoutStatus, type Answered, type Call, type Reply, type Service } from "../http.ts";
import type { TokenBook } from "../identity.ts";
import { bearerRefusal } from "../bearer.ts";
import { match, template, type Params, type Template } from "../routing.ts";
import { armError, impaired, notImplemented } from "./arm-errors.ts";
import { armBudgets } from "./budgets.ts";

export interface ArmRequest {
  /** Virtual milliseconds since the Unix epoch at which ARM decides: after its latency. */
  readonly at: number;
  readonly params: Params;
  readonly call: Call;
}

export interface ArmRoute extends Template {
  readonly method: string;
  readonly provider: string;
  /** Where the resource stands; its management plane fails with that region. Undefined = global. */
  readonly region?: (params: Params) => string | undefined;
  readonly handle: (request: ArmRequest) => Reply;
}

/** One call that reached ARM, as it ended. */
export interface ArmCall {
  /** When ARM decided, which for a write is when it took effect. */
  readonly at: number;
  readonly method: string;
  /** The route's template; empty when there is none. */
  readonly route: string;
  readonly resource: string;
  readonly status: Reply["status"] | "timeout" | "reset";
  /** Of writes. */
  readonly body?: unknown;
}

export interface ArmOptions {
  readonly routes: readonly ArmRoute[];
  readonly audience: string;
  readonly tokens: TokenBook;
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly log: (call: ArmCall) => void;
}

type RouteRest = Pick<ArmRoute, "provider" | "region">;

/** `route("GET", "/subscriptions/…", …)` with the provider's name and region taken along. */
export function armRoute(rest: RouteRest, method: string, path: string, handle: ArmRoute["handle"]): ArmRoute {
  return { ...template(path), ...rest, method, handle };
}

export function resourceManager(options: ArmOptions): Service {
  const budgets = armBudgets(options.constants);
  return async (call, wait) => {
    const found = findRoute(options.routes, call);
    if (!found) return logged(options, call, undefined, notImplemented(call.method, call.path));
    const { route, params } = found;
    const region = route.region?.(params);
    const slow = region === undefined ? 0 : (options.faults.resourceManagerSlow[region] ?? 0);
    await wait((isWrite(call.method) ? options.constants.armWriteMilliseconds : options.constants.armReadMilliseconds) + slow);
    const at = Date.now();
    const budget = budgets.take(at, params["subscription"] ?? "", call.method);
    const answered =
      bearerRefusal(call, options.audience, options.tokens) ??
      missingApiVersion(call) ??
      budget.refusal ??
      forbidden(options.faults, params, route) ??
      faultAnswer(options.faults, region, call.method, route.provider) ??
      route.handle({ at, params, call });
    return logged(options, call, route, withHeaders(answered, budget.headers));
  };
}

function isWrite(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

function findRoute(routes: readonly ArmRoute[], call: Call): { route: ArmRoute; params: Params } | undefined {
  for (const route of routes) {
    const params = route.method === call.method ? match(call.path, route) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function missingApiVersion({ query }: Call): Reply | undefined {
  if (query.get("api-version")) return undefined;
  return armError(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
}

function forbidden({ subscriptionsForbidden = [] }: ControlPlaneFaults, params: Params, { provider }: ArmRoute): Reply | undefined {
  return subscriptionsForbidden.includes(params["subscription"] ?? "") ? impaired(403, provider) : undefined;
}

function faultAnswer(faults: ControlPlaneFaults, region: string | undefined, method: string, provider: string): Answered | undefined {
  const fault = region === undefined ? undefined : faults.resourceManager[region];
  if (!fault || (fault.only === "writes" && !isWrite(method))) return undefined;
  return typeof fault.answer === "number" ? impaired(fault.answer, provider, fault.retryAfterSeconds) : withoutStatus(fault.answer);
}

function withHeaders(answered: Answered, headers: Readonly<Record<string, string>>): Answered {
  return typeof answered === "string" ? answered : { ...answered, headers: { ...headers, ...answered.headers } };
}

function logged(options: ArmOptions, call: Call, route: ArmRoute | undefined, answered: Answered): Answered {
  options.log({
    at: Date.now(),
    method: call.method,
    route: route?.template ?? "",
    resource: call.path,
    status: typeof answered === "string" ? answered : answered.status,
    ...(isWrite(call.method) ? { body: call.body } : {}),
  });
  return answered;
}
