/**
 * Microsoft Entra for one tenant, one application and one person, who is signed in already: the authorization code flow with PKCE
 * (RFC 7636), discovery and keys. What it refuses it refuses with Entra's own codes.
 */
import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import { notImplemented } from "./arm/arm-errors.ts";
import { codeForm, refusalPage } from "./entra-pages.ts";
import type { Call, Reply, Service } from "./http.ts";
import type { Claims, Signer } from "./jwt.ts";

export interface EntraOptions {
  readonly tenant: string;
  /** Of the application that signs people in. */
  readonly clientId: string;
  /** Of the API that tokens are for. */
  readonly audience: string;
  readonly person: { readonly name: string; readonly userName: string; readonly objectId: string };
  readonly signer: Signer;
  readonly tokenLifetimeSeconds: number;
}

/** Entra's own; a code is redeemed once. */
const CODE_LIFETIME_MILLISECONDS = 600_000;

const Asked = z.object({
  client_id: z.string(),
  response_type: z.literal("code"),
  response_mode: z.literal("form_post"),
  redirect_uri: z.string(),
  scope: z.string(),
  state: z.string(),
  nonce: z.string().optional(),
  code_challenge: z.string().min(43),
  code_challenge_method: z.literal("S256"),
});
type Asked = z.infer<typeof Asked>;

const Redeemed = z.discriminatedUnion("grant_type", [
  z.object({
    grant_type: z.literal("authorization_code"),
    client_id: z.string(),
    code: z.string(),
    redirect_uri: z.string(),
    code_verifier: z.string(),
  }),
  z.object({ grant_type: z.literal("refresh_token"), client_id: z.string(), refresh_token: z.string(), scope: z.string() }),
]);
type Redeemed = z.infer<typeof Redeemed>;

type Code = Asked & { readonly until: number; redeemed: boolean };

interface Grants {
  readonly codes: Map<string, Code>;
  readonly refreshTokens: Set<string>;
}

export function entra(options: EntraOptions): Service {
  const grants: Grants = { codes: new Map(), refreshTokens: new Set() };
  const base = `/${options.tenant}`;
  return async (call) => {
    switch (`${call.method} ${call.path}`) {
      case `GET ${base}/v2.0/.well-known/openid-configuration`:
        return { status: 200, body: discovery(call.base, options) };
      case `GET ${base}/discovery/v2.0/keys`:
        return { status: 200, body: { keys: [options.signer.publicKey] } };
      case `GET ${base}/oauth2/v2.0/authorize`:
        return authorize(call, options, grants);
      case `POST ${base}/oauth2/v2.0/token`:
        return token(call, options, grants);
      default:
        return notImplemented(call.method, call.path);
    }
  };
}

export function issuerOf(base: string, tenant: string): string {
  return `${base}/${tenant}/v2.0`;
}

