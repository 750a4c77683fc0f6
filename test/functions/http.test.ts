/** Every HTTP function by its success shape, its key, its routes and its problem documents. */
import { beforeAll, describe, expect, it } from "vitest";
import { REGIONS } from "../support/app-surroundings.ts";
import { appUnderTest, type Answer } from "../support/app-under-test.ts";

const running = appUnderTest({ automation: "recommend" });
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

describe("on an estate that has never been probed", () => {
  it("status says that nothing is known", async () => {
    const { status, body } = await running().ask("GET", "/api/status");

    expect(status).toBe(200);
    expect(body).toMatchObject({
      estate: "contoso-hub-to-hub",
      mode: "recommend",
      killSwitch: null,
      episode: null,
      roundAgeSeconds: null,
      holds: [],
    });
    expect(body.gaps).toEqual(["nothing was read yet"]);
  });

  it("there are no runs", async () => {
    expect((await running().ask("GET", "/api/runs")).body).toEqual({ runs: [], ledger: [] });
  });

  it("no guard passes an evacuation that nothing is known about: 409 with the guards' codes and reasons", async () => {
    const answer = await running().ask("POST", "/api/runbooks/evacuate", { body: { region: "eastus2", reason: "try" } });

    expectProblem(answer, 409, "refused", "The run cannot start");
    expect(answer.body.detail).toMatch(/^selfDoubt: /);
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { field: "selfDoubt", message: expect.stringContaining("none of 6 regional verdicts is healthy") },
        { field: "survivorCapacity", message: expect.any(String) },
      ]),
    );
  });
});

