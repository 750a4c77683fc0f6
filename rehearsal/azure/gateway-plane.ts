/** What a gateway itself answers: its status path, and the operation by which it asks one of its backends for the prober. */
import type { Constants } from "../constants.ts";
import type { Answer, World } from "../world.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import { tokenProblem } from "./bearer.ts";
import { withoutStatus, type Answered, type Call, type Wait } from "./http.ts";
import type { TokenBook } from "./identity.ts";
import type { ApimService, Platform } from "./platform.ts";

export interface GatewayOptions {
  readonly platform: Pick<Platform, "audiences">;
  readonly world: Pick<World, "callGatewayStatus"> & Partial<Pick<World, "callThroughGateway">>;
  readonly tokens: TokenBook;
  readonly constants: Constants;
}

/** The witness asks as little as a probe does. */
const WITNESS_PROMPT_TOKENS = 8;
const WITNESS_MAX_TOKENS = 1;

export async function gatewayPlane(options: GatewayOptions, gateway: ApimService, call: Call, path: string, wait: Wait): Promise<Answered> {
  const backend = call.method === "GET" ? witnessedBackend(gateway, path) : undefined;
  if (backend === undefined && (call.method !== "GET" || path !== gateway.statusPath)) return notImplemented(call.method, call.path);
  const own = options.world.callGatewayStatus(Date.now(), gateway.gateway);
  if (own.result === "timeout") return "timeout";
  await wait(own.latencyMilliseconds);
  if (own.result !== 200 || backend === undefined) return statusReply(own);
  return witness(options, gateway, backend, call, wait);
}

function statusReply({ result }: Answer): Answered {
  if (typeof result === "string") return withoutStatus(result);
  return { status: result, body: result === 200 ? "Service Operational" : { statusCode: result, message: "Service unavailable" } };
}

/** The name in place of `{backend}`; undefined when the path is another one. */
function witnessedBackend({ witnessPath }: ApimService, path: string): string | undefined {
  const [before, after] = witnessPath?.split("{backend}") ?? [];
  if (before === undefined || after === undefined || !path.startsWith(before) || !path.endsWith(after)) return undefined;
  const name = path.slice(before.length, path.length - after.length);
  return name === "" || name.includes("/") ? undefined : name;
}

async function witness(options: GatewayOptions, gateway: ApimService, name: string, call: Call, wait: Wait): Promise<Answered> {
  const { world, platform, tokens, constants } = options;
  if (world.callThroughGateway === undefined) return notImplemented(call.method, call.path, "witness in this world");
  if (tokenProblem(call, platform.audiences.cognitiveServices, tokens) !== undefined)
    return { status: 401, body: { statusCode: 401, message: "Unauthorized. Access token is missing or invalid." } };
  const backend = gateway.backends.find((known) => known.name.toLowerCase() === name.toLowerCase());
  if (backend === undefined) return { status: 404, body: { statusCode: 404, message: "Resource not found" } };
  const answer = world.callThroughGateway(Date.now(), gateway.gateway, backend.deployment, WITNESS_PROMPT_TOKENS, WITNESS_MAX_TOKENS);
  const patience = constants.witnessTimeoutSeconds * 1000;
  const isLate = answer.result === "timeout" || answer.latencyMilliseconds > patience;
  await wait(isLate ? patience : answer.latencyMilliseconds);
  // An empty 200 is no answer either: the operation looks for a completion.
  return { status: 200, body: { status: isLate || typeof answer.result === "string" ? 0 : answer.result } };
}
