/** What an answer, or that there was none, says about a target. */
import type { ErrorClass, Observation, Outcome } from "../../domain/observation.ts";
import { classify, networkCode, retryAfter } from "../arm/failure.ts";
import { oneLine } from "../text.ts";
import { errorText, hasChoices, ranOutOfTokens, spentTokens } from "./completion.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export type Finding = Omit<Observation, "target" | "kind" | "region" | "at" | "latencyMilliseconds" | "via">;

/** Our own network has no route: nothing was learnt about the target. A name that does not resolve may well be the target's outage. */
const NO_ROUTE: ReadonlySet<string> = new Set(["ENETUNREACH", "ENETDOWN"]);
/** Of getaddrinfo and c-ares. */
const DNS_CODE = /^(EAI_|ENOTFOUND$|ENODATA$|ESERVFAIL$)/;
/** Of OpenSSL's verification, of Node's TLS and of a broken handshake. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|DEPTH_|SELF_SIGNED|UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/;
const TIMEOUT_CODE = /^(ETIMEDOUT$|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$)/;

export function judge({ status, headers, body }: Answer): Finding {
  const wait = status === 200 ? undefined : retryAfter(headers);
  const facts = [`${status}`, errorText(body), wait === undefined ? "" : `retry after ${wait} s`, headers.get("x-ms-region") ?? ""];
  return { ...outcomeOf(status), statusCode: status, detail: oneLine(facts.filter((fact) => fact !== "").join(", ")) };
}

export function judgeCompletion(answer: Answer): Finding {
  const remaining = tokensIn(answer.headers, "x-ratelimit-remaining-tokens");
  const limit = tokensIn(answer.headers, "x-ratelimit-limit-tokens");
  const spent = spentTokens(answer.body);
  return {
    ...judgeModel(answer),
    ...(remaining === undefined ? {} : { remainingTokens: remaining }),
    // Nothing could ever be sent under a limit of 0.
    ...(limit === undefined || limit === 0 ? {} : { limitTokens: limit }),
    ...(spent === undefined ? {} : { spentTokens: spent }),
  };
}

function judgeModel(answer: Answer): Finding {
  if (answer.status === 200 && !hasChoices(answer.body))
    return { outcome: "failed", errorClass: "emptyAnswer", statusCode: 200, detail: "200 without a completion" };
  if (ranOutOfTokens(answer.status, answer.body))
    return { outcome: "ok", statusCode: 400, detail: "the model ran into the probe's token limit" };
  return judge(answer);
}

/**
 * 429 is capacity, 5xx is health, the rest is the prober's own fault (azure-facts 4.3), a prompt that the content filter refuses included.
 * 408 is the service's own timeout.
 */
export function outcomeOf(status: number): { readonly outcome: Outcome; readonly errorClass?: ErrorClass } {
  if (status === 200) return { outcome: "ok" };
  if (status === 429) return { outcome: "throttled" };
  return status >= 500 || status === 408 ? { outcome: "failed", errorClass: "serverError" } : { outcome: "misconfigured" };
}

export function unanswered(error: unknown, deadlineSeconds: number): Finding {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError")
    return { outcome: "failed", errorClass: "timeout", detail: `no complete answer within ${deadlineSeconds} s` };
  const code = networkCode(error);
  // What is left never reached the network: a URL or an id that cannot be used.
  if (code === undefined) return { outcome: "misconfigured", detail: classify(error).reason };
  const detail = `connection failed: ${code}`;
  return NO_ROUTE.has(code) ? { outcome: "unmeasured", detail } : { outcome: "failed", errorClass: classOf(code), detail };
}

function classOf(code: string): ErrorClass {
  if (DNS_CODE.test(code)) return "dns";
  if (TLS_CODE.test(code)) return "tls";
  return TIMEOUT_CODE.test(code) ? "timeout" : "connection";
}

/** −1 has been sent since November 2025 and means nothing (azure-facts 4.3). */
function tokensIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  const tokens = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isInteger(tokens) && tokens >= 0 ? tokens : undefined;
}
