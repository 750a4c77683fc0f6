/** Errors as RFC 9457 problem documents with a stable type and the offending field. */
import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { z } from "zod";
import { parseJsonBody } from "../app/body.ts";
import { EstateError } from "../app/compose.ts";

export interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly found?: string;
}

/** Thrown by handlers; becomes a problem document. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly errors: readonly FieldError[];
  constructor(status: number, type: string, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.status = status;
    this.type = type;
    this.errors = errors;
  }
}

const TITLES: Record<string, string> = {
  "invalid-body": "The request body is not valid",
  "unknown-region": "The estate has no such region",
  "unknown-runbook": "There is no such runbook",
  "unknown-run": "There is no such run",
  refused: "A guard refuses this run",
  "invalid-estate": "The estate file is not valid",
};

function problemResponse(problem: Problem): HttpResponseInit {
  const { status, type, message, errors } = problem;
  const body = { type: `urn:foundry-failover:problem:${type}`, title: TITLES[type] ?? type, status, detail: message };
  return { status, headers: { "content-type": "application/problem+json" }, body: JSON.stringify(errors.length === 0 ? body : { ...body, errors }) };
}

/** Wraps a handler so that a problem is answered as such. Anything else is the host's 500. */
export function answering(handler: (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>): HttpHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error);
      if (error instanceof EstateError) return problemResponse(new Problem(500, "invalid-estate", error.message));
      throw error;
    }
  };
}

/** The JSON body by its schema; every wrong field is named with the value found and what is allowed. */
export async function parseBody<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  const parsed = parseJsonBody(schema, await request.text());
  if (parsed.ok) return parsed.value;
  const errors = parsed.issues.map(({ path, message, found }) => ({ field: path, message, found }));
  const detail = errors.map(({ field, message, found }) => `${field === "" ? "body" : field}: ${message} (found ${found})`).join("; ");
  throw new Problem(400, "invalid-body", detail, errors);
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): HttpResponseInit {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/**
 * Who asks. The platform's identity headers count only where App Service Authentication sets them and strips those of clients;
 * elsewhere it is what the caller states.
 */
export function requestedBy(request: HttpRequest, stated: string | undefined): string {
  const trusted = process.env["WEBSITE_AUTH_ENABLED"]?.toLowerCase() === "true";
  return (trusted ? request.headers.get("x-ms-client-principal-name") : null) ?? stated ?? "holder of a function key";
}
