/** The App Service managed-identity endpoint (api-version 2019-08-01), and the tokens it gave out. */
import { randomUUID } from "node:crypto";
import type { Constants } from "../constants.ts";
import type { ControlPlaneFaults } from "./faults.ts";
import { withoutStatus, type Answered, type Call, type Reply, type Service } from "./http.ts";

export interface TokenBook {
  issue(resource: string, clientId: string): { token: string; expiresAt: number };
  /** Undefined when the token was never issued. */
  find(token: string): { audience: string; expiresAt: number } | undefined;
}

export function tokenBook(lifetimeSeconds: number): TokenBook {
  const issued = new Map<string, { audience: string; expiresAt: number }>();
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    issue(resource, clientId) {
      const expiresAt = Date.now() + lifetimeSeconds * 1000;
      const claims = {
        aud: resource,
        appid: clientId,
        iat: Math.floor(Date.now() / 1000),
        exp: Math.floor(expiresAt / 1000),
        uti: issued.size,
      };
      const token = `${part({ typ: "JWT", alg: "none" })}.${part(claims)}.${part("unsigned")}`;
      issued.set(token, { audience: normalAudience(resource), expiresAt });
      return { token, expiresAt };
    },
    find: (token) => issued.get(token),
  };
}

/** With and without a trailing slash are the same resource: monitor-query asks with one (azure-facts 0.2). */
export function normalAudience(audience: string): string {
  return audience.toLowerCase().replace(/\/+$/, "");
}

const SYSTEM_ASSIGNED = "5e29463d-71da-4fe0-8e69-999b57db23b0";

export interface IdentityOptions {
  readonly header: string;
  readonly audiences: readonly string[];
  readonly userAssignedClientIds: readonly string[];
  readonly tokens: TokenBook;
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
}

export function identityEndpoint(options: IdentityOptions): Service {
  return async (call, wait): Promise<Answered> => {
    await wait(options.constants.identityMilliseconds);
    const fault = options.faults.identity;
    if (fault === undefined) return answer(call, options);
    return typeof fault === "number" ? refused(fault, "The managed identity service is unavailable.") : withoutStatus(fault);
  };
}

function answer({ method, path, query, headers }: Call, options: IdentityOptions): Reply {
  if (method !== "GET" || path !== "/msi/token") return refused(501, `The embedded Azure has no such route: ${method} ${path}`);
  if (headers["x-identity-header"] !== options.header) return refused(401, "X-IDENTITY-HEADER is missing or wrong.");
  if (query.get("api-version") !== "2019-08-01") return refused(400, "The api-version is not supported; use 2019-08-01.");
  const resource = query.get("resource");
  const known = options.audiences.map(normalAudience);
  if (!resource || !known.includes(normalAudience(resource)))
    return refused(400, `AADSTS500011: The resource principal named ${resource ?? ""} was not found.`);
  const clientId = query.get("client_id");
  if (clientId && !options.userAssignedClientIds.includes(clientId)) return refused(400, "Unable to load the proper Managed Identity.");
  const identity = clientId ?? SYSTEM_ASSIGNED;
  const { token, expiresAt } = options.tokens.issue(resource, identity);
  return {
    status: 200,
    body: {
      access_token: token,
      expires_on: String(Math.floor(expiresAt / 1000 + options.faults.clockSkewSeconds)),
      resource,
      token_type: "Bearer",
      client_id: identity,
    },
  };
}

function refused(statusCode: number, message: string): Reply {
  return { status: statusCode, body: { statusCode, message, correlationId: randomUUID() } };
}
