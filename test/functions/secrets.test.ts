/** No secret of the app ever stands in a log, an answer, a notification or the ledger, least of all when something fails. */
import { beforeAll, expect, it, vi } from "vitest";
import { WEBHOOK_SECRET } from "../support/app-surroundings.ts";
import { appUnderTest, FUNCTION_KEY, WAIT } from "../support/app-under-test.ts";

const running = appUnderTest({ automation: "auto" });
const STORAGE_KEY = /AccountKey=([^;]+)/;
const answers: string[] = [];
let state = "";

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<void> {
  const answer = await running().ask(method, path, { ...(body === undefined ? {} : { body }), headers });
  answers.push(`${method} ${new URL(path, "http://host").pathname} ${answer.status} ${JSON.stringify([...answer.headers])} ${answer.text}`);
}

/** Everything that can go wrong at once, then everything without a state store. */
beforeAll(async () => {
  const { azure, fail, host, tables } = running();
  await running().round();
  await failingCalls();
  azure.faults.identity = 500;
  azure.faults.resourceManager = { eastus2: { answer: 503 }, swedencentral: { answer: 403 }, japaneast: { answer: 429 } };
  fail("foundry", "eastus2", 401);
  fail("gateway", "japaneast", 503);
  await running().round();
  await vi.waitUntil(() => running().notified.length > 0, WAIT);
  await failingCalls();
  await ask("GET", `/api/status?code=${FUNCTION_KEY}`);
  await ask("GET", `/api/nothing?code=${FUNCTION_KEY}`);
  state = JSON.stringify(await running().values());
  tables.stop();
  await failingCalls();
  expect(host.instances()).not.toEqual([]);
});

async function failingCalls(): Promise<void> {
  await Promise.all([
    ask("GET", "/api/status"),
    ask("GET", "/api/runs"),
    ask("GET", "/api/runs/nope"),
    ask("GET", "/api/kill-switch"),
    ask("GET", "/api/gates/japaneast"),
    ask("PUT", "/api/gates/eastus2", { state: "ajar", reason: "x" }),
    ask("POST", "/api/runbooks/evacuate", "{"),
    ask("POST", "/api/runbooks/evacuate", { region: "japaneast", reason: "try" }, { "idempotency-key": "a b" }),
    ask("POST", "/api/runbooks/evacuate", { region: "eastus2", mode: "ungraceful", reason: "try" }, { "idempotency-key": "k" }),
    ask("POST", "/api/runbooks/evacuate/plan", { region: "eastus2", reason: "try" }),
    ask("POST", "/api/runbooks/restore", { region: "swedencentral", reason: "try" }),
    ask("POST", "/api/alerts", { schemaId: "azureMonitorCommonAlertSchema" }),
  ]);
}

const SOURCES = {
  "what the host and the app said": () => running().said.join("\n"),
  "what callers were answered": () => answers.join("\n"),
  "what was notified": () => JSON.stringify(running().notified),
  "the state and the ledger": () => state,
};

it.each(Object.entries(SOURCES))("%s is not empty, so that there is something to search", (_name, read) => {
  expect(read().length).toBeGreaterThan(1000);
});

it("the calls did fail in every way", () => {
  const statuses = new Set(answers.map((answer) => answer.split(" ")[2]));

  expect([...statuses].sort()).toEqual(expect.arrayContaining(["200", "202", "400", "404", "409", "500"]));
});

it.each(Object.entries(SOURCES))("%s holds no secret", (_name, read) => {
  const text = read();
  const storageKey = STORAGE_KEY.exec(process.env["AzureWebJobsStorage"] ?? "")?.[1] ?? "no key";
  const secrets = { FUNCTION_KEY, WEBHOOK_SECRET, storageKey, identityHeader: running().azure.identityHeader };
  for (const [name, secret] of Object.entries(secrets)) expect({ name, isThere: text.includes(secret) }).toEqual({ name, isThere: false });
  // Tokens, keys in query strings, authorization headers.
  expect(text).not.toMatch(/Bearer [A-Za-z0-9._-]{8,}|eyJ[A-Za-z0-9_-]{10,}|[?&](code|sig)=[A-Za-z0-9]/i);
});

it("callers see no stack trace", () => {
  expect(answers.join("\n")).not.toMatch(/\\n\s+at |node_modules|\.ts:\d+/);
});
