import type { Deployment } from "../../domain/estate.ts";
import { parseResourceId } from "../arm/resource-id.ts";

/** The latest dated version that is generally available (azure-facts 4.3); models that want a later one say so. */
const API_VERSION = "2024-10-21";

const LIMIT_FIELDS = ["max_tokens", "max_completion_tokens"] as const;
/** The body's field that bounds the answer. Reasoning models know only the newer one, some older models only the older one. */
type LimitField = (typeof LIMIT_FIELDS)[number];

/** How one deployment is asked: what bounds its answer, and in which version of the API. */
export interface Wording {
  readonly field: LimitField;
  readonly tokens: number;
  readonly apiVersion: string;
}

/** From the o-series and gpt-5 on; a guess by name, which `corrected` mends with the service's own words. */
const REASONING_MODEL = /^(o\d|gpt-[5-9]|model-router)/i;
/** "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead." */
const MINIMUM = /minimum\D{0,60}?(?:>=|at least|than or equal to)\s*(\d{1,6})/i;
/** "Model {modelName} is enabled only for api versions 2024-12-01-preview and later": the o-series (azure-sdk-for-python#40759). */
const LEAST_VERSION = /only for api versions? (\d{4}-\d{2}-\d{2}(?:-preview)?)/i;
/** What a model may ask for at most: beyond this a probe is no longer tiny. */
const MOST_TOKENS = 1024;

export function firstWording(deployment: Deployment, tokens: number): Wording {
  const field = REASONING_MODEL.test(deployment.model.name) ? "max_completion_tokens" : "max_tokens";
  return { field, tokens, apiVersion: API_VERSION };
}

/** What to send instead when a 400 says that the version is too old, the field not known or its value too low; undefined = it says none of it. */
export function corrected(sent: Wording, status: number, body: string): Wording | undefined {
  if (status !== 400) return undefined;
  const apiVersion = LEAST_VERSION.exec(body)?.[1];
  if (apiVersion !== undefined) return apiVersion > sent.apiVersion ? { ...sent, apiVersion } : undefined;
  const tokens = Number(MINIMUM.exec(body)?.[1]);
  if (tokens > sent.tokens && tokens <= MOST_TOKENS) return { ...sent, tokens };
  // "Unsupported parameter: 'max_tokens' …", "Unrecognized request argument supplied: …"
  const refused = /unsupported|unrecognized/i.test(body) && new RegExp(`['" ]${sent.field}\\b`).test(body);
  const other = LIMIT_FIELDS.find((field) => field !== sent.field);
  return refused && other !== undefined ? { ...sent, field: other } : undefined;
}

/**
 * Reasoning models answer 400 when the limit ends before their thinking does: the model ran, which is what was asked.
 * (Seen on Azure in openai-python#2886 and CodexBar#2867.)
 */
export function ranOutOfTokens(status: number, body: string): boolean {
  return status === 400 && body.includes("max_tokens or model output limit was reached");
}

export function completionUrl(deployment: Deployment, { apiVersion }: Wording): string {
  const name = parseResourceId(deployment.resourceId).nameOf("deployments");
  return `${deployment.endpoint}/openai/deployments/${encodeURIComponent(name)}/chat/completions?api-version=${apiVersion}`;
}

export function completionBody({ field, tokens }: Wording): string {
  return JSON.stringify({ messages: [{ role: "user", content: "ping" }], [field]: tokens });
}

/** An answer counts when it holds at least one choice: an empty 200 was seen from broken backends. */
export function hasChoices(body: string): boolean {
  const parsed = parseObject(body);
  return "choices" in parsed && Array.isArray(parsed.choices) && parsed.choices.length > 0;
}

/** `usage.total_tokens`. */
export function spentTokens(body: string): number | undefined {
  const parsed = parseObject(body);
  const usage = "usage" in parsed && typeof parsed.usage === "object" && parsed.usage !== null ? parsed.usage : {};
  const tokens = "total_tokens" in usage ? usage.total_tokens : undefined;
  return typeof tokens === "number" && Number.isInteger(tokens) && tokens >= 0 ? tokens : undefined;
}

/** Code and message of an error, wrapped in `error` or not (azure-facts 13.10). */
export function errorText(body: string): string {
  const parsed = parseObject(body);
  const error = "error" in parsed && typeof parsed.error === "object" && parsed.error !== null ? parsed.error : parsed;
  const code = "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? `${error.code}: ` : "";
  return "message" in error && typeof error.message === "string" ? `${code}${error.message}` : "";
}

/** An empty object for what is no JSON object. */
export function parseObject(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
