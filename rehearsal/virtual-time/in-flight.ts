/**
 * Which HTTP requests of this process are on the wire right now. Virtual time must stand still while one is, because its answer may
 * make code runnable. Requests are kept by identity and not counted, so that none is taken off twice or missed, however it ends.
 *
 * A request that waits at a server of this process for virtual time is not on the wire. Client and server halves of one exchange meet
 * by the ports of their connection (one request at a time on each: HTTP/1.1 without pipelining).
 */
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface UndiciRequest {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
}

const nodeRequests = new Map<ClientRequest, IncomingMessage | undefined>();
const undiciRequests = new Map<UndiciRequest, { socket?: Socket; lastChunkTurn?: number }>();
const timedServers = new WeakSet<object>();
/** By connection: whether the server half is still waiting for virtual time. */
const atServer = new Map<string, () => boolean>();
const heldPorts = new Map<symbol, number>();

/** Turns without a chunk after which a body counts as unread: many, for another process may be slow to send it. */
const STALLED_BODY_TURNS = 300;
let turns = 0;

/** To be called once a turn of the event loop while somebody waits for quiet. */
export function noteTurn(): void {
  turns += 1;
}

/**
 * Declares that every handler of this server waits for nothing but virtual timers and other HTTP requests: its requests count as
 * on the wire only until they have arrived whole and again once they are answered.
 */
export function timedServer(server: Server): void {
  timedServers.add(server);
}

/**
 * Declares that the request on the connection from this port of a client waits for a virtual timer; call what is returned before
 * answering it. Needless on a `timedServer`.
 */
export function heldRequest(clientPort: number): () => void {
  const hold = Symbol();
  heldPorts.set(hold, clientPort);
  return () => void heldPorts.delete(hold);
}

/** One line for each request on the wire. */
export function requestsOnTheWire(): readonly string[] {
  const node = [...nodeRequests].filter(([request, response]) => isNodeRequestOnTheWire(request, response));
  const undici = [...undiciRequests].filter(([, { socket, lastChunkTurn }]) => !isAtServer(socket) && !isUnread(socket, lastChunkTurn));
  return [
    ...node.map(([request]) => `${request.method} ${request.protocol}//${request.host}${request.path}`),
    ...undici.map(([request]) => `${request.method} ${request.origin}${request.path} (fetch)`),
  ];
}

function isNodeRequestOnTheWire(request: ClientRequest, response: IncomingMessage | undefined): boolean {
  if (isAbortedInQueue(request) || isAtServer(request.socket ?? undefined)) {
    return false;
  }
  if (response === undefined) {
    return true;
  }
  // A body that nobody reads makes nothing runnable.
  const isRead = response.readableFlowing === true || (response.listenerCount("readable") > 0 && response.readableLength === 0);
  return isRead && !response.complete;
}

/** A fetch whose body nobody reads stops taking bytes from its socket; when it stopped between two chunks, only silence tells. */
function isUnread(socket: Socket | undefined, lastChunkTurn: number | undefined): boolean {
  return lastChunkTurn !== undefined && ((socket?.readableLength ?? 0) > 0 || turns - lastChunkTurn > STALLED_BODY_TURNS);
}

/** It emits "close" only when its agent finds it a connection, which may be virtual minutes away. */
function isAbortedInQueue(request: ClientRequest): boolean {
  return request.destroyed && !request.socket;
}

function isAtServer(socket: Socket | undefined): boolean {
  const port = socket?.localPort;
  return port !== undefined && (atServer.get(`${port}>${socket?.remotePort}`)?.() === true || [...heldPorts.values()].includes(port));
}

function serverKey(socket: Socket): string {
  return `${socket.remotePort}>${socket.localPort}`;
}

/** Starts watching: before anything else can send a request. */
export function watchRequests(): void {
  on<{ request: ClientRequest }>("http.client.request.created", ({ request }) => {
    nodeRequests.set(request, undefined);
    request.once("close", () => nodeRequests.delete(request));
  });
  // Published when the head of the response is in; the body may still be on its way.
  on<{ request: ClientRequest; response: IncomingMessage }>("http.client.response.finish", ({ request, response }) => {
    if (nodeRequests.has(request)) {
      nodeRequests.set(request, response);
    }
  });
  watchFetch();
  watchServers();
}

function watchFetch(): void {
  const noteChunk = ({ request }: { request: UndiciRequest }): void => {
    const state = undiciRequests.get(request);
    if (state !== undefined) {
      state.lastChunkTurn = turns;
    }
  };
  on<{ request: UndiciRequest }>("undici:request:create", ({ request }) => undiciRequests.set(request, {}));
  on<{ request: UndiciRequest; socket: Socket }>("undici:client:sendHeaders", ({ request, socket }) => {
    if (undiciRequests.has(request)) {
      undiciRequests.set(request, { socket });
    }
  });
  on("undici:request:headers", noteChunk);
  on("undici:request:bodyChunkReceived", noteChunk);
  on<{ request: UndiciRequest }>("undici:request:trailers", ({ request }) => undiciRequests.delete(request));
  on<{ request: UndiciRequest }>("undici:request:error", ({ request }) => undiciRequests.delete(request));
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly server: object;
}

function watchServers(): void {
  on<Exchange>("http.server.request.start", ({ request, response, socket, server }) => {
    const key = serverKey(socket);
    if (!timedServers.has(server)) {
      atServer.delete(key);
      return;
    }
    const waits = (): boolean => request.complete && !response.writableEnded;
    atServer.set(key, waits);
    response.once("close", () => {
      if (atServer.get(key) === waits) {
        atServer.delete(key);
      }
    });
  });
}

/** The channels' messages are untyped; their shapes were checked on Node 24.21 by this folder's test. */
function on<T>(channel: string, listener: (message: T) => unknown): void {
  subscribe(channel, (message) => void listener(message as T));
}
