/** A TLS server that answers what a test wants: for answers that Azure gives rarely. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { makeCertificate, type Certificate } from "../../rehearsal/azure/tls.ts";

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Reply = { status?: number; headers?: Record<string, string>; body?: unknown } | "hang" | "reset";

export interface Stub extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
  /** `METHOD path` of each request, without the query. */
  routes(): string[];
}

/** One per process: of several authorities with one name OpenSSL tries only the first. */
let trusted: Promise<Certificate> | undefined;

async function trustedCertificate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "stub-"));
  const made = await makeCertificate(folder);
  await rm(folder, { recursive: true });
  tls.setDefaultCACertificates([...tls.getCACertificates(), made.certificate]);
  return made;
}

export async function startStub(answer: (request: Seen, count: number) => Reply): Promise<Stub> {
  trusted ??= trustedCertificate();
  const { certificate, privateKey } = await trusted;
  const seen: Seen[] = [];
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() });
      send(response, answer(seen.at(-1)!, seen.length));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    seen,
    routes: () => seen.map(({ method, url }) => `${method} ${url.split("?")[0]}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === "hang") return;
  if (reply === "reset") return void response.socket?.destroy();
  const text = typeof reply.body === "string" ? reply.body : reply.body === undefined ? "" : JSON.stringify(reply.body);
  response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers }).end(text);
}
