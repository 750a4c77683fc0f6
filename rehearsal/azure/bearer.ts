/** ARM's check of the bearer token. */
import { armError } from "./arm/arm-errors.ts";
import type { Call, Reply } from "./http.ts";
import { normalAudience, type TokenBook } from "./identity.ts";

/** Why a token does not do; undefined when it does. */
export function tokenProblem(call: Call, audience: string, tokens: TokenBook): "missing" | "invalid" | "expired" | "audience" | undefined {
  const [scheme, token] = (call.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) return "missing";
  const known = tokens.find(token);
  if (!known) return "invalid";
  if (known.expiresAt <= Date.now()) return "expired";
  return known.audience === normalAudience(audience) ? undefined : "audience";
}

/** 401 as ARM words it; undefined when the token does. */
export function bearerRefusal(call: Call, audience: string, tokens: TokenBook): Reply | undefined {
  const challenge = { "www-authenticate": 'Bearer authorization_uri="https://login.windows.net/common", error="invalid_token"' };
  const refuse = (code: string, message: string): Reply => armError(401, code, message, challenge);
  switch (tokenProblem(call, audience, tokens)) {
    case "missing":
      return refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    case "invalid":
      return refuse("InvalidAuthenticationToken", "The access token is invalid.");
    case "expired":
      return refuse("ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.");
    case "audience":
      return refuse(
        "InvalidAuthenticationTokenAudience",
        `The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences '${audience}'.`,
      );
    case undefined:
      return undefined;
  }
}
