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
      const timeout = Math.max(1, Math.min(ATTEMPT_MILLISECONDS, leftMilliseconds));
      if (!settings.stream) {
        const { data, response } = await client.chat.completions.create(request, { timeout }).withResponse();
        return { region: regionOf(response.headers), pieces: whole(data) };
      }
      // Once the first pieces are shown it is too late to ask again: an answer that breaks off is the caller's to judge.
      const { data, response } = await client.chat.completions.create({ ...request, stream: true }, { timeout }).withResponse();
      return { region: regionOf(response.headers), pieces: streamed(data) };
    };
    return withRetries(attempt, { policy, surroundings, failureOf, onRetry });
  };
}

/** Of everything that is thrown only what the SDK calls an API error was a call; an abort is the caller's wish. */
export function failureOf(error: unknown): Failure | undefined {
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

async function* whole({ choices }: OpenAI.ChatCompletion): AsyncGenerator<string> {
  yield choices[0]?.message.content ?? "";
}

async function* streamed(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>): AsyncGenerator<string> {
  for await (const { choices } of chunks) yield choices[0]?.delta.content ?? "";
}
