/** Questions to a model behind Front Door and API Management, asked again when a region fails. */
import OpenAI from "openai";
import { DEFAULT_POLICY, withRetries, type Failure, type Retry, type Surroundings } from "./retry.ts";
import type { Settings } from "./settings.ts";
import type { TokenProvider } from "./sign-in.ts";

export interface ChatOptions {
  readonly settings: Pick<Settings, "endpoint" | "model" | "giveUpAfterSeconds" | "stream">;
  readonly token: TokenProvider;
  readonly surroundings: Surroundings;
  readonly onRetry: (retry: Retry) => void;
}

export interface Answer {
  /** Whose Foundry answered; undefined when the headers do not tell. */
  readonly region: string | undefined;
  /** Piece by piece as they come; one piece when not streamed. */
  readonly pieces: AsyncIterable<string>;
}

export type Ask = (question: string) => Promise<Answer>;

/** Time for the first byte of one attempt; Front Door itself gives up after 60 s. */
const ATTEMPT_MILLISECONDS = 60_000;
const MAX_TOKENS = 200;

/** Keeps nothing of the conversation: every question stands for itself. */
export function createChat({ settings, token, surroundings, onRetry }: ChatOptions): Ask {
  // Retries are ours alone: the SDK's own would multiply them, and wait a minute at most without telling anybody.
  const client = new OpenAI({ baseURL: `${settings.endpoint}/openai/v1`, apiKey: token, maxRetries: 0 });
  const policy = { ...DEFAULT_POLICY, giveUpAfterMilliseconds: settings.giveUpAfterSeconds * 1000 };
  return (question) => {
    const request = { model: settings.model, messages: [{ role: "user" as const, content: question }], max_completion_tokens: MAX_TOKENS };
    const attempt = async (leftMilliseconds: number): Promise<Answer> => {
      const options = { timeout: Math.max(1, Math.min(ATTEMPT_MILLISECONDS, leftMilliseconds)) };
      if (!settings.stream) {
        const { data, response } = await client.chat.completions.create(request, options).withResponse();
        return { region: regionOf(response.headers), pieces: whole(data) };
      }
      // Once the first piece is shown it is too late to ask again: an answer that breaks off then is the caller's to judge.
      const { data, response } = await client.chat.completions.create({ ...request, stream: true }, options).withResponse();
      return { region: regionOf(response.headers), pieces: await begun(data) };
    };
    return withRetries((left) => attempt(left).catch(asNoAnswer), { policy, surroundings, failureOf, onRetry });
  };
}

/** A 200 without a completion in it: empty, or broken off before its first piece. */
class NoAnswer extends Error {}

/** The SDK's own errors, of calls and of tokens, are told as such; what else it throws comes from a body that could not be read. */
function asNoAnswer(error: unknown): never {
  throw error instanceof OpenAI.OpenAIError || error instanceof NoAnswer ? error : new NoAnswer("The answer broke off.", { cause: error });
}

/** Of the SDK's errors only an API error was a call; an abort is the caller's wish. */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof NoAnswer) return {};
  if (!(error instanceof OpenAI.APIError) || error instanceof OpenAI.APIUserAbortError) return undefined;
  return {
    ...(typeof error.status === "number" ? { status: error.status } : {}),
    ...(error.headers instanceof Headers ? { headers: error.headers } : {}),
  };
}

/** Foundry's own name of its region, or the gateways' for it. */
export function regionOf(headers: Headers | undefined): string | undefined {
  return headers?.get("x-ms-region") ?? headers?.get("x-failover-region") ?? undefined;
}

async function* pieceOf(text: string): AsyncGenerator<string> {
  yield text;
}

/** The SDK gives undefined for an empty body, whatever its type says. */
function whole(completion: OpenAI.ChatCompletion | undefined): AsyncIterable<string> {
  if (completion?.choices === undefined) throw new NoAnswer("The answer is empty.");
  return pieceOf(completion.choices[0]?.message.content ?? "");
}

/** When its first piece is there. */
async function begun(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<AsyncIterable<string>> {
  const rest = chunks[Symbol.asyncIterator]();
  const first = await rest.next();
  if (first.done === true) throw new NoAnswer("The answer is empty.");
  return streamed(first.value, { [Symbol.asyncIterator]: () => rest });
}

async function* streamed(first: OpenAI.ChatCompletionChunk, rest: AsyncIterable<OpenAI.ChatCompletionChunk>): AsyncGenerator<string> {
  yield first.choices[0]?.delta.content ?? "";
  for await (const { choices } of rest) yield choices[0]?.delta.content ?? "";
}
