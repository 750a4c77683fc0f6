/** Bodies and headers of the Foundry data plane (azure-facts 4.3, 13.10). */
import type { Answer } from "../world.ts";
import type { Reply } from "./http.ts";
import type { FoundryAccount, FoundryDeployment } from "./platform.ts";
import type { ControlPlaneFaults } from "./faults.ts";
import { isProvisioned } from "./arm/cognitive-services.ts";

/** `x-ms-region` carries the display name. */
const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  australiaeast: "Australia East",
  brazilsouth: "Brazil South",
  canadacentral: "Canada Central",
  canadaeast: "Canada East",
  centralindia: "Central India",
  centralus: "Central US",
  eastasia: "East Asia",
  eastus: "East US",
  eastus2: "East US 2",
  francecentral: "France Central",
  germanywestcentral: "Germany West Central",
  italynorth: "Italy North",
  japaneast: "Japan East",
  japanwest: "Japan West",
  koreacentral: "Korea Central",
  northcentralus: "North Central US",
  northeurope: "North Europe",
  norwayeast: "Norway East",
  polandcentral: "Poland Central",
  southafricanorth: "South Africa North",
  southcentralus: "South Central US",
  southeastasia: "Southeast Asia",
  southindia: "South India",
  spaincentral: "Spain Central",
  swedencentral: "Sweden Central",
  switzerlandnorth: "Switzerland North",
  uaenorth: "UAE North",
  uksouth: "UK South",
  westcentralus: "West Central US",
  westeurope: "West Europe",
  westus: "West US",
  westus2: "West US 2",
  westus3: "West US 3",
};

export interface Completion {
  readonly account: FoundryAccount;
  readonly deployment: FoundryDeployment;
  readonly apiVersion: string;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Counts the account's answers: numbers ids and rotates the forms of a 429. */
  readonly sequence: number;
  /** Absent: `ok`, cut off by `max_tokens`. */
  readonly content?: string;
}

export function completionReply(
  completion: Completion,
  answer: Answer & { result: number },
  rateLimitHeaders: ControlPlaneFaults["rateLimitHeaders"],
): Reply {
  const headers = {
    "x-ms-region": DISPLAY_NAMES[completion.account.region] ?? completion.account.region,
    "x-ms-deployment-name": completion.deployment.name,
    "apim-request-id": requestId(completion.sequence),
    ...rateLimits(completion.deployment, answer, rateLimitHeaders),
  };
  if (answer.result === 429) return throttled(completion, answer, headers);
  if (answer.result >= 200 && answer.result < 300)
    return { status: answer.result, headers: { ...headers, "x-ms-rai-invoked": "true" }, body: completionBody(completion) };
  const retry = answer.retryAfterSeconds === undefined ? {} : { "retry-after": String(answer.retryAfterSeconds) };
  return { ...failure(answer.result), headers: { ...headers, ...retry } };
}

function requestId(sequence: number): string {
  return `00000000-0000-4000-8000-${String(sequence).padStart(12, "0")}`;
}

/** Provisioned deployments send none (azure-facts 4.3). */
function rateLimits(deployment: FoundryDeployment, answer: Answer, form: ControlPlaneFaults["rateLimitHeaders"]): Record<string, string> {
  if (form === "absent" || isProvisioned(deployment) || answer.remainingTokens === undefined) return {};
  const hidden = form === "minusOne";
  const limit = answer.limitTokens ?? deployment.tokensPerMinute;
  const values = {
    "limit-tokens": limit,
    "remaining-tokens": answer.remainingTokens,
    "limit-requests": Math.round((limit / 1000) * 6),
    "remaining-requests": Math.round((answer.remainingTokens / 1000) * 6),
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) headers[`x-ratelimit-${name}`] = String(hidden ? -1 : value);
  return {
    ...headers,
    "x-ratelimit-reset-tokens": String(hidden ? 0 : (answer.retryAfterSeconds ?? 1)),
    "x-ratelimit-reset-requests": String(hidden ? 0 : 1),
  };
}

/** Three wordings occur; without `retry-after` the limiter names none in its headers either. */
function throttled(
  { deployment, apiVersion, sequence }: Completion,
  { retryAfterSeconds }: Answer,
  headers: Record<string, string>,
): Reply {
  const seconds = retryAfterSeconds ?? 60;
  const messages = rateLimitMessages(apiVersion, seconds);
  const retry =
    retryAfterSeconds === undefined
      ? {}
      : { "retry-after": String(retryAfterSeconds), "retry-after-ms": String(Math.round(retryAfterSeconds * 1000)) };
  const policy = isProvisioned(deployment) ? {} : { "policy-id": "DeploymentRatelimit-Token" };
  return {
    status: 429,
    headers: { ...headers, ...retry, ...policy },
    body: { error: { code: "429", message: messages[sequence % messages.length] } },
  };
}

function rateLimitMessages(apiVersion: string, seconds: number): readonly string[] {
  return [
    `Requests to the ChatCompletions_Create Operation under Azure OpenAI API version ${apiVersion} have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after ${seconds} seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.`,
    `Rate limit is exceeded. Try again in ${seconds} seconds.`,
    `The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load. Please retry after ${seconds} seconds.`,
  ];
}

/** What the whole answer and each chunk of a streamed one have in common. */
export function completionHead({ deployment, sequence }: Pick<Completion, "deployment" | "sequence">, object: string): object {
  const model = `${deployment.model.name}-${deployment.model.version}`;
  return { id: `chatcmpl-${String(sequence).padStart(12, "0")}`, object, created: Math.floor(Date.now() / 1000), model };
}

function completionBody(completion: Completion): unknown {
  const { promptTokens, generatedTokens, content } = completion;
  return {
    ...completionHead(completion, "chat.completion"),
    choices: [
      {
        index: 0,
        finish_reason: content === undefined ? "length" : "stop",
        logprobs: null,
        message: { role: "assistant", content: content ?? "ok", refusal: null },
        content_filter_results: {},
      },
    ],
    usage: { prompt_tokens: promptTokens, completion_tokens: generatedTokens, total_tokens: promptTokens + generatedTokens },
  };
}

export function deploymentNotFound(): Reply {
  return {
    status: 404,
    body: {
      error: {
        code: "DeploymentNotFound",
        message:
          "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
      },
    },
  };
}

export function invalidToken(): Reply {
  return {
    status: 401,
    body: {
      statusCode: 401,
      message:
        "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.",
    },
  };
}

/** What the prober alone gets: 429 without a time to wait, 401 and 403 as for a role that it lacks. */
export function refusedProbe(status: number, apiVersion: string): Reply {
  return status === 429 ? { status, body: { error: { code: "429", message: rateLimitMessages(apiVersion, 60)[0] } } } : failure(status);
}

function failure(status: number): Reply {
  switch (status) {
    case 404:
      return deploymentNotFound();
    case 401:
      return {
        status,
        body: {
          error: {
            code: "PermissionDenied",
            message:
              "The principal lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform `POST /openai/deployments/{deployment-id}/chat/completions` operation.",
          },
        },
      };
    case 403:
      return { status, body: { error: { code: "403", message: "Public access is disabled. Please configure private endpoint." } } };
    case 500:
      return {
        status,
        body: {
          error: { code: "InternalServerError", message: "The server had an error while processing your request. Sorry about that!" },
        },
      };
    default:
      return {
        status,
        body: {
          error: { code: String(status), message: "The service is temporarily unable to process your request. Please try again later." },
        },
      };
  }
}