function discovery(base: string, { tenant }: EntraOptions): unknown {
  const root = `${base}/${tenant}`;
  return {
    issuer: issuerOf(base, tenant),
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    token_endpoint: `${root}/oauth2/v2.0/token`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_modes_supported: ["form_post"],
    response_types_supported: ["code"],
    scopes_supported: ["openid", "profile", "offline_access"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["none"],
  };
}

/** Until the application and its redirect are known to be right, nothing is sent anywhere: the person reads what is wrong. */
function authorize(call: Call, { clientId, audience }: EntraOptions, { codes }: Grants): Reply {
  const asked = Asked.safeParse(Object.fromEntries(call.query));
  if (!asked.success) return refusalPage("AADSTS900144", `The request is not served here: ${z.prettifyError(asked.error)}`);
  const { client_id, redirect_uri, scope, state } = asked.data;
  if (client_id !== clientId)
    return refusalPage("AADSTS700016", `Application with identifier '${client_id}' was not found in the directory.`);
  // Of a redirect to the loopback the port is the client's choice (RFC 8252 7.3).
  if (!/^http:\/\/localhost(?::\d+)?\/?$/.test(redirect_uri))
    return refusalPage(
      "AADSTS50011",
      `The redirect URI '${redirect_uri}' does not match the redirect URIs configured for the application.`,
    );
  if (!scope.split(" ").some((each) => each.startsWith(`${audience}/`)))
    return refusalPage("AADSTS500011", `The resource principal named in '${scope}' was not found in the tenant.`);
  const code = randomUUID();
  codes.set(code, { ...asked.data, until: Date.now() + CODE_LIFETIME_MILLISECONDS, redeemed: false });
  return codeForm(redirect_uri, { code, state });
}

function token(call: Call, options: EntraOptions, grants: Grants): Reply {
  const request = Redeemed.safeParse(call.body);
  if (!request.success) return refusal("invalid_request", "AADSTS900144", z.prettifyError(request.error));
  if (request.data.client_id !== options.clientId) return refusal("unauthorized_client", "AADSTS700016", "The application was not found.");
  if (request.data.grant_type === "refresh_token") {
    if (!grants.refreshTokens.has(request.data.refresh_token))
      return refusal("invalid_grant", "AADSTS70000", "The refresh token is not valid.");
    return tokens(call.base, options, grants, undefined);
  }
  const code = grants.codes.get(request.data.code);
  if (code === undefined) return refusal("invalid_grant", "AADSTS70000", "The provided authorization code is not valid.");
  const wrong = codeProblem(code, request.data);
  if (wrong !== undefined) return wrong;
  code.redeemed = true;
  return tokens(call.base, options, grants, code.nonce);
}

function codeProblem(code: Code, request: Redeemed & { grant_type: "authorization_code" }): Reply | undefined {
  const no = (number: string, text: string): Reply => refusal("invalid_grant", number, text);
  if (code.redeemed) return no("AADSTS54005", "OAuth2 Authorization code was already redeemed.");
  if (code.until <= Date.now()) return no("AADSTS70008", "The provided authorization code has expired.");
  if (code.redirect_uri !== request.redirect_uri)
    return no("AADSTS500112", "The reply address does not match the one of the authorization request.");
  if (createHash("sha256").update(request.code_verifier).digest("base64url") === code.code_challenge) return undefined;
  return no("AADSTS501481", "The Code_Verifier does not match the code_challenge supplied in the authorization request.");
}

function tokens(base: string, options: EntraOptions, { refreshTokens }: Grants, nonce: string | undefined): Reply {
  const { tenant, clientId, audience, person, signer, tokenLifetimeSeconds } = options;
  const now = Math.floor(Date.now() / 1000);
  const common = {
    iss: issuerOf(base, tenant),
    iat: now,
    nbf: now,
    exp: now + tokenLifetimeSeconds,
    tid: tenant,
    oid: person.objectId,
    ver: "2.0",
  };
  const subject = { sub: person.objectId, name: person.name, preferred_username: person.userName };
  const idToken = { ...common, ...subject, aud: clientId, ...(nonce === undefined ? {} : { nonce }) } satisfies Claims;
  const accessToken = { ...common, ...subject, aud: audience, azp: clientId, scp: "Models.Use" } satisfies Claims;
  const refreshToken = randomUUID();
  refreshTokens.add(refreshToken);
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      token_type: "Bearer",
      scope: `${audience}/Models.Use ${audience}/.default`,
      expires_in: tokenLifetimeSeconds,
      ext_expires_in: tokenLifetimeSeconds,
      access_token: signer.sign(accessToken),
      refresh_token: refreshToken,
      id_token: signer.sign(idToken),
      client_info: Buffer.from(JSON.stringify({ uid: person.objectId, utid: tenant })).toString("base64url"),
    },
  };
}

function refusal(error: string, number: string, text: string): Reply {
  const error_codes = [Number(number.replace(/\D/g, ""))];
  return { status: 400, body: { error, error_description: `${number}: ${text}`, error_codes, correlation_id: randomUUID() } };
}
