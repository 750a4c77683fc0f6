/** Runs in a process of its own on virtual time; prints what it saw as one line of JSON. */
import { ApiManagementClient } from "@azure/arm-apimanagement";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { EPOCH, now, runUntil } from "../../rehearsal/virtual-time/clock.ts";
import { heldRequest, requestsOnTheWire, timedServer } from "../../rehearsal/virtual-time/in-flight.ts";

const directory = process.argv[2] ?? "";
const credentials = { key: readFileSync(`${directory}/key.pem`), cert: readFileSync(`${directory}/cert.pem`) };
const seconds = (): number => (now() - EPOCH) / 1000;
const seen: string[] = [];
let throttled = 0;

function answer(request: IncomingMessage, response: ServerResponse, hold: (clientPort: number) => () => void): void {
  const path = new URL(request.url ?? "/", "https://localhost").pathname;
  seen.push(path);
  if (path.startsWith("/subscriptions/")) {
    throttled += 1;
    response.writeHead(throttled > 3 ? 200 : 429, {
      "content-type": "application/json",
      ...(throttled > 3 ? {} : { "retry-after": "30" }),
    });
    response.end(JSON.stringify(throttled > 3 ? { name: "pool", properties: {} } : { error: { code: "429", message: "slow down" } }));
  } else if (path === "/held") {
    const release = hold(request.socket.remotePort ?? 0);
    setTimeout(() => {
      release();
      response.end("x".repeat(300_000));
    }, 20_000);
  } else if (path !== "/never") {
    response.end("now");
  } else {
    hold(request.socket.remotePort ?? 0);
  }
}

const server = createServer(credentials, (request, response) => answer(request, response, heldRequest));
const declaredServer = createServer(credentials, (request, response) => answer(request, response, () => () => undefined));
timedServer(declaredServer);
for (const each of [server, declaredServer]) {
  await new Promise<void>((listening) => void each.listen(0, "127.0.0.1", listening));
}
const url = (of: typeof server): string => `https://localhost:${(of.address() as AddressInfo).port}`;
const results: Record<string, unknown> = {};

/** Drives one piece of work to its end and notes how many virtual seconds it took. */
async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const begun = seconds();
  let outcome: unknown;
  let done = false;
  const run = work().then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error instanceof Error ? error.name : error),
  );
  void run.then(() => (done = true));
  await runUntil(() => done);
  results[name] = { outcome, seconds: seconds() - begun, onTheWire: requestsOnTheWire().length };
}

const armClient = new ApiManagementClient(
  { getToken: () => Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 3_600_000 }) },
  "00000000-0000-0000-0000-000000000000",
  { endpoint: url(server) },
);
const bodyLength = async (response: Response): Promise<number> => (await response.text()).length;

await measure("armRetry", async () => (await armClient.backend.get("rg", "apim", "pool")).name);
await measure("fetchHeld", async () => await bodyLength(await fetch(`${url(server)}/held`)));
await measure("fetchAborted", () => fetch(`${url(server)}/never`, { signal: AbortSignal.timeout(7_000) }));
await measure(
  "nodeAborted",
  () =>
    new Promise((_resolve, reject) => {
      const request = get(`${url(server)}/never`, { signal: AbortSignal.timeout(5_000) });
      request.on("error", reject);
    }),
);
await measure(
  "nodeDestroyedTwice",
  () =>
    new Promise((resolve) => {
      const request = get(`${url(server)}/never`);
      request.on("error", () => undefined).on("close", () => resolve("closed"));
      setTimeout(() => {
        request.destroy(new Error("first"));
        request.destroy(new Error("second"));
      }, 3_000);
    }),
);
await measure(
  "unreadNodeBody",
  () =>
    new Promise((resolve) => {
      get(`${url(server)}/held`, (response) =>
        setTimeout(() => {
          response.destroy();
          resolve(response.statusCode);
        }, 60_000),
      );
    }),
);
await measure("unreadFetchBody", async () => {
  const response = await fetch(`${url(server)}/held`);
  await sleep(60_000);
  return bodyLength(response);
});
await measure("refused", () => fetch("https://localhost:2"));
await measure("keepAlive", async () => {
  for (let round = 0; round < 100; round += 1) {
    await bodyLength(await fetch(`${url(server)}/quick`));
  }
  return "100 rounds";
});
await measure("timedServer", async () => {
  const both = await Promise.all([fetch(`${url(declaredServer)}/held`), fetch(`${url(declaredServer)}/held`)]);
  return await Promise.all(both.map(bodyLength));
});
await measure("timersPromises", () => sleep(1_500, "slept"));
await measure("files", async () => {
  let length = 0;
  for (let round = 0; round < 200; round += 1) {
    length += (await readFile(`${directory}/cert.pem`)).length;
  }
  return length > 0;
});
const before = seconds();
AbortSignal.timeout(600_000);
await runUntil(now() + 90_000);
results["instant"] = { seconds: seconds() - before };
await runUntil(() => false, 4_000).catch((error: unknown) => (results["limit"] = String(error)));
results["seen"] = seen.length;
process.stdout.write(`${JSON.stringify(results)}\n`);
process.exit(0);
