/** Starting and looking at orchestrations, on the answers of every known version of the extension and on none. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/app/app.ts";
import { liveStatus, runStarter, startInvestigation } from "../../src/functions/durable-client.ts";
import { runOf } from "../support/builders.ts";

type Scripted = readonly [status: number, body?: unknown];
/** What GET and POST answer; a connection that breaks when there is nothing. */
let script: { get?: Scripted; post?: Scripted } = {};
const asked: string[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = request.method === "GET" ? script.get : script.post;
    if (answer === undefined) response.destroy();
    else response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1] ?? ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());

function context(): InvocationContext {
  const input = df.input.durableClient();
  const made = new InvocationContext({
    functionName: "test",
    invocationId: "1",
    options: { extraInputs: [input] },
    logHandler: () => undefined,
  });
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  made.extraInputs.set(input, {
    taskHubName: "Hub",
    creationUrls: { createNewInstancePostUri: base, createAndWaitOnNewInstancePostUri: base },
    managementUrls: { id: "ID" },
    baseUrl: base,
    requiredQueryStringParameters: "code=x",
    rpcBaseUrl: `${base}/durabletask/`,
  });
  return made;
}

const app = { estateName: "contoso", policy: {} } as unknown as App;
const run = runOf("evacuate");

function status(runtimeStatus: string, customStatus: unknown = null): Scripted {
  const times = { createdTime: "2026-01-05T00:00:00Z", lastUpdatedTime: "2026-01-05T00:01:00Z" };
  return [200, { name: "evacuate", instanceId: run.id, runtimeStatus, input: null, customStatus, output: null, ...times }];
}

const UNKNOWN: Scripted = [404];
const STARTED: Scripted = [202, { id: run.id }];
const SENTENCE = "An Orchestration instance with the status Running already exists.";

describe("starting a run", () => {
  it.each([
    ["of an unknown id starts it", UNKNOWN, STARTED, "started"],
    ["of a completed id starts it again", status("Completed"), STARTED, "started"],
    ["of a failed id starts it again", status("Failed"), STARTED, "started"],
    ["of a running id joins it", status("Running"), undefined, "joined"],
    ["of a pending id joins it", status("Pending"), undefined, "joined"],
    ["of a suspended id joins it", status("Suspended"), undefined, "joined"],
    ["that somebody else started in between joins it (409)", UNKNOWN, [409, { Message: SENTENCE }], "joined"],
    [
      "that somebody else started in between joins it (500)",
      UNKNOWN,
      [500, { Message: "Something went wrong", ExceptionMessage: SENTENCE }],
      "joined",
    ],
    ["whose status cannot be read is tried all the same", [500, {}], STARTED, "started"],
  ] as const)("%s", async (_what, get, post, outcome) => {
    script = { get, ...(post === undefined ? {} : { post }) };

    expect(await runStarter(context(), app).start(run)).toBe(outcome);
  });

  it.each([
    ["an error of the extension's own", [500, { Message: "storage is down" }]],
    ["no answer", undefined],
  ] as const)("that meets %s fails", async (_what, post) => {
    script = { get: UNKNOWN, ...(post === undefined ? {} : { post }) };

    await expect(runStarter(context(), app).start(run)).rejects.toThrow();
  });
});

describe("whether a run is alive", () => {
  it.each([
    ["running", status("Running"), true],
    ["continued as new", status("ContinuedAsNew"), true],
    ["completed", status("Completed"), false],
    ["terminated", status("Terminated"), false],
    ["unknown", UNKNOWN, false],
    // It is not started a second time because an API was down.
    ["not to be learnt: the API fails", [500, {}], true],
    ["not to be learnt: the API does not answer", undefined, true],
  ] as const)("%s: %s", async (_what, get, alive) => {
    script = get === undefined ? {} : { get };

    expect(await runStarter(context(), app).isRunning(run.id)).toBe(alive);
  });
});

it.each([
  ["waits", [202]],
  ["has ended", [410]],
  ["is unknown", [404]],
  ["cannot be reached", undefined],
] as const)("waking a run that %s never fails: it would look again at its own pace", async (_what, post) => {
  script = post === undefined ? {} : { post };
  asked.length = 0;
  await runStarter(context(), app).wake(run.id);

  expect(asked).toEqual([expect.stringContaining(`POST /durabletask/instances/${run.id}/raiseEvent/wake`)]);
});

describe("how a run stands", () => {
  it("is its phase and reason", async () => {
    script = { get: status("Running", { phase: "wait", reason: "holding" }) };

    expect(await liveStatus(context(), run.id)).toEqual({
      runtimeStatus: "Running",
      phase: "wait",
      reason: "holding",
      updatedAt: "2026-01-05T00:01:00.000Z",
    });
  });

  it.each([
    ["before its first turn", null],
    ["with a status of another version", { step: 3 }],
    ["with a status that is a word", "busy"],
  ])("%s has neither", async (_when, customStatus) => {
    script = { get: status("Pending", customStatus) };

    expect(await liveStatus(context(), run.id)).toMatchObject({ runtimeStatus: "Pending", phase: null, reason: null });
  });

  it.each([
    ["is purged", UNKNOWN],
    ["cannot be asked for", [503, {}]],
    ["is not answered", undefined],
  ] as const)("is unknown when its history %s", async (_what, get) => {
    script = get === undefined ? {} : { get };

    expect(await liveStatus(context(), run.id)).toBeNull();
  });
});

it("an estate has one investigation, under its own id", async () => {
  script = { get: UNKNOWN, post: STARTED };
  asked.length = 0;
  await startInvestigation(context(), app, {
    source: "metricAlert",
    key: "a",
    state: "raised",
    targets: ["gpt-4o-eastus2"],
    at: "2026-01-05T00:00:00.000Z",
    title: "an alert",
  });

  expect(asked).toEqual([
    expect.stringContaining("GET /durabletask/instances/investigate-contoso"),
    "POST /durabletask/orchestrators/investigate/investigate-contoso",
  ]);
});