describe("after a probe round", () => {
  beforeAll(() => running().round());

  it("status shows verdicts, headroom and routing, with ISO times", async () => {
    const { body } = await running().ask("GET", "/api/status");

    expect(body.at).toMatch(ISO);
    expect(body.roundAgeSeconds).toEqual(expect.any(Number));
    expect(body.regions).toMatchObject(REGIONS.map((region) => ({ region })));
    expect(body.regions[0]).toMatchObject({ foundry: { state: "healthy" }, gateway: { state: "healthy" }, gate: "open", decision: "none" });
    expect(body.targets).toHaveLength(6);
    expect(body.targets[0]).toEqual({
      target: "gpt-4o-eastus2",
      state: "healthy",
      symptom: null,
      reason: expect.any(String),
      since: expect.stringMatching(ISO),
      sources: [
        { source: "probe", ageSeconds: expect.any(Number), gap: null },
        { source: "witness", ageSeconds: null, gap: null },
        { source: "metrics", ageSeconds: expect.any(Number), gap: null },
      ],
      limiter: null,
      spent: { requests: expect.any(Number), tokens: expect.any(Number) },
      skipped: null,
      claimedUntil: null,
    });
    expect(body.modes).toEqual({ evacuate: "recommend", restore: "recommend" });
    expect(body.signals).toMatchObject({ metrics: { note: null, gaps: [] }, gatewayLogs: null, claims: [] });
    expect(body.quotaPools).toHaveLength(3);
    expect(body.desired).toContainEqual({ pool: "apim-eastus2/gpt-4o", members: expect.stringContaining("foundry-eastus2") });
    expect(body.gaps).toEqual([]);
  });

  it("a decision is explained, in JSON and in words", async () => {
    const { status, body } = await running().ask("GET", "/api/regions/eastus2/decision");
    expect(status).toBe(200);
    expect(body).toMatchObject({ region: "eastus2", decision: { action: "none" }, verdict: { foundry: { state: "healthy" } } });
    expect(body.targets).toMatchObject([{ target: "gpt-4o-eastus2" }, { target: "apim-eastus2" }]);
    expect(body.targets[0].trace.length).toBeGreaterThan(0);
    expect(body.ifEvacuated.steps).toHaveLength(3);
    const asked = await Promise.all([
      running().ask("GET", "/api/regions/eastus2/decision?format=text"),
      running().ask("GET", "/api/regions/eastus2/decision", { headers: { accept: "text/plain" } }),
    ]);
    for (const { headers, text } of asked) {
      expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(text).toContain("eastus2");
    }
  });

  it.each([
    ["/api/regions/mars/decision", 404, "unknown-region"],
    ["/api/regions/eastus2/decision?format=xml", 400, "invalid-query"],
  ])("GET %s: %s %s", async (path, status, type) => {
    const answer = await running().ask("GET", path);
    expect([answer.status, answer.body.type]).toEqual([status, `urn:foundry-failover:problem:${type}`]);
  });

  it("a plan of some deployments is about those; unknown ones are named", async () => {
    const plan = (deployments: readonly string[]): Promise<Answer> =>
      running().ask("POST", "/api/runbooks/evacuate/plan", { body: { region: "eastus2", reason: "try", deployments } });
    expect((await plan(["gpt-4o-eastus2"])).body).toMatchObject({ scope: ["gpt-4o-eastus2"], wouldStart: true });
    const { status, body } = await plan(["gpt-4o-eastus2", "gpt-4o-japaneast"]);
    expect([status, body.errors[0].field]).toEqual([404, "deployments[1]"]);
  });

  it("a plan tells steps, guards, capacity and time, and changes nothing", async () => {
    const before = await running().rows();
    const { status, body } = await running().ask("POST", "/api/runbooks/evacuate/plan", { body: { region: "eastus2", reason: "try" } });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      runbook: "evacuate",
      region: "eastus2",
      wouldStart: true,
      share: 0,
      ladder: [0.75, 0.5, 0.25, 0],
      gaps: [],
    });
    expect(body.steps).toHaveLength(3);
    expect(body.guards).not.toContainEqual(expect.objectContaining({ outcome: "refused" }));
    expect(body.admission.maxSafeShare).toEqual(expect.any(Number));
    expect(body.etaSeconds).toBe(30);
    expect(await running().rows()).toEqual(before);
    expect(running().azure.calls.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("a plan of a restore that has nothing to restore says so", async () => {
    const { body } = await running().ask("POST", "/api/runbooks/restore/plan", { body: { region: "eastus2", reason: "try" } });

    expect(body).toMatchObject({ wouldStart: false, reason: "eastus2 is not held: there is nothing to restore", steps: [] });
  });

  it("a restore that has nothing to restore is refused", async () => {
    const answer = await running().ask("POST", "/api/runbooks/restore", { body: { region: "eastus2", reason: "try" } });

    expectProblem(answer, 409, "refused", "The run cannot start");
    expect(answer.body.detail).toContain("nothing to restore");
  });

  it("the kill switch is off until somebody sets it", async () => {
    expect((await running().ask("GET", "/api/kill-switch")).body).toEqual({ on: false });
  });
});

const KEYED = [
  ["GET", "/api/status"],
  ["GET", "/api/runs"],
  ["GET", "/api/runs/x"],
  ["POST", "/api/runbooks/evacuate"],
  ["POST", "/api/runbooks/evacuate/plan"],
  ["POST", "/api/alerts"],
  ["PUT", "/api/gates/eastus2"],
  ["GET", "/api/kill-switch"],
  ["PUT", "/api/kill-switch"],
] as const;

it.each(KEYED)("%s %s needs a key", async (method, path) => {
  const body = method === "GET" ? {} : { body: {} };
  expect((await running().ask(method, path, { ...body, key: null })).status).toBe(401);
  expect((await running().ask(method, path, { ...body, key: "wrong" })).status).toBe(401);
});

it("only the gate is anonymous", async () => {
  expect((await running().ask("GET", "/api/gates/eastus2", { key: null })).status).toBe(200);
});

it.each([
  ["GET", "/api"],
  ["GET", "/api/nothing"],
  ["GET", "/status"],
  ["POST", "/api/status"],
  ["DELETE", "/api/runs/x"],
  ["GET", "/api/runbooks/evacuate"],
  ["POST", "/api/runbooks"],
  ["POST", "/api/gates/eastus2"],
  ["GET", "/api/alerts"],
])("%s %s is nobody's: 404", async (method, path) => {
  expect((await running().ask(method, path, method === "GET" ? {} : { body: {} })).status).toBe(404);
});

const START = ["POST", "/api/runbooks/evacuate"] as const;
const GATE = ["PUT", "/api/gates/eastus2"] as const;
const SWITCH = ["PUT", "/api/kill-switch"] as const;
const good = { region: "eastus2", reason: "try" };

/** Function, body, then the fields that are named. */
const BAD_BODIES: readonly [readonly ["POST" | "PUT", string], unknown, readonly string[]][] = [
  [START, "", ["region", "reason"]],
  [START, "{", ["line 1, column 2"]],
  [START, "{'region':'eastus2'}", ["line 1, column 2"]],
  [START, '{"region":"eastus2"\n,}', ["line 2, column 2"]],
  [START, '{"region":"eastus2","region":"japaneast","reason":"try"}', ["region"]],
  [START, "[]", ["body"]],
  [START, "null", ["body"]],
  [START, '"evacuate"', ["body"]],
  [START, { ...good, regin: "x" }, ["regin"]],
  [START, { ...good, region: 7, mode: "fast" }, ["region", "mode"]],
  [START, { ...good, reason: " " }, ["reason"]],
  [START, { ...good, reason: "x".repeat(501) }, ["reason"]],
  [START, { ...good, share: "0.5" }, ["share"]],
  [START, { ...good, share: -0.1 }, ["share"]],
  [START, { ...good, share: 1 }, ["share"]],
  [START, { ...good, override: { guard: "sense", reason: "x" } }, ["override.guard"]],
  [START, { ...good, override: { guard: "cooldown" } }, ["override.reason"]],
  [START, { ...good, requestedBy: "" }, ["requestedBy"]],
  [["POST", "/api/runbooks/evacuate/plan"], { reason: "try" }, ["region"]],
  [["POST", "/api/runbooks/restore"], { ...good, share: 0.5 }, ["share"]],
  [["POST", "/api/runbooks/restore"], { ...good, override: { guard: "cooldown", reason: "x" } }, ["override"]],
  [["POST", "/api/runbooks/restore/plan"], { ...good, share: 0.5 }, ["share"]],
  [GATE, {}, ["state", "reason"]],
  [GATE, { state: "shut", reason: "x" }, ["state"]],
  [GATE, { state: "closed", reason: "x", until: "later" }, ["until"]],
  [SWITCH, {}, ["on", "reason"]],
  [SWITCH, { on: "yes", reason: "x" }, ["on"]],
  [SWITCH, { on: true }, ["reason"]],
];

describe("bad input is a problem document that names every field, and changes nothing", () => {
  it.each(BAD_BODIES)("%s with %j: %j", async ([method, path], body, fields) => {
    const before = await running().rows();
    const answer = await running().ask(method, path, { body });

    expectProblem(answer, 400, "invalid-body", "The request body is not valid");
    expect(answer.body.errors).toEqual(fields.map((field) => ({ field, message: expect.any(String), found: expect.any(String) })));
    expect(await running().rows()).toEqual(before);
  });

  it.each([
    { path: "runbooks/evacuate", body: { ...good, region: "mars" }, status: 404, type: "unknown-region" },
    { path: "runbooks/restore", body: { ...good, region: "" }, status: 404, type: "unknown-region" },
    { path: "runbooks/evacuate/plan", body: { ...good, region: "EASTUS2" }, status: 404, type: "unknown-region" },
    { path: "gates/mars", method: "PUT", body: { state: "closed", reason: "x" }, status: 404, type: "unknown-region" },
    { path: "runbooks/destroy", body: good, status: 404, type: "unknown-runbook" },
    { path: "runbooks/destroy/plan", body: good, status: 404, type: "unknown-runbook" },
    { path: "runbooks/evacuate", body: "x".repeat(1_000_001), status: 413, type: "body-too-large" },
  ])("$path: $status $type", async ({ method = "POST", path, body, status, type }) => {
    const before = await running().rows();
    const answer = await running().ask(method, `/api/${path}`, { body });

    expectProblem(answer, status, type);
    expect(await running().rows()).toEqual(before);
  });

  it.each(["evacuate-eastus2-20260105T000000Z", "nope", "..%2F..", "%00", "a'b", "x".repeat(300)])("run %s is unknown", async (id) => {
    expectProblem(await running().ask("GET", `/api/runs/${id}`), 404, "unknown-run", "There is no such run");
  });

  it.each(["with space", "x".repeat(101), "a/b", "ü"])("Idempotency-Key %j is refused", async (key) => {
    const before = await running().rows();
    const answer = await running().ask("POST", "/api/runbooks/evacuate", { body: good, headers: { "idempotency-key": key } });

    expectProblem(answer, 400, "invalid-header", "A request header is not valid");
    expect(answer.body.errors).toEqual([{ field: "Idempotency-Key", message: expect.any(String) }]);
    expect(await running().rows()).toEqual(before);
  });

  it("an unknown region is told which there are", async () => {
    const { body } = await running().ask("POST", "/api/runbooks/evacuate", { body: { ...good, region: "mars" } });

    expect(body).toMatchObject({ detail: '"mars" is not one of eastus2, swedencentral, japaneast', errors: [{ field: "region" }] });
  });

  it("what a secret was mistaken for is not repeated", async () => {
    const { text } = await running().ask("POST", "/api/runbooks/evacuate", {
      body: { ...good, share: "https://x.test/hook?code=s3cretCode" },
    });

    expect(text).not.toContain("s3cretCode");
  });
});

/** RFC 9457, with a type that never changes. */
function expectProblem(answer: Answer, status: number, type: string, title: unknown = expect.any(String)): void {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect([answer.status, answer.body.status, answer.body.type]).toEqual([status, status, `urn:foundry-failover:problem:${type}`]);
  expect(answer.body).toMatchObject({ title, detail: expect.stringMatching(/./) });
  expect(answer.text).not.toMatch(/\bat .+\.(ts|js):\d+/);
}
