import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";

/** Later than the 5 minutes before which the identity library hands out its own cached token again. */
const RENEW_BEFORE_EXPIRY_MILLISECONDS = 240_000;
const USABLE_UNTIL_MILLISECONDS = 30_000;

/**
 * One token per scope for every client and probe. Many callers at once make one request, and while an old token still works nobody waits
 * for its renewal: an identity endpoint that fails costs nothing until the token really ends.
 */
export function sharedTokens(source: TokenCredential): TokenCredential {
  const tokens = new Map<string, AccessToken>();
  const renewals = new Map<string, Promise<AccessToken>>();

  function renew(key: string, scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const renewal = fetchToken(source, scopes, options)
      .then((token) => (tokens.set(key, token), token))
      .finally(() => renewals.delete(key));
    renewals.set(key, renewal);
    return renewal;
  }

  async function getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    // A claims challenge says that the token in hand was revoked.
    if (options?.claims) return await fetchToken(source, scopes, options);
    const key = [scopes].flat().join(" ");
    const token = tokens.get(key);
    if (token && Date.now() < renewAt(token)) return token;
    const renewal = renewals.get(key) ?? renew(key, scopes, options);
    if (!token || Date.now() >= token.expiresOnTimestamp - USABLE_UNTIL_MILLISECONDS) return await renewal;
    renewal.catch(() => undefined);
    return token;
  }
  return { getToken };
}

function renewAt(token: AccessToken): number {
  return Math.min(token.refreshAfterTimestamp ?? Infinity, token.expiresOnTimestamp - RENEW_BEFORE_EXPIRY_MILLISECONDS);
}

async function fetchToken(source: TokenCredential, scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
  const token = await source.getToken(scopes, options);
  if (token === null) throw new Error("the credential returned no token");
  return token;
}
