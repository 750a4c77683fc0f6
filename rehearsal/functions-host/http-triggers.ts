/** HTTP triggers: finds the function for a request, checks its key, and carries the exchange through the worker. */
import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import type { HttpData, RegisteredFunction } from "./core-module.ts";
import { parseRoute, type Route } from "./routes.ts";
import { triggerOf, type Worker } from "./worker.ts";

export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function hasKey({ headers, url }: HttpCall, key: string): boolean {
  return headers["x-functions-key"] === key || url.searchParams.get("code") === key;
}

const HttpTrigger = z.object({
  methods: z.array(z.string()).prefault(["GET", "POST"]),
  authLevel: z.enum(["anonymous", "function", "admin"]).default("function"),
  route: z.string().optional(),
});

interface Endpoint {
  readonly called: RegisteredFunction;
  readonly methods: readonly string[];
  readonly needsKey: boolean;
  readonly route: Route;
}

export interface HttpTriggersOptions {
  readonly worker: Worker;
  readonly routePrefix: string;
  readonly hasKey: (call: HttpCall) => boolean;
  readonly onError: (called: RegisteredFunction, error: unknown) => void;
}

export function createHttpTriggers(options: HttpTriggersOptions): (call: HttpCall) => Promise<HttpAnswer> {
  const endpoints = options.worker.functions
    .filter((called) => triggerOf(called).binding.type === "httpTrigger")
    .map((called) => endpoint(called, options.routePrefix))
    .sort((a, b) => (a.route.rank < b.route.rank ? -1 : 1));
  return async (call) => {
    const path = call.url.pathname
      .split("/")
      .slice(1)
      .filter((part, index, all) => part !== "" || index < all.length - 1)
      .map(decodeURIComponent);
    for (const { called, methods, needsKey, route } of endpoints) {
      const parameters = methods.includes(call.method) ? route.match(path) : undefined;
      if (parameters !== undefined) {
        return needsKey && !options.hasKey(call) ? { status: 401 } : await invoke(options, called, call, parameters);
      }
    }
    return { status: 404 };
  };
}

function endpoint(called: RegisteredFunction, prefix: string): Endpoint {
  const trigger = HttpTrigger.parse(triggerOf(called).binding);
  const template = trigger.route ?? called.name;
  return {
    called,
    methods: trigger.methods.map((method) => method.toUpperCase()),
    needsKey: trigger.authLevel !== "anonymous",
    route: parseRoute(prefix === "" ? template : `${prefix}/${template}`),
  };
}

/** A handler that throws answers 500 with an empty body, as the real host does. */
async function invoke(
  { worker, onError }: HttpTriggersOptions,
  called: RegisteredFunction,
  call: HttpCall,
  params: Record<string, string>,
): Promise<HttpAnswer> {
  try {
    const http = {
      url: call.url.href,
      method: call.method,
      headers: flat(call.headers),
      query: Object.fromEntries(call.url.searchParams),
      params,
    };
    const returned = await worker.invoke(called, { http: { ...http, body: { bytes: call.body } } });
    return answer(returned?.http);
  } catch (error) {
    onError(called, error);
    return { status: 500 };
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function answer(http: HttpData | undefined): HttpAnswer {
  if (http === undefined) {
    return { status: 204 };
  }
  if ((http.cookies ?? []).length > 0) {
    throw new Error("The local Functions host does not serve cookies.");
  }
  return { status: Number(http.statusCode), headers: http.headers ?? {}, body: http.body?.bytes ?? http.body?.string ?? "" };
}
