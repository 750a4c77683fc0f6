/** Error bodies of ARM and its providers (azure-facts 1.5, 8, 9.1). */
import type { Reply } from "../http.ts";

interface Detail {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

export function armError(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  details?: readonly Detail[],
): Reply {
  return { status, headers, body: { error: { code, message, ...(details ? { details } : {}) } } };
}

export function validationError(target: string, ...messages: readonly string[]): Reply {
  const details = messages.map((message) => ({ code: "ValidationError", target, message }));
  return armError(400, "ValidationError", "One or more fields contain incorrect values:", {}, details);
}

export function notFound(message: string): Reply {
  return armError(404, "ResourceNotFound", message);
}

export function preconditionFailed(): Reply {
  return armError(412, "PreconditionFailed", "Resource was modified since last retrieval. Please retrieve latest version.");
}

export function badRequest(message: string): Reply {
  return armError(400, "BadRequest", message);
}

/** Front Door refuses to be left without an origin (azure-facts 2.2). */
export const LAST_ENABLED = "Endpoint pools must contain at least one enabled endpoint";

export function notImplemented(method: string, path: string, what = "route"): Reply {
  return armError(501, "NotImplemented", `The embedded Azure has no such ${what}: ${method} ${path}`);
}

/** How a provider answers when its management plane is impaired with this status. */
export function impaired(status: number, provider: string, retryAfterSeconds?: number): Reply {
  const headers = {
    "x-ms-failure-cause": "service",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  };
  switch (status) {
    case 409:
      return armError(409, "PessimisticConcurrencyConflict", "Operation on the API is in progress", headers);
    case 422:
      return armError(422, "ManagementApiRequestFailed", "Unable to process service request", headers);
    case 429:
      return armError(
        429,
        "ResourceRequestsThrottled",
        `Number of requests for ${provider} exceeded the limit of '120' for time interval '00:01:00'. Please try again after '${retryAfterSeconds ?? 60}' seconds.`,
        headers,
      );
    case 403:
      return armError(
        403,
        "AuthorizationFailed",
        `The client does not have authorization to perform the action on ${provider} or the scope is invalid. If access was recently granted, please refresh your credentials.`,
        headers,
      );
    case 500:
      return armError(500, "InternalServerError", "Encountered internal server error.", headers);
    default:
      return armError(
        status,
        status === 503 ? "ServiceUnavailable" : status === 504 ? "GatewayTimeout" : `Status${status}`,
        `The management plane of ${provider} did not process the request.`,
        headers,
      );
  }
}
