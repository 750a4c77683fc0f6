/** Tokens of Microsoft Entra: a person by authorization code with PKCE, a service by its managed identity. */
import { randomUUID } from "node:crypto";
import { getBearerTokenProvider, ManagedIdentityCredential } from "@azure/identity";
import { PublicClientApplication } from "@azure/msal-node";
import type { Settings, SignIn } from "./settings.ts";

/** Asked before every call: the libraries keep the token and renew it in time. */
export type TokenProvider = () => Promise<string>;
export type OpenBrowser = (url: string) => Promise<void>;

export async function signIn(settings: Pick<Settings, "audience" | "signIn">, openBrowser: OpenBrowser): Promise<TokenProvider> {
  const scope = `${settings.audience}/.default`;
  if (settings.signIn.kind === "person") return person(settings.signIn, scope, openBrowser);
  const { clientId } = settings.signIn;
  return getBearerTokenProvider(new ManagedIdentityCredential(clientId === undefined ? {} : { clientId }), scope);
}

/**
 * The library makes the verifier and the state, listens on the loopback for the answer, and refuses one with another state; it checks
 * the ID token's nonce only when it is given one to send.
 */
async function person(of: SignIn & { kind: "person" }, scope: string, openBrowser: OpenBrowser): Promise<TokenProvider> {
  const { clientId, tenant, authority } = of;
  const application = new PublicClientApplication({
    auth: { clientId, authority: `${authority}/${tenant}`, knownAuthorities: [new URL(authority).host] },
  });
  const { account } = await application.acquireTokenInteractive({ scopes: [scope], nonce: randomUUID(), openBrowser });
  if (account === null) throw new Error("The sign-in gave no account.");
  return async () => (await application.acquireTokenSilent({ scopes: [scope], account })).accessToken;
}
