/** How the end of a client's request looks to the client. */
import type { FlightContext } from "../traffic/flight.ts";
import type { Constants } from "../constants.ts";
import type { FaultAnswer, World } from "../world.ts";
import { completionHead, completionReply, type Completion } from "./data-plane-answers.ts";
import { normalised, ownAnswer } from "./gateway-policy.ts";
import type { Answered, Reply, Wait } from "./http.ts";
import type { Platform } from "./platform.ts";

export interface Ended {
  readonly record: Parameters<FlightContext["ended"]>[0];
  readonly answer: Parameters<FlightContext["ended"]>[1];
}

export interface Asked {
  readonly apiVersion: string;
  readonly content: string;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly sequence: number;
  readonly stream?: boolean | undefined;
}

interface Context {
  readonly world: Pick<World, "callGatewayStatus">;
  readonly platform: Pick<Platform, "accounts">;
  readonly constants: Constants;
}

/** When the last byte is due, or the first one of a stream. */
export async function clientReply(context: Context, asked: Asked, { record, answer }: Ended, wait: Wait): Promise<Answered> {
  const { result } = record;
  const generation = asked.stream === true ? (answer?.generationMilliseconds ?? 0) : 0;
  await wait(record.endedAt - generation - Date.now());
  const served = answer === undefined ? undefined : servedBy(context.platform, record.tried.at(-1) ?? "");
  if (result === "empty") return { status: 200 };
  if (typeof result === "string" || answer === undefined || served === undefined) return ownFailure(context, record, result);
  const completion: Completion = { ...asked, ...served };
  const reply = normalised(completionReply(completion, { ...answer, result }, "present"));
  return result === 200 && asked.stream === true ? streamed(reply, completion, generation, wait) : reply;
}

function servedBy({ accounts }: Pick<Platform, "accounts">, id: string): Pick<Completion, "account" | "deployment"> | undefined {
  for (const account of accounts) {
    const deployment = account.deployments.find((known) => known.id === id);
    if (deployment) return { account, deployment };
  }
  return undefined;
}

/**
 * Nobody's answer but the gateway's or the edge's. Assumed [U]: Front Door says 504 after its own patience, and 503 for an origin that
 * it cannot reach or when it has none.
 */
function ownFailure({ constants, world }: Context, record: Ended["record"], result: Exclude<FaultAnswer, "empty">): Reply {
  if (record.endedAt - record.arrivedAt >= constants.edgeOriginTimeoutSeconds * 1000) return edgeAnswer(504);
  if (record.gateway === "") return edgeAnswer(503);
  const gateway = world.callGatewayStatus(Date.now(), record.gateway);
  if (record.tried.length > 0 || gateway.result === 200) return ownAnswer(result);
  return edgeAnswer(typeof result === "number" ? result : 503);
}

function edgeAnswer(status: number): Reply {
  return { status, body: "Our services aren't available right now" };
}

/** Server-sent events: a role, the words, an end, over the time that the model takes. */
function streamed({ status, headers }: Reply, completion: Completion, milliseconds: number, wait: Wait): Reply {
  async function* events(): AsyncGenerator<string> {
    const words = (completion.content ?? "").match(/\S+\s*/g) ?? [];
    yield event(completion, { role: "assistant", content: "" }, null);
    for (const content of words) {
      await wait(Math.round(milliseconds / words.length));
      yield event(completion, { content }, null);
    }
    yield event(completion, {}, "stop");
    yield "data: [DONE]\n\n";
  }
  return { status, headers: { ...headers, "content-type": "text/event-stream" }, stream: events() };
}

function event(completion: Completion, delta: object, finish_reason: "stop" | null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  return `data: ${JSON.stringify({ ...completionHead(completion, "chat.completion.chunk"), choices })}\n\n`;
}
