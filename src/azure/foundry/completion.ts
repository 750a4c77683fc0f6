import type { Deployment } from "../../domain/estate.ts";
import { parseResourceId } from "../arm/resource-id.ts";

/** The latest dated version that is generally available (azure-facts 4.3). */
const API_VERSION = "2024-10-21";

export const TOKEN_LIMITS = ["max_tokens", "max_completion_tokens"] as const;
/** The body's field that bounds the answer. Reasoning models know only the newer one, some older models only the older one. */
export type TokenLimit = (typeof TOKEN_LIMITS)[number];

/** From the o-series and gpt-5 on; a guess by name, which `otherTokenLimit` corrects from the service's own words. */
const REASONING_MODEL = /^(o\d|gpt-[5-9]|model-router)/i;

export function firstTokenLimit(deployment: Deployment): TokenLimit {
  return REASONING_MODEL.test(deployment.model.name) ? "max_completion_tokens" : "max_tokens";
}

/** The other field when a 400 says that this one is not known ("Unsupported parameter: 'max_tokens' …", "Unrecognized request argument supplied: …"). */
export function otherTokenLimit(sent: TokenLimit, status: number, body: string): TokenLimit | undefined {
  const refused = status === 400 && /unsupported|unrecognized/i.test(body) && new RegExp(`['" ]${sent}\\b`).test(body);
  return refused ? TOKEN_LIMITS.find((limit) => limit !== sent) : undefined;
}

/**
 * Reasoning models answer 400 when the limit ends before their thinking does: the model ran, which is what was asked.
 * (Seen on Azure in openai-python#2886 and CodexBar#2867.)
 */
export function ranOutOfTokens(status: number, body: string): boolean {
  return status === 400 && body.includes("max_tokens or model output limit was reached");
}

export function completionUrl(deployment: Deployment): string {
  const name = parseResourceId(deployment.resourceId).nameOf("deployments");
  return `${deployment.endpoint}/openai/deployments/${encodeURIComponent(name)}/chat/completions?api-version=${API_VERSION}`;
}

export function completionBody(limit: TokenLimit, tokens: number): string {
  return JSON.stringify({ messages: [{ role: "user", content: "ping" }], [limit]: tokens });
}

/** An answer counts when it holds at least one choice: an empty 200 was seen from broken backends. */
export function hasChoices(body: string): boolean {
  const parsed = parse(body);
  return "choices" in parsed && Array.isArray(parsed.choices) && parsed.choices.length > 0;
}

/** Code and message of an error, wrapped in `error` or not (azure-facts 13.10). */
export function errorText(body: string): string {
  const parsed = parse(body);
  const error = "error" in parsed && typeof parsed.error === "object" && parsed.error !== null ? parsed.error : parsed;
  const code = "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? `${error.code}: ` : "";
  return "message" in error && typeof error.message === "string" ? `${code}${error.message}` : "";
}

function parse(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
