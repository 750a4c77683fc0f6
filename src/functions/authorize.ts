/** Who may call what: the one way to register a route that is not open to all. */
import type { HttpFunctionOptions, HttpRequest } from "@azure/functions";
import { z } from "zod";
import { answering, Problem } from "./problem.ts";

/** App roles of the app registration, as tokens carry them. */
export type Role = "Reader" | "Operator" | "Approver" | "ActionGroupsSecureWebhook";

/** The role that is asked for, first, and those that include it: who may act or approve must be able to look. */
const GRANTED_BY = {
  Reader: ["Reader", "Operator", "Approver"],
  Operator: ["Operator"],
  Approver: ["Approver"],
  ActionGroupsSecureWebhook: ["ActionGroupsSecureWebhook", "Operator"],
} as const satisfies Record<Role, readonly Role[]>;

/**
 * Whether App Service Authentication stands in front of the app. Only then does the platform check tokens, set the identity headers and
 * strip those of clients; without it they are anybody's word. Read once: routes that take no key must never stop asking for a role.
 * The platform sets the variable (App Service's reference of environment variables).
 */
const IN_FORCE = process.env["WEBSITE_AUTH_ENABLED"]?.toLowerCase() === "true";

type Handler = Parameters<typeof answering>[0];

/**
 * Access level and handler together, so that no route has the one without the other: with authentication in force it takes no key and asks
 * for the role before anything else, otherwise it takes a function key. `unexpected` as for `answering`.
 */
export function secured(role: Role, handler: Handler, unexpected?: 500 | 503): Pick<HttpFunctionOptions, "authLevel" | "handler"> {
  if (!IN_FORCE) return { authLevel: "function", handler: answering(handler, unexpected) };
  const asking: Handler = async (request, context) => {
    demand(role, request);
    return handler(request, context);
  };
  return { authLevel: "anonymous", handler: answering(asking, unexpected) };
}

function demand(role: Role, request: HttpRequest): void {
  const held = rolesOf(request.headers.get("x-ms-client-principal"));
  if (held === undefined)
    throw new Problem(401, "unauthenticated", `Send a token of Microsoft Entra ID for this app, with the role ${role}`);
  if (GRANTED_BY[role].some((granting) => held.has(granting))) return;
  throw new Problem(403, "forbidden", `The token lacks the app role ${role}`, [{ field: "roles", message: `lacks ${role}` }]);
}

const Principal = z.object({ claims: z.array(z.object({ typ: z.string(), val: z.unknown() })) });
/** The token's own name of the claim, and the one that the platform maps it to. */
const ROLE_CLAIMS: readonly string[] = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];

/** Undefined when nobody is signed in; what cannot be read counts as nobody. */
function rolesOf(header: string | null): ReadonlySet<unknown> | undefined {
  const principal = Principal.safeParse(jsonOf(header ?? ""));
  if (!principal.success) return undefined;
  return new Set(principal.data.claims.flatMap(({ typ, val }) => (ROLE_CLAIMS.includes(typ) ? [val] : [])));
}

/** Strict, because `Buffer` is not: of a header that came twice it would read the first. */
const Base64 = z.base64();

function jsonOf(base64: string): unknown {
  if (!Base64.safeParse(base64).success) return undefined;
  try {
    return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Who asks: with authentication in force who is signed in (a service may have no name), otherwise what the caller states. */
export function requestedBy({ headers }: HttpRequest, stated: string | undefined): string {
  const signedIn = IN_FORCE ? headers.get("x-ms-client-principal-name") || headers.get("x-ms-client-principal-id") : null;
  return signedIn || stated || "holder of a function key";
}
