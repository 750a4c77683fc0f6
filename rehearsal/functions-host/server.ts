/** The host's two listeners: functions and webhooks on one port, the durable client's RPC on another. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Agenda } from "./durable/agenda.ts";
import type { HttpAnswer, HttpCall } from "./http-triggers.ts";

export type Respond = (call: HttpCall) => Promise<HttpAnswer>;

/** Listens on the loopback; `port` 0 takes a free one. */
export async function listen(port: number): Promise<{ server: Server; url: string }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${address.port}` };
}

/** A response that cannot be given breaks the connection. */
export function serve(server: Server, agenda: Agenda, respond: Respond): void {
  server.on("request", (request, response) => {
    agenda.track(exchange(request, response, respond).catch(() => void response.destroy()));
  });
}

async function exchange(request: IncomingMessage, response: ServerResponse, respond: Respond): Promise<void> {
  const body = await buffer(request);
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
  const answer = await respond({ method: request.method ?? "GET", url, headers: request.headers, body });
  if (!response.destroyed) {
    response.sendDate = false; // Node's own Date header does not follow a replaced clock.
    const length = answer.body === undefined ? 0 : Buffer.byteLength(answer.body);
    response.writeHead(answer.status, {
      date: new Date().toUTCString(),
      ...(answer.status === 204 ? {} : { "content-length": String(length) }),
      ...answer.headers,
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
  }
}

export function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}
