/** Requests to the rehearsed gateway of csharp/Run, and what came of them. */
import { z } from "zod";

type Headers = Readonly<Record<string, string>>;
type BackendAnswer = { readonly status: number; readonly reason?: string; readonly headers?: Headers; readonly body?: string };

export interface Scenario {
  /** Documents from the outermost scope to the innermost. */
  readonly scopes: readonly string[];
  readonly request: { readonly method?: string; readonly url: string; readonly headers?: Headers; readonly body?: string };
  readonly parameters?: Readonly<Record<string, string>>;
  readonly product?: string;
  readonly subscription?: string;
  /** Claims of a token whose signature holds; absent = there is none. */
  readonly token?: Headers;
  /** What send-request gets; absent = nothing in time. */
  readonly asked?: BackendAnswer;
  /** What forward-request gets, one after the other, the last for ever; a string is the reason of a failure. */
  readonly answers?: readonly (BackendAnswer | "Timeout" | "BackendConnectionFailure")[];
  readonly isOverTokenLimit?: true;
  /** A policy that fails whatever it is given. */
  readonly breaks?: string;
  /** Scenarios of one name share a cache. */
  readonly cache?: string;
}

const HttpMessage = z.object({ headers: z.record(z.string(), z.string()), body: z.string().nullable() });
const Traced = z.looseObject({
  policy: z.string(),
  request: HttpMessage.extend({ method: z.string(), url: z.string() }).optional(),
});
const Result = z.object({
  answer: HttpMessage.extend({ status: z.number() }),
  trace: z.array(Traced),
  lastError: z.string().nullable(),
});
export type Result = z.infer<typeof Result>;

export const Output = z.object({ members: z.array(z.string()), results: z.array(Result) });

/** Plays requests one after the other, in one go. */
export interface Player {
  readonly play: (...scenarios: Scenario[]) => Promise<Result[]>;
  readonly playOne: (scenario: Scenario) => Promise<Result>;
}

export function jsonOf(text: string | null): unknown {
  return JSON.parse(text ?? "");
}

export function steps({ trace }: Result, policy: string): Result["trace"] {
  return trace.filter((step) => step.policy === policy);
}

const CALLER = { aud: "api://foundry-failover", oid: "person-1", azp: "client-1", sub: "subject-1" };
const OK = { status: 200, headers: { "x-ms-region": "East US 2", "x-envoy-upstream-service-time": "7" }, body: "{}" };

/** A chat completion by the dated API, as most clients send it, with what differs. */
export function chat(
  different: Partial<Scenario> & { readonly path?: string; readonly body?: object; readonly headers?: Headers } = {},
): Scenario {
  const { path = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", body, headers = {}, ...rest } = different;
  return {
    scopes: ["global", "products/standard", "apis/openai"],
    product: "standard",
    token: CALLER,
    answers: [OK],
    request: {
      method: "POST",
      url: `https://apim-contoso.azure-api.net${path}`,
      headers: { Authorization: "Bearer caller", "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body ?? { messages: [{ role: "user", content: "Hello" }], max_tokens: 100 }),
    },
    ...rest,
  };
}

export function health(asked?: Scenario["asked"], cache?: string): Scenario {
  return {
    scopes: ["global", "apis/failover", "operations/health"],
    request: { method: "HEAD", url: "https://apim-contoso.azure-api.net/foundry-failover/health" },
    ...(asked && { asked }),
    ...(cache !== undefined && { cache }),
  };
}

const APP = { aud: "https://cognitiveservices.azure.com", appid: "22222222-2222-2222-2222-222222222222" };

export function witness(backend: string, different: Partial<Scenario> = {}): Scenario {
  return {
    scopes: ["global", "apis/failover", "operations/witness"],
    request: {
      url: `https://apim-contoso.azure-api.net/foundry-failover/witness/${backend}`,
      headers: { Authorization: "Bearer app" },
    },
    parameters: { backend },
    token: APP,
    ...different,
  };
}
