/**
 * What the shipped policies make of requests and answers, as far as a client sees it (infra/policies: entra-token, route,
 * normalise-response, and the API's on-error). Their XML is not executed here.
 */
import type { FaultAnswer } from "../world.ts";
import type { Call, Reply } from "./http.ts";
import type { Signer } from "./jwt.ts";

export interface ClientTokens {
  readonly signer: Signer;
  readonly audience: string;
  readonly issuer: string;
}

/** A token of this tenant for this API, or 401. */
export function tokenRefusal({ headers }: Call, { signer, audience, issuer }: ClientTokens): Reply | undefined {
  const [scheme, token = ""] = (headers.authorization ?? "").split(" ");
  const claims = scheme?.toLowerCase() === "bearer" ? signer.verify(token) : undefined;
  const now = Date.now() / 1000;
  if (claims?.iss === issuer && claims.aud === audience && claims.nbf <= now && now < claims.exp) return undefined;
  return errorReply(401, "401", "A token of Microsoft Entra ID for this API is required.");
}

export function unknownModel(model: string): Reply {
  return errorReply(404, "model_not_found", `No model "${model}" here.`);
}

/** The region in one more form, how long to wait in both, nothing of the deployment's inner life. */
export function normalised({ headers = {}, ...reply }: Reply): Reply {
  const { "x-ms-deployment-name": _hidden, ...shown } = headers;
  const region = shown["x-ms-region"];
  return {
    ...reply,
    headers: {
      ...shown,
      ...(region === undefined ? {} : { "x-failover-region": region.replaceAll(" ", "").toLowerCase() }),
      ...waits(reply.status, shown),
    },
  };
}

/** The gateway's own answer: nobody of the pool is left, or none answered. */
export function ownAnswer(result: Exclude<FaultAnswer, "empty">): Reply {
  if (typeof result === "number") return normalised(errorReply(result, String(result), "No region can answer at the moment."));
  const status = result === "timeout" ? 504 : 502;
  return errorReply(status, String(status), "The gateway could not get an answer from any region.");
}

function waits(status: number, headers: Readonly<Record<string, string>>): Record<string, string> {
  if (status !== 429 && status !== 503) return {};
  const asked = Number(headers["retry-after-ms"] ?? NaN) / 1000 || Number(headers["retry-after"] ?? NaN) || (status === 503 ? 10 : 1);
  const seconds = Math.ceil(Math.min(86_400, Math.max(1, asked)));
  return { "retry-after": String(seconds), "retry-after-ms": headers["retry-after-ms"] ?? `${seconds}000` };
}

function errorReply(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}
