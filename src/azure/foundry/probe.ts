import type { TokenCredential } from "@azure/identity";
import type { Deployment, Estate, Gateway } from "../../domain/estate.ts";
import type { Observation, Outcome, TargetKind } from "../../domain/observation.ts";
import type { Clock, WorkloadProbe } from "../../ports.ts";
import { classify, networkCode, retryAfter } from "../arm/failure.ts";
import { scopeOf } from "../arm/options.ts";
import { oneLine } from "../text.ts";
import {
  completionBody,
  completionUrl,
  errorText,
  firstTokenLimit,
  hasChoices,
  otherTokenLimit,
  ranOutOfTokens,
  type TokenLimit,
} from "./completion.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

type Target = { readonly id: string; readonly region: string };
type Finding = Pick<Observation, "outcome" | "detail" | "statusCode" | "remainingTokens">;

/** Our own network has no route: nothing was learnt about the target. A name that does not resolve may well be the target's outage. */
const NO_ROUTE: ReadonlySet<string> = new Set(["ENETUNREACH", "ENETDOWN"]);

export function createWorkloadProbe(estate: Estate, credential: TokenCredential, clock: Clock): WorkloadProbe {
  const { probeDeadlineSeconds, probeMaxTokens } = estate.detection;
  /** Learnt from refusals, per deployment. */
  const tokenLimits = new Map<string, TokenLimit>();

  async function observe(target: Target, kind: TargetKind, ask: (signal: AbortSignal) => Promise<Finding>): Promise<Observation> {
    const sentAt = clock.now();
    const finding = await ask(AbortSignal.timeout(probeDeadlineSeconds * 1000)).catch((error: unknown) =>
      unanswered(error, probeDeadlineSeconds),
    );
    const latencyMilliseconds = clock.now().getTime() - sentAt.getTime();
    return { target: target.id, kind, region: target.region, at: sentAt.toISOString(), latencyMilliseconds, ...finding };
  }

  async function complete(target: Deployment, token: string, signal: AbortSignal): Promise<Answer> {
    const limit = tokenLimits.get(target.id) ?? firstTokenLimit(target);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const send = (field: TokenLimit): Promise<Answer> =>
      ask(completionUrl(target), signal, { method: "POST", headers, body: completionBody(field, probeMaxTokens) });
    const answer = await send(limit);
    const other = otherTokenLimit(limit, answer.status, answer.body);
    if (other === undefined) return answer;
    tokenLimits.set(target.id, other);
    return await send(other);
  }

  return {
    async deployment(target) {
      // The token comes first: neither its time nor its failure is the target's.
      const token = await tokenFor(credential, estate.cloud.cognitiveServicesAudience);
      if (!token.ok) return await observe(target, "deployment", async () => ({ outcome: "unmeasured", detail: token.reason }));
      return await observe(target, "deployment", async (signal) => judgeCompletion(await complete(target, token.value, signal)));
    },
    gateway: (target: Gateway) =>
      observe(target, "gateway", async (signal) => judge(await ask(`${target.url}${target.statusPath}`, signal, {}))),
  };
}

/** The body is always read to its end, so that the connection can serve again; the deadline covers it too. */
async function ask(url: string, signal: AbortSignal, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: "manual", signal });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function tokenFor(
  credential: TokenCredential,
  audience: string,
): Promise<{ ok: true; value: string } | { ok: false; reason: string }> {
  try {
    const token = await credential.getToken(scopeOf(audience));
    return token ? { ok: true, value: token.token } : { ok: false, reason: "no token from the managed identity" };
  } catch (error) {
    return { ok: false, reason: classify(error).reason };
  }
}

function judgeCompletion(answer: Answer): Finding {
  const remainingTokens = remaining(answer.headers);
  return { ...verdictOf(answer), ...(remainingTokens === undefined ? {} : { remainingTokens }) };
}

function verdictOf(answer: Answer): Finding {
  if (answer.status === 200 && !hasChoices(answer.body)) return { outcome: "failed", statusCode: 200, detail: "200 without a completion" };
  if (ranOutOfTokens(answer.status, answer.body))
    return { outcome: "ok", statusCode: 400, detail: "the model ran into the probe's token limit" };
  return judge(answer);
}

function judge({ status, headers, body }: Answer): Finding {
  const wait = status === 200 ? undefined : retryAfter(headers);
  const facts = [`${status}`, errorText(body), wait === undefined ? "" : `retry after ${wait} s`, headers.get("x-ms-region") ?? ""];
  return { outcome: outcomeOf(status), statusCode: status, detail: oneLine(facts.filter((fact) => fact !== "").join(", ")) };
}

/** 429 is capacity, 5xx is health, the rest is the prober's own fault (azure-facts 4.3). 408 is the service's own timeout. */
function outcomeOf(status: number): Outcome {
  if (status === 200) return "ok";
  if (status === 429) return "throttled";
  return status >= 500 || status === 408 ? "failed" : "misconfigured";
}

function unanswered(error: unknown, deadlineSeconds: number): Finding {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError")
    return { outcome: "failed", detail: `no complete answer within ${deadlineSeconds} s` };
  const code = networkCode(error);
  if (code !== undefined) return { outcome: NO_ROUTE.has(code) ? "unmeasured" : "failed", detail: `connection failed: ${code}` };
  // What is left never reached the network: a URL or an id that cannot be used.
  return { outcome: "misconfigured", detail: classify(error).reason };
}

/** −1 has been sent since November 2025 and means nothing (azure-facts 4.3). */
function remaining(headers: Headers): number | undefined {
  const text = headers.get("x-ratelimit-remaining-tokens");
  const tokens = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isInteger(tokens) && tokens >= 0 ? tokens : undefined;
}
