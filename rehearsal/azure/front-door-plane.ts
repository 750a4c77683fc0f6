/**
 * Clients' own requests over HTTP: Front Door, a gateway, a pool member. The traffic model decides which of them and how it ends, as
 * for every other client; here that is put into what the client sees.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { Constants } from "../constants.ts";
import type { TrafficWorld } from "../traffic/world.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import { clientReply, type Ended } from "./front-door-answers.ts";
import { tokenRefusal, unknownModel, type ClientTokens } from "./gateway-policy.ts";
import type { Answered, Service, Wait } from "./http.ts";
import type { Platform } from "./platform.ts";

export interface FrontDoorPlaneOptions {
  readonly estate: Estate;
  readonly platform: Platform;
  readonly world: Pick<TrafficWorld, "advanceTo" | "nextAt" | "send" | "callGatewayStatus">;
  readonly constants: Constants;
  /** Where the clients are: Front Door's site near there serves them. */
  readonly clientRegion: string;
  readonly tokens: ClientTokens;
}

const Chat = z.looseObject({
  model: z.string().optional(),
  messages: z.array(z.looseObject({ content: z.unknown() })).min(1),
  max_tokens: z.int().min(1).optional(),
  max_completion_tokens: z.int().min(1).optional(),
  stream: z.boolean().optional(),
});

/** Above every number that generated traffic reaches: draws are keyed by it. */
const FIRST_ID = 1_000_000_000;
const ASSUMED_MAX_TOKENS = 4096;

export function frontDoorPlane(options: FrontDoorPlaneOptions): Service {
  let sent = 0;
  return async (call, wait) => {
    const dated = /^\/openai\/deployments\/([^/]+)\/chat\/completions$/.exec(call.path);
    if (call.method !== "POST" || (dated === null && call.path !== "/openai/v1/chat/completions"))
      return notImplemented(call.method, call.path);
    const refused = tokenRefusal(call, options.tokens);
    if (refused !== undefined) return refused;
    const chat = Chat.safeParse(call.body);
    if (!chat.success)
      return { status: 400, body: { error: { code: null, type: "invalid_request_error", message: z.prettifyError(chat.error) } } };
    const pool = dated?.[1] ?? chat.data.model ?? "";
    if (!hasPool(options.estate, pool)) return unknownModel(pool);
    return ask(options, { ...chat.data, pool, apiVersion: call.query.get("api-version") ?? "v1" }, (sent += 1), wait);
  };
}

type Asked = z.infer<typeof Chat> & { readonly pool: string; readonly apiVersion: string };

async function ask(options: FrontDoorPlaneOptions, chat: Asked, number: number, wait: Wait): Promise<Answered> {
  const { world, clientRegion } = options;
  const maxTokens = chat.max_completion_tokens ?? chat.max_tokens ?? ASSUMED_MAX_TOKENS;
  const content = answerTo(chat.messages.at(-1)?.content);
  const generatedTokens = Math.min(maxTokens, estimatedTokens(content));
  const promptTokens = estimatedTokens(JSON.stringify(chat.messages));
  let end: Ended | undefined;
  const request = {
    id: FIRST_ID + number,
    arrivesAt: Date.now(),
    clientRegion,
    contextTokens: promptTokens,
    generatedTokens,
    maxTokens,
    pool: chat.pool,
  };
  world.send(request, (record, answer) => void (end = { record, answer }));
  while (end === undefined) {
    await wait(Math.max(1, world.nextAt() - Date.now()));
    world.advanceTo(Date.now());
  }
  const reply = await clientReply(options, { ...chat, content, promptTokens, generatedTokens, sequence: number }, end, wait);
  return typeof reply === "string" ? reply : { ...reply, headers: { ...reply.headers, "x-azure-ref": randomUUID() } };
}

function hasPool({ gateways }: Estate, name: string): boolean {
  return gateways.every(({ pools }) => pools.some((pool) => pool.name.toLowerCase() === name.toLowerCase()));
}

/** About four characters a token, as the service's own estimate before it tokenises. */
function estimatedTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/** No model thinks here. */
function answerTo(question: unknown): string {
  const asked = typeof question === "string" ? question : "your question";
  return `A model would answer "${asked.slice(0, 80)}" here.`;
}
