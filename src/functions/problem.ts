/** Errors as RFC 9457 problem documents with a stable type and the offending field. */
import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { z } from "zod";
import { parseForeignBody, parseJsonBody } from "../app/body.ts";
import { EstateError } from "../app/compose.ts";

export interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly found?: string;
}

/** The types are part of the API: `urn:foundry-failover:problem:{type}`. */
const TITLES = {
  unauthenticated: "Nobody is signed in",
  forbidden: "The signed-in identity lacks a role",
  "invalid-body": "The request body is not valid",
  "body-too-large": "The request body is too large",
  "invalid-header": "A request header is not valid",
  "invalid-query": "The query is not valid",
  "unknown-region": "The estate has no such region",
  "unknown-runbook": "There is no such runbook",
  "unknown-run": "There is no such run",
  "unknown-deployment": "The region has no such deployment",
  "not-waiting": "The run does not wait for approval",
  "key-reused": "The Idempotency-Key belongs to another request",
  refused: "The run cannot start",
  "invalid-estate": "The estate is not valid",
  failed: "The request could not be carried out",
} as const;

/** Thrown by handlers; becomes a problem document. */
export class Problem extends Error {
  readonly status: number;
  readonly type: keyof typeof TITLES;
  readonly errors: readonly FieldError[];
  constructor(status: number, type: keyof typeof TITLES, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.status = status;
    this.type = type;
    this.errors = errors;
  }
}

const HEADERS_OF_STATUS: Readonly<Record<number, Record<string, string>>> = {
  401: { "www-authenticate": "Bearer" },
  503: { "retry-after": "5" },
};

function problemResponse({ status, type, message, errors }: Problem): HttpResponseInit {
  const body = { type: `urn:foundry-failover:problem:${type}`, title: TITLES[type], status, detail: message };
  return {
    status,
    headers: { "content-type": "application/problem+json", ...HEADERS_OF_STATUS[status] },
    body: JSON.stringify(errors.length === 0 ? body : { ...body, errors }),
  };
}

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** Wraps a handler so that whatever it throws is answered as a problem. `unexpected` is the status of what is nobody's input error. */
export function answering(handler: Handler, unexpected: 500 | 503 = 500): HttpHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      return problemResponse(error instanceof Problem ? error : failure(error, context, unexpected));
    }
  };
}

/** The log gets the whole story, the caller only where to find it. */
function failure(error: unknown, context: InvocationContext, status: 500 | 503): Problem {
  logError(context, error);
  if (error instanceof EstateError) {
    return new Problem(500, "invalid-estate", error.message, error.issues.map(fieldError));
  }
  return new Problem(status, "failed", `The log of invocation ${context.invocationId} says why`);
}

/** Without the error's cause: SDK errors carry whole requests. */
export function logError(context: InvocationContext, error: unknown): void {
  context.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** Azure's largest alert has 256 KB (azure-facts 5.2); what people send has a few hundred bytes. */
const LARGEST_BODY_CHARACTERS = 1_000_000;

/** The JSON body by its schema; every wrong field is named with the value found and what is allowed. */
export async function parseBody<T>(request: HttpRequest, schema: z.ZodType<T>, parse: typeof parseJsonBody = parseJsonBody): Promise<T> {
  const text = await request.text();
  if (text.length > LARGEST_BODY_CHARACTERS) {
    throw new Problem(413, "body-too-large", `The body has ${text.length} characters; at most ${LARGEST_BODY_CHARACTERS} are read`);
  }
  const parsed = parse(schema, text);
  if (parsed.ok) return parsed.value;
  const errors = parsed.issues.map(fieldError);
  throw new Problem(
    400,
    "invalid-body",
    errors.map(({ field, message, found }) => `${field}: ${message} (found ${found})`).join("; "),
    errors,
  );
}

/** The body of somebody else's schema: only what we read of it must be right. */
export async function parseForeign<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<T> {
  return parseBody(request, schema, parseForeignBody);
}

function fieldError({ path, message, found }: { path: string; message: string; found: string }): Required<FieldError> {
  return { field: path === "" ? "body" : path, message, found };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): HttpResponseInit {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

function line(most: number): z.ZodString {
  return z
    .string()
    .trim()
    .regex(new RegExp(`^.{1,${most}}$`, "s"), `must be 1–${most} characters`);
}

/** What every change must say. */
export const who = { reason: line(500), requestedBy: line(100).optional() };

export function unknownRun(id: string): Problem {
  return new Problem(404, "unknown-run", `There is no run "${id.slice(0, 120)}"; GET /api/runs lists them`);
}

/** What no run can be called is not asked for: the table refuses some characters, and its rows are not all runs. */
export function runIdOf(request: HttpRequest): string {
  const id = request.params["id"] ?? "";
  if (!/^[a-z0-9-]{1,200}$/i.test(id)) throw unknownRun(id);
  return id;
}
