import type { TokenCredential } from "@azure/identity";
import type { Deployment, Estate, Gateway } from "../../domain/estate.ts";
import type { Observation, TargetKind } from "../../domain/observation.ts";
import type { Clock, WorkloadProbe } from "../../ports.ts";
import { classify } from "../arm/failure.ts";
import { scopeOf } from "../arm/options.ts";
import { completionBody, completionUrl, corrected, firstWording, type Wording } from "./completion.ts";
import { judge, judgeCompletion, unanswered, type Answer, type Finding } from "./finding.ts";
import { judgeWitness, unmeasured, WITNESS_GRACE_SECONDS, witnessUrl } from "./witness.ts";

type Target = { readonly id: string; readonly region: string };
type Ask = (signal: AbortSignal) => Promise<Finding>;
type Token = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

/** The version, the field's name and its least value: each is mended at most once a probe. */
const MOST_CORRECTIONS = 3;

export function createWorkloadProbe(estate: Estate, credential: TokenCredential, clock: Clock): WorkloadProbe {
  const { probeDeadlineSeconds, probeMaxTokens } = estate.detection;
  const complete = completionAsker(probeMaxTokens);
  const token = (): Promise<Token> => tokenFor(credential, estate.cloud.cognitiveServicesAudience);

  async function observe(target: Target, kind: TargetKind, ask: Ask, deadlineSeconds = probeDeadlineSeconds): Promise<Observation> {
    const sentAt = clock.now();
    const finding = await ask(AbortSignal.timeout(deadlineSeconds * 1000)).catch((error: unknown) => unanswered(error, deadlineSeconds));
    const latencyMilliseconds = clock.now().getTime() - sentAt.getTime();
    return { target: target.id, kind, region: target.region, at: sentAt.toISOString(), latencyMilliseconds, ...finding };
  }

  /** The token comes first: neither its time nor its failure is the target's. */
  async function observeWithToken(target: Target, ask: (token: string) => Ask, deadlineSeconds?: number): Promise<Observation> {
    const got = await token();
    return await observe(target, "deployment", got.ok ? ask(got.value) : async () => unmeasured(got.reason), deadlineSeconds);
  }

  return {
    async deployment(target) {
      const { probe } = target;
      if (probe.kind === "url" && !isOfAccount(probe.url, target)) {
        return await observe(target, "deployment", async (signal) => judge(await get(probe.url, signal)));
      }
      return await observeWithToken(target, (bearer) => async (signal) => {
        if (probe.kind === "completion") return judgeCompletion(await complete(target, bearer, signal));
        return judge(await get(probe.kind === "url" ? probe.url : `${target.endpoint}/openai/v1/models`, signal, bearer));
      });
    },
    gateway: (target) => observe(target, "gateway", async (signal) => judge(await get(`${target.url}${target.statusPath}`, signal))),
    async witness(gateway, backend, target) {
      const seen = await observeWithToken(
        target,
        (bearer) => (signal) => askGateway(gateway, backend, bearer, signal),
        probeDeadlineSeconds + WITNESS_GRACE_SECONDS,
      );
      return { ...seen, via: gateway.id };
    },
  };
}

async function askGateway(gateway: Gateway, backend: string, bearer: string, signal: AbortSignal): Promise<Finding> {
  const path = gateway.witnessPath;
  if (path === null) return unmeasured(`${gateway.id} has no witness path`);
  try {
    return judgeWitness(gateway, await get(witnessUrl(gateway, path, backend), signal, bearer));
  } catch (error) {
    return unmeasured(`no answer of ${gateway.id}: ${classify(error).reason}`);
  }
}

/** Asks for completions and keeps, per deployment, what was learnt from refusals. */
function completionAsker(maxTokens: number): (target: Deployment, bearer: string, signal: AbortSignal) => Promise<Answer> {
  const learnt = new Map<string, Wording>();

  return async function complete(target, bearer, signal) {
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    let wording = learnt.get(target.id) ?? firstWording(target, maxTokens);
    for (let corrections = 0; ; corrections += 1) {
      const answer = await ask(completionUrl(target, wording), signal, { method: "POST", headers, body: completionBody(wording) });
      const next = corrected(wording, answer.status, answer.body);
      if (next === undefined || corrections === MOST_CORRECTIONS) return answer;
      learnt.set(target.id, (wording = next));
    }
  };
}

/** The app's token goes to the account alone. */
function isOfAccount(url: string, { endpoint }: Deployment): boolean {
  return URL.canParse(url) && URL.canParse(endpoint) && new URL(url).origin === new URL(endpoint).origin;
}

function get(url: string, signal: AbortSignal, bearer?: string): Promise<Answer> {
  return ask(url, signal, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });
}

/** The body is always read to its end, so that the connection can serve again; the deadline covers it too. */
async function ask(url: string, signal: AbortSignal, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: "manual", signal });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function tokenFor(credential: TokenCredential, audience: string): Promise<Token> {
  try {
    const token = await credential.getToken(scopeOf(audience));
    return token ? { ok: true, value: token.token } : { ok: false, reason: "no token from the managed identity" };
  } catch (error) {
    return { ok: false, reason: classify(error).reason };
  }
}
