/** Foundry accounts, gateways and pages: `/hosts/{host}/…` stands for `https://{host}/…`. */
import { z } from "zod";
import type { Constants } from "../constants.ts";
import type { World } from "../world.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import { tokenProblem } from "./bearer.ts";
import { completionReply, deploymentNotFound, invalidToken, refusedProbe } from "./data-plane-answers.ts";
import type { ControlPlaneFaults } from "./faults.ts";
import { gatewayPlane } from "./gateway-plane.ts";
import type { Hosts } from "./hosts.ts";
import { withoutStatus, type Answered, type Call, type Reply, type Service, type Wait } from "./http.ts";
import type { TokenBook } from "./identity.ts";
import type { FoundryAccount, FoundryDeployment, Page, Platform } from "./platform.ts";

export interface DataPlaneOptions {
  readonly platform: Platform;
  readonly hosts: Hosts;
  readonly world: Pick<World, "callDeployment" | "callGatewayStatus"> & Partial<Pick<World, "callThroughGateway">>;
  readonly tokens: TokenBook;
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
}

const Chat = z.looseObject({
  model: z.string().optional(),
  messages: z.array(z.unknown()).min(1),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  stream: z.boolean().optional(),
});
type Chat = z.infer<typeof Chat>;

/** Of a request that names no limit; Azure's own default is the model's maximum. */
const ASSUMED_MAX_TOKENS = 4096;
const PAGE_TOKENS = 1;

export function dataPlane(options: DataPlaneOptions): Service {
  const sequences = new Map<string, number>();
  const next = ({ host }: FoundryAccount): number => {
    const sequence = (sequences.get(host) ?? 0) + 1;
    sequences.set(host, sequence);
    return sequence;
  };
  return async (call, wait) => {
    const [, host = "", path = "/"] = /^\/hosts\/([^/]+)(\/.*)?$/.exec(call.path) ?? [];
    const known = options.hosts.byHost(host);
    if (known === undefined) return notImplemented(call.method, call.path, "host");
    if (options.hosts.isCutOff(known)) return "timeout";
    // The connection was made before its name or certificate went out of order: it does not outlive that.
    if (options.hosts.connectionFault(known)) return "reset";
    const { pages, services, accounts } = options.platform;
    const page = pages.find((each) => each.host === known.host && each.path === path && call.method === "GET");
    if (page) return operatorsPage(options, page, wait);
    const gateway = services.find((service) => service.host === known.host);
    if (gateway) return gatewayPlane(options, gateway, call, path, wait);
    const account = accounts.find((each) => each.host === known.host);
    return account ? foundry(options, account, call, path, wait, () => next(account)) : notImplemented(call.method, call.path);
  };
}

/** Asks the deployment for each caller, and says what it got. */
async function operatorsPage({ world }: DataPlaneOptions, { deployment }: Page, wait: Wait): Promise<Answered> {
  const answer = world.callDeployment(Date.now(), deployment, PAGE_TOKENS, PAGE_TOKENS);
  if (answer.result === "timeout") return "timeout";
  await wait(answer.latencyMilliseconds);
  const status = typeof answer.result === "number" ? answer.result : 503;
  return { status, body: status === 200 ? "ok" : "not ok" };
}

async function foundry(
  options: DataPlaneOptions,
  account: FoundryAccount,
  call: Call,
  path: string,
  wait: Wait,
  next: () => number,
): Promise<Answered> {
  const dated = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/.exec(path);
  const isModels = call.method === "GET" && (path === "/openai/v1/models" || path === "/openai/models");
  const isChat = call.method === "POST" && (dated !== null || path === "/openai/v1/chat/completions");
  if (!isModels && !isChat) return notImplemented(call.method, call.path);
  const apiVersion = call.query.get("api-version");
  if (!path.startsWith("/openai/v1/") && !apiVersion)
    return { status: 404, body: { error: { code: "404", message: "Resource not found" } } };
  const refusal = tokenRefusal(call, options);
  const refused = options.faults.probesRefused[account.region] ?? options.faults.probesRefused[""];
  if (refusal || refused !== undefined || isModels) {
    await wait(options.constants.errorMilliseconds);
    return refusal ?? (refused === undefined ? models(account) : refusedProbe(refused, apiVersion ?? "v1"));
  }
  const chat = Chat.safeParse(call.body);
  if (!chat.success)
    return { status: 400, body: { error: { code: null, type: "invalid_request_error", message: z.prettifyError(chat.error) } } };
  if (chat.data.stream) return notImplemented(call.method, call.path, "stream");
  const name = dated?.[1] ?? chat.data.model ?? "";
  const deployment = account.deployments.find((known) => known.name.toLowerCase() === name.toLowerCase());
  if (!deployment) return deploymentNotFound();
  return complete(options, { account, deployment, chat: chat.data, apiVersion: apiVersion ?? "v1", sequence: next() }, wait);
}

interface Request {
  readonly account: FoundryAccount;
  readonly deployment: FoundryDeployment;
  readonly chat: Chat;
  readonly apiVersion: string;
  readonly sequence: number;
}

async function complete({ world, faults }: DataPlaneOptions, { chat, ...request }: Request, wait: Wait): Promise<Answered> {
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens ?? ASSUMED_MAX_TOKENS;
  // About four characters a token, as the service's own estimate before it tokenises.
  const promptTokens = Math.max(1, Math.ceil(JSON.stringify(chat.messages).length / 4));
  const answer = world.callDeployment(Date.now(), request.deployment.id, promptTokens, maxTokens);
  if (answer.result === "timeout") return "timeout";
  await wait(answer.latencyMilliseconds);
  if (typeof answer.result === "string") return withoutStatus(answer.result);
  return completionReply(
    { ...request, promptTokens, generatedTokens: maxTokens },
    { ...answer, result: answer.result },
    faults.rateLimitHeaders,
  );
}

function tokenRefusal(call: Call, { platform, tokens }: DataPlaneOptions): Reply | undefined {
  if (call.headers["api-key"] !== undefined) {
    return {
      status: 401,
      body: {
        error: {
          code: "401",
          message:
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.",
        },
      },
    };
  }
  return tokenProblem(call, platform.audiences.cognitiveServices, tokens) === undefined ? undefined : invalidToken();
}

/** Models, not deployments; the control path answers whatever the model path does (azure-facts 4.4). */
function models({ deployments }: FoundryAccount): Reply {
  const data = deployments.map(({ model }) => ({
    id: `${model.name}-${model.version}`,
    object: "model",
    status: "succeeded",
    lifecycle_status: "generally-available",
  }));
  return { status: 200, body: { object: "list", data } };
}
