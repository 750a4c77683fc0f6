import { describe, expect, it } from "vitest";
import { createMetricsReader } from "../../src/azure/monitor/metrics-reader.ts";
import type { Deployment, Estate } from "../../src/domain/estate.ts";
import { staticCredential } from "../support/credential.ts";
import { ACCOUNT_ID, deployment, estate, SUBSCRIPTION } from "./fixtures.ts";
import { FROM, metric, metricOf, minute, paramsOf, reading, series, TO } from "./metrics.ts";
import { startStub, type Reply, type Seen } from "./stub.ts";

describe("the batch API", () => {
  const account = (index: number): string => ACCOUNT_ID.replace("foundry1", `foundry${index}`);
  const many = (url: string, count: number, change: Partial<Deployment> = {}): Deployment[] =>
    Array.from({ length: count }, (_, index) =>
      deployment(url, { id: `d${index}`, resourceId: `${account(index)}/deployments/gpt-4o`, ...change }),
    );

  /** Names in the raw form that the batch client does not convert. */
  function batchReply(request: Seen, skip = "none"): Reply {
    const { resourceids } = JSON.parse(request.body) as { resourceids: string[] };
    const reply = metric(metricOf(request), [series({ statuscode: "200" }, minute(0, 5))]);
    const value = typeof reply === "object" ? (reply.body as { value: unknown }).value : [];
    const values = resourceids
      .filter((id) => !id.includes(skip))
      .map((resourceid) => ({ starttime: "s", endtime: "e", interval: "PT1M", resourceid: resourceid.toUpperCase(), value }));
    return { body: { values } };
  }

  it("asks for up to 50 accounts of a region in one call, with its own audience", async () => {
    await using stub = await startStub((request) => batchReply(request));
    const deployments = many(stub.url, 60);
    const { reader, credential } = reading(stub.url, deployments, { api: "batch" });
    const read = await reader.traffic(deployments, FROM, TO);
    expect(read).toHaveLength(60);
    expect(read.every((one) => one.ok && one.minutes[0]?.answered === 5)).toBe(true);
    expect(new Set(stub.routes())).toEqual(new Set([`POST /subscriptions/${SUBSCRIPTION}/metrics:getBatch`]));
    expect(stub.seen.map(({ body }) => (JSON.parse(body) as { resourceids: string[] }).resourceids.length).sort()).toEqual([
      10, 10, 10, 50, 50, 50,
    ]);
    expect(paramsOf(stub.seen[0]!)).toMatchObject({
      filter: "ModelDeploymentName eq '*' and StatusCode eq '*'",
      starttime: FROM.toISOString(),
    });
    expect(new Set(credential.scopes)).toEqual(new Set(["https://metrics.monitor.azure.com/.default"]));
  });

  it.each([
    [9, "GET"],
    [10, "POST"],
  ])("is chosen by itself from ten accounts on: %i → %s", async (count, method) => {
    await using stub = await startStub((request) => (request.method === "POST" ? batchReply(request) : metric(metricOf(request), [])));
    const deployments = many(stub.url, count);
    await reading(stub.url, deployments, { api: "auto" }).reader.traffic(deployments, FROM, TO);
    expect(new Set(stub.seen.map((request) => request.method))).toEqual(new Set([method]));
  });

  it.each([
    ["left for good by auto when it is refused", "auto", 403, ["POST", "GET"]],
    ["tried again by auto when it is busy", "auto", 529, ["POST", "POST"]],
    ["kept to when the estate says so", "batch", 403, ["POST", "POST"]],
  ] as const)("is %s", async (_rule, api, status, methods) => {
    await using stub = await startStub((request) => (request.method === "POST" ? { status } : metric(metricOf(request), [])));
    const deployments = many(stub.url, 10);
    const { reader } = reading(stub.url, deployments, { api });
    await reader.traffic(deployments, FROM, TO);
    const before = stub.seen.length;
    await reader.traffic(deployments, FROM, TO);
    expect([stub.seen[0]?.method, stub.seen[before]?.method]).toEqual(methods);
    // Whoever paces the reads must know.
    expect(reader.overArm()).toBe(methods[1] === "GET");
  });

  it("has a host for each region", async () => {
    await using stub = await startStub((request) => batchReply(request));
    const deployments = [...many(stub.url, 1), ...many(stub.url, 1, { id: "other", region: "swedencentral" })];
    const cloud = { ...estate(stub.url).cloud, metricsBatch: `${stub.url}/{region}` };
    const signals: Estate["signals"] = { metrics: { names: "azureOpenAI", api: "batch" }, logs: null };
    const [first, second] = [deployments[0]!, { ...deployments[1]!, resourceId: `${account(7)}/deployments/gpt-4o` }];
    await createMetricsReader(estate(stub.url, { cloud, signals }), staticCredential()).traffic([first, second], FROM, TO);
    expect(new Set(stub.routes().map((route) => route.split("/")[1]))).toEqual(new Set(["eastus2", "swedencentral"]));
  });

  it.each<[string, (request: Seen) => Reply, object[]]>([
    [
      "529 is throttled",
      () => ({ status: 529 }),
      [
        { ok: false, kind: "busy" },
        { ok: false, kind: "busy" },
      ],
    ],
    [
      "401 is a missing role",
      () => ({ status: 401 }),
      [
        { ok: false, kind: "forbidden" },
        { ok: false, kind: "forbidden" },
      ],
    ],
    [
      "an account that is left out is a gap, not silence",
      (request) => batchReply(request, "foundry1"),
      [{ ok: true }, { ok: false, kind: "busy" }],
    ],
  ])("%s", async (_rule, answer, read) => {
    await using stub = await startStub(answer);
    const deployments = many(stub.url, 2);
    expect(await reading(stub.url, deployments, { api: "batch" }).reader.traffic(deployments, FROM, TO)).toMatchObject(read);
  });
});
