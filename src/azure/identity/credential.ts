import { CredentialUnavailableError, ManagedIdentityCredential, type AccessToken, type TokenCredential } from "@azure/identity";
import { sharedTokens } from "./shared-tokens.ts";

/** The identity endpoint is local and answers in well under a second; its client knows neither deadline nor abort signal. */
const TOKEN_DEADLINE_MILLISECONDS = 10_000;

/**
 * The production door, and the only one: the app's managed identity, user-assigned when `AZURE_CLIENT_ID` names one.
 * Not `DefaultAzureCredential`: that probes developer tools and picks whatever answers (azure-facts 7).
 */
export function credential(env: Readonly<Record<string, string | undefined>>): TokenCredential {
  return managedIdentity(env["AZURE_CLIENT_ID"]);
}

export function managedIdentity(clientId: string | undefined): TokenCredential {
  const source = new ManagedIdentityCredential({ ...(clientId ? { clientId } : {}), retryOptions: { maxRetries: 1 } });
  return sharedTokens({ getToken: (scopes, options) => beforeDeadline(source.getToken(scopes, options)) });
}

async function beforeDeadline(token: Promise<AccessToken>): Promise<AccessToken> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new CredentialUnavailableError("the identity endpoint did not answer in time");
    timer = setTimeout(reject, TOKEN_DEADLINE_MILLISECONDS, error);
  });
  return await Promise.race([token, late]).finally(() => clearTimeout(timer));
}
