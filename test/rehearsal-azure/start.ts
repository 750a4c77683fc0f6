/** An embedded Azure for one test file: real TLS, no latency, a fake world. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TokenCredential } from "@azure/identity";
import { afterAll, beforeAll } from "vitest";
import { z } from "zod";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { startEmbeddedAzure, type EmbeddedAzure, type EmbeddedAzureOptions } from "../../rehearsal/azure/server.ts";
import { makeCertificate, type Certificate } from "../../rehearsal/azure/tls.ts";
import { scaled, type Constants } from "../../rehearsal/constants.ts";
import type { Answer, RequestRecord } from "../../rehearsal/world.ts";
import { fakeWorld, type FakeWorld } from "../support/fake-world.ts";
import { testEstate } from "./estate.ts";

export const ARM_AUDIENCE = "https://management.azure.com";
export const FOUNDRY_AUDIENCE = "https://cognitiveservices.azure.com";

const NO_LATENCY = {
  armReadMilliseconds: 0,
  armWriteMilliseconds: 0,
  identityMilliseconds: 0,
  errorMilliseconds: 0,
  logsQueryMilliseconds: 0,
};

/** What the fake world of the app's tests does not need. */
export interface WireWorld extends FakeWorld {
  readonly requests: RequestRecord[];
  /** What a gateway gets from every deployment. */
  throughAnswer: Answer;
  readonly throughCalls: { gateway: string; deployment: string }[];
  /** By deployment or gateway. */
  connectionFaults: Record<string, "dns" | "tls">;
}

function wireWorld() {
  const throughCalls: WireWorld["throughCalls"] = [];
  const connectionFaults: WireWorld["connectionFaults"] = {};
  const throughAnswer: Answer = { result: 200, latencyMilliseconds: 0 };
  const requests: RequestRecord[] = [];
  const world = Object.assign(fakeWorld(), {
    requests,
    throughAnswer,
    throughCalls,
    connectionFaults,
    callThroughGateway(_at: number, gateway: string, deployment: string): Answer {
      throughCalls.push({ gateway, deployment });
      return world.throughAnswer;
    },
    connectionFault: (target: string) => world.connectionFaults[target],
  });
  return world;
}

export interface Rehearsed {
  readonly azure: EmbeddedAzure;
  readonly world: WireWorld;
  readonly constants: Constants;
}

/** One for the whole file: clients keep the authorities of their first connection. */
let trusted: Promise<Certificate> | undefined;

async function trustedCertificate(): Promise<Certificate> {
  const certificate = await makeCertificate(mkdtempSync(join(tmpdir(), "embedded-azure-")));
  setDefaultCACertificates([...getCACertificates("default"), certificate.certificate]);
  return certificate;
}

async function start(change: Partial<Constants> = {}, options: Partial<EmbeddedAzureOptions> = {}): Promise<Rehearsed> {
  trusted ??= trustedCertificate();
  const certificate = await trusted;
  const constants = { ...scaled(), ...NO_LATENCY, ...change };
  const world = wireWorld();
  const azure = await startEmbeddedAzure({
    certificate,
    platform: platformFromEstate(testEstate(), constants),
    world,
    constants,
    ...options,
  });
  return { azure, world, constants };
}

/** Starts before the file's tests and stops after them. */
export function rehearsed(change: Partial<Constants> = {}, options: Partial<EmbeddedAzureOptions> = {}): () => Rehearsed {
  let running: Rehearsed | undefined;
  beforeAll(async () => void (running = await start(change, options)));
  afterAll(async () => running?.azure.stop());
  return () => {
    if (!running) throw new Error("not started");
    return running;
  };
}

const Token = z.object({ access_token: z.string(), expires_on: z.string() });

export async function tokenFor(azure: EmbeddedAzure, resource = ARM_AUDIENCE): Promise<string> {
  const response = await fetch(`${azure.identityEndpoint}?resource=${encodeURIComponent(resource)}&api-version=2019-08-01`, {
    headers: { "x-identity-header": azure.identityHeader },
  });
  return Token.parse(await response.json()).access_token;
}

/** For the SDK clients: tokens of this very server, never cached (MSAL caches per process). */
export function credential({ azure }: Rehearsed, audience = ARM_AUDIENCE): TokenCredential {
  return { getToken: async () => ({ token: await tokenFor(azure, audience), expiresOnTimestamp: Date.now() + 3_600_000 }) };
}

export interface Raw {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** One plain request with a good ARM token; `path` may be absolute. */
export async function raw({ azure }: Rehearsed, path: string, { method = "GET", headers = {}, body, signal }: Raw = {}): Promise<RawReply> {
  const response = await fetch(path.startsWith("https:") ? path : azure.url + path, {
    method,
    headers: { authorization: `Bearer ${await tokenFor(azure)}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const payload = await response.text();
  const json: unknown = response.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(payload) : payload;
  return { status: response.status, headers: response.headers, body: json };
}
