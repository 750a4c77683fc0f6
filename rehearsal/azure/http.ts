/** One HTTP exchange of the embedded Azure: read the call, wait on the global clock, answer. */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { FaultAnswer } from "../world.ts";

export interface Call {
  readonly method: string;
  /** Decoded, with doubled slashes collapsed: SDKs send `//subscriptions` (azure-facts 3.1). */
  readonly path: string;
  /** With a leading `?`, exactly as sent; empty when there was none. */
  readonly search: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON, or the fields of a form; undefined when there was none. */
  readonly body: unknown;
  /** Base URL under which the caller reached us. */
  readonly base: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of a body: its pieces as they come. */
  readonly stream?: AsyncIterable<string>;
}

/** `timeout` never answers, `reset` breaks the connection. */
export type Answered = Reply | "timeout" | "reset";

/** How a fault without a status shows on a connection that stands: a name or a certificate is met only when one is made (see names.ts). */
export function withoutStatus(fault: Exclude<FaultAnswer, number>, headers: Readonly<Record<string, string>> = {}): Answered {
  if (fault === "empty") return { status: 200, headers };
  return fault === "timeout" ? "timeout" : "reset";
}

/** Waits on the global `setTimeout`. */
export type Wait = (milliseconds: number) => Promise<void>;
export type Service = (call: Call, wait: Wait) => Promise<Answered>;

/** Called when a response begins to wait for the clock; the result is called once, when it no longer does. */
export type Held = (clientPort: number) => () => void;

/** `clock.clockSkewSeconds`: how far the `Date` header is ahead. */
export function listener(service: Service, held: Held, clock: { readonly clockSkewSeconds: number }): RequestListener {
  return (request, response) => {
    // Node's own Date header does not follow a replaced clock.
    response.sendDate = false;
    response.setHeader("date", new Date(Date.now() + clock.clockSkewSeconds * 1000).toUTCString());
    exchange(service, held, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return response.destroy();
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send(response, { status: 500, body: { error: { code: "EmbeddedAzureDefect", message } } });
    });
  };
}

async function exchange(service: Service, held: Held, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = await readCall(request);
  if ("status" in call) return send(response, call);
  const hold = (): (() => void) => holdResponse(response, () => held(request.socket.remotePort ?? 0));
  const answered = await service(call, (milliseconds) => waitHeld(milliseconds, hold));
  if (response.destroyed) return;
  if (answered === "timeout") hold();
  else if (answered === "reset") request.socket.destroy();
  else if (answered.stream) await sendStream(response, answered, answered.stream);
  else send(response, answered);
}

/** Ends early when the caller has gone. */
async function sendStream(response: ServerResponse, { status, headers }: Reply, pieces: AsyncIterable<string>): Promise<void> {
  response.writeHead(status, headers);
  for await (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
  }
  response.end();
}

async function readCall(request: IncomingMessage): Promise<Call | Reply> {
  const raw = await text(request);
  const base = `${"encrypted" in request.socket ? "https" : "http"}://${request.headers.host ?? "127.0.0.1"}`;
  const url = new URL(base + (request.url ?? "/").replace(/^\/+/, "/"));
  let body: unknown;
  try {
    if (/^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? ""))
      body = Object.fromEntries(new URLSearchParams(raw));
    else body = raw === "" ? undefined : JSON.parse(raw);
  } catch (error) {
    return {
      status: 400,
      body: {
        error: {
          code: "InvalidRequestContent",
          message: `The request content was invalid and could not be deserialized: '${String(error)}'.`,
        },
      },
    };
  }
  const path = decodeURIComponent(url.pathname).replaceAll(/\/{2,}/g, "/");
  return { method: request.method ?? "GET", path, search: url.search, query: url.searchParams, headers: request.headers, body, base };
}

/** Until the release is called or the client goes away. */
function holdResponse(response: ServerResponse, held: () => () => void): () => void {
  let release: (() => void) | undefined = held();
  const once = (): void => {
    release?.();
    release = undefined;
    response.off("close", once);
  };
  response.once("close", once);
  if (response.destroyed) once();
  return once;
}

function waitHeld(milliseconds: number, hold: () => () => void): Promise<void> {
  if (milliseconds <= 0) return Promise.resolve();
  const release = hold();
  return new Promise((resolve) => {
    setTimeout(() => {
      release();
      resolve();
    }, milliseconds).unref();
  });
}

function send(response: ServerResponse, reply: Reply): void {
  const payload = reply.body === undefined ? "" : typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  const type = typeof reply.body === "string" ? "text/plain" : "application/json; charset=utf-8";
  response.writeHead(reply.status, {
    // Without the hint undici drops a connection after 4 idle seconds, virtual ones too: a TLS handshake per probe round.
    "keep-alive": "timeout=300",
    "content-length": String(Buffer.byteLength(payload)),
    ...(payload === "" ? {} : { "content-type": type }),
    ...reply.headers,
  });
  response.end(payload);
}
