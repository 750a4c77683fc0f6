import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NO_LATENCY } from "../../rehearsal/functions-host/constants.ts";
import { collectRegistrations } from "../../rehearsal/functions-host/core-module.ts";
import { type Host, startHost } from "../../rehearsal/functions-host/host.ts";
import { type LogLine } from "../../rehearsal/functions-host/worker.ts";

const historyDirectory = mkdtempSync(join(tmpdir(), "functions-host-"));
const logs: LogLine[] = [];
let host: Host;

beforeAll(async () => {
  const registrations = await collectRegistrations(() => import("./apps/triggers.ts"));
  const options = { hostJson: {}, port: 0, historyDirectory, functionKey: "secret", latency: NO_LATENCY };
  host = await startHost({ ...options, registrations, onLog: (line) => logs.push(line) });
});

afterAll(async () => {
  await host.stop();
  rmSync(historyDirectory, { recursive: true });
});

const WEBHOOKS = "/runtime/webhooks/durabletask";

async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(path, host.url), {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Instances end in a few turns of the event loop, without latency. */
async function ended(instanceId: string): Promise<{ runtimeStatus: string; output: unknown }> {
  return await vi.waitUntil(
    () => host.instances().find((each) => each.instanceId === instanceId && !["Pending", "Running"].includes(each.runtimeStatus)),
    { interval: 2 },
  );
}

describe("HTTP triggers", () => {
  it.each([
    ["GET", "/api/hello/ada?q=1", 200, `{"name":"ada","query":"1","host":"HOST"}`],
    ["GET", "/api/hello/a%20b", 200, `{"name":"a b","query":null,"host":"HOST"}`],
    ["GET", "/api/HELLO/me", 200, "literal"],
    ["GET", "/api/boom", 500, ""],
    ["GET", "/api/nothing", 204, ""],
    ["GET", "/api/nope", 404, ""],
    ["GET", "/hello/ada", 404, ""],
    ["DELETE", "/api/hello/ada", 404, ""],
  ])("%s %s answers %i", async (method, path, status, text) => {
    const answer = await ask(method, path);

    expect([answer.status, answer.text]).toEqual([status, text.replace("HOST", new URL(host.url).host)]);
  });

  it.each([
    ["no key", "/api/echo", {}, 401],
    ["a wrong key", "/api/echo?code=wrong", {}, 401],
    ["the key in the query", "/api/echo?code=secret", {}, 201],
    ["the key in the header", "/api/echo", { "x-functions-key": "secret" }, 201],
  ])("of level function with %s: %s %j answers %i", async (_which, path, headers, status) => {
    expect((await ask("POST", path, `{"a":1}`, headers)).status).toBe(status);
  });

  it("logs what a handler threw, and nothing of it reaches the caller", async () => {
    await ask("GET", "/api/boom");

    expect(logs.find(({ functionName, level }) => functionName === "boom" && level === "error")?.message).toContain("Error: boom");
  });
});

describe("the durable client", () => {
  it("starts an instance, whose links lead to its status", async () => {
    const started = await ask("POST", "/api/begin/waits/c1");
    const links = JSON.parse(started.text) as Record<string, string>;

    expect(started.status).toBe(202);
    expect(started.headers.get("retry-after")).toBe("10");
    const status = await ask("GET", links["statusQueryGetUri"] ?? "");
    expect([status.status, status.headers.get("retry-after")]).toEqual([202, "5"]);
    expect(JSON.parse(status.text)).toMatchObject({
      name: "waits",
      instanceId: "c1",
      input: { by: "http" },
      customStatus: null,
      output: null,
    });
  });

  it("cannot start an id that runs: 409 with the recorded message", async () => {
    await ask("POST", "/api/begin/waits/c2");
    await vi.waitUntil(() => host.instances().some(({ instanceId, runtimeStatus }) => instanceId === "c2" && runtimeStatus === "Running"), {
      interval: 2,
    });

    const again = await ask("POST", "/api/begin/waits/c2");
    expect([again.status, again.text]).toEqual([
      409,
      `Error: The operation failed with an unexpected status code: 409. Details: {"Message":"An Orchestration instance with the status Running already exists."}`,
    ]);
  });

  it("makes one execution of two simultaneous starts", async () => {
    const before = host.counts.durable.starts;

    await Promise.all([ask("POST", "/api/begin/waits/c3"), ask("POST", "/api/begin/waits/c3")]);
    expect(host.counts.durable.starts - before).toBe(1);
  });

  it("works in an activity", async () => {
    await ask("POST", "/api/begin/launcher/c4");

    expect(await ended("c4")).toMatchObject({ runtimeStatus: "Completed", output: "c4-child" });
    expect(await ended("c4-child")).toMatchObject({ runtimeStatus: "Completed", output: "LAUNCHED" });
  });

  it.each([
    ["retries", "does not serve callActivityWithRetry"],
    ["week", "does not serve timers of more than 6 days"],
    ["lost", "The function 'notThere' doesn't exist"],
    ["noSuchOrchestrator", "is not an orchestrator function"],
  ])("sees %s fail: %s", async (name, message) => {
    await ask("POST", `/api/begin/${name}/bad-${name}`);

    const end = await ended(`bad-${name}`);
    expect([end.runtimeStatus, end.output]).toEqual(["Failed", expect.stringContaining(message)]);
  });
});

describe("the durable webhooks", () => {
  beforeAll(async () => {
    await ask("POST", "/api/begin/waits/live");
    await ask("POST", "/api/begin/shout/over");
    await ended("over");
  });

  const key = "code=secret";
  it.each([
    ["GET", `${WEBHOOKS}/instances/over`, undefined, 401],
    ["GET", `${WEBHOOKS}/instances/over?code=wrong`, undefined, 401],
    ["GET", `${WEBHOOKS}/instances/over?${key}`, undefined, 200],
    ["GET", `${WEBHOOKS}/instances/nope?${key}`, undefined, 404],
    ["POST", `${WEBHOOKS}/instances/over/raiseEvent/go?${key}`, "1", 410],
    ["POST", `${WEBHOOKS}/instances/over/raiseEvent/go?${key}`, "{bad", 410],
    ["POST", `${WEBHOOKS}/instances/nope/raiseEvent/go?${key}`, "1", 404],
    ["POST", `${WEBHOOKS}/instances/live/raiseEvent/go?${key}`, "{bad", 400],
    ["POST", `${WEBHOOKS}/instances/over/terminate?reason=x&${key}`, undefined, 410],
    ["POST", `${WEBHOOKS}/instances/nope/terminate?reason=x&${key}`, undefined, 404],
    ["POST", `${WEBHOOKS}/orchestrators/shout/bad?${key}`, "{bad", 400],
    ["POST", `${WEBHOOKS}/instances/live/suspend?reason=x&${key}`, undefined, 501],
    ["POST", `${WEBHOOKS}/instances/over/rewind?reason=x&${key}`, undefined, 501],
    ["DELETE", `${WEBHOOKS}/instances/over?${key}`, undefined, 501],
    ["GET", `${WEBHOOKS}/entities/counter/c1?${key}`, undefined, 501],
  ])("%s %s with %s answers %i", async (method, path, body, status) => {
    expect((await ask(method, path, body)).status).toBe(status);
  });

  it("refuses an event that is not JSON by its content type", async () => {
    const answer = await ask("POST", `${WEBHOOKS}/instances/live/raiseEvent/go?${key}`, "zz", { "content-type": "text/plain" });

    expect([answer.status, answer.text]).toEqual([400, `{"Message":"Only application/json request content is supported"}`]);
  });

  it("terminates an instance with the reason as its output", async () => {
    await ask("POST", "/api/begin/waits/doomed");

    expect((await ask("POST", `${WEBHOOKS}/instances/doomed/terminate?reason=because&${key}`)).status).toBe(202);
    expect(await ended("doomed")).toMatchObject({ runtimeStatus: "Terminated", output: "because" });
  });

  it("runs a completed id again, as a new execution", async () => {
    const before = host.counts.durable.turns;

    expect((await ask("POST", `${WEBHOOKS}/orchestrators/shout/over?${key}`, `"again"`)).status).toBe(202);
    expect(await ended("over")).toMatchObject({ output: "AGAIN" });
    expect(host.counts.durable.turns - before).toBe(2);
  });

  it("lists instances by status", async () => {
    const answer = await ask("GET", `${WEBHOOKS}/instances?runtimeStatus=Terminated&${key}`);

    expect((JSON.parse(answer.text) as { instanceId: string }[]).map(({ instanceId }) => instanceId)).toEqual(["doomed"]);
  });
});
