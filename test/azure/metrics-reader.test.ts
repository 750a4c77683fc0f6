import { describe, expect, it } from "vitest";
import type { SignalsPolicy } from "../../src/domain/estate.ts";
import { ACCOUNT_ID, deployment } from "./fixtures.ts";
import { failed, FROM, metric, metricOf, minute, paramsOf, reading, series, TO } from "./metrics.ts";
import { startStub, type Reply, type Seen } from "./stub.ts";

/** A reply for each metric; one without is no data. */
function answering(replies: Record<string, Reply>): (request: Seen) => Reply {
  return (request) => replies[metricOf(request)] ?? metric(metricOf(request), []);
}

const UNKNOWN = { tokens: null, answered: null, serverErrors: null, throttled: null, latencyMilliseconds: null, utilisationPercent: null };

describe("traffic of deployments", () => {
  it("splits answers by status; no data point is unknown, a status without one beside others is zero", async () => {
    const replies = {
      TokenTransaction: metric("TokenTransaction", [series({}, minute(0, 4000), minute(1), minute(2, 0))]),
      AzureOpenAIRequests: metric("AzureOpenAIRequests", [
        series({ statuscode: "200" }, minute(0, 50), minute(1), minute(2)),
        series({ statuscode: "201" }, minute(0, 2)),
        series({ statuscode: "429" }, minute(0, 4), minute(1)),
        series({ statuscode: "503" }, minute(2, 7)),
        series({ statuscode: "404" }, minute(0, 9)),
      ]),
      AzureOpenAITimeToResponse: metric("AzureOpenAITimeToResponse", [series({}, minute(0, 812.5, "average"), minute(1))]),
    };
    await using stub = await startStub(answering(replies));
    expect(await reading(stub.url).reader.traffic([deployment(stub.url)], FROM, TO)).toEqual([
      {
        ok: true,
        minutes: [
          {
            ...UNKNOWN,
            at: "2026-01-01T00:00:00.000Z",
            tokens: 4000,
            answered: 52,
            serverErrors: 0,
            throttled: 4,
            latencyMilliseconds: 812.5,
          },
          { ...UNKNOWN, at: "2026-01-01T00:01:00.000Z" },
          { ...UNKNOWN, at: "2026-01-01T00:02:00.000Z", tokens: 0, answered: 0, serverErrors: 7, throttled: 0 },
        ],
      },
    ]);
  });

  it("asks once for each account and metric, whatever the number of its deployments, and tells them apart by name", async () => {
    await using stub = await startStub(
      answering({
        TokenTransaction: metric("TokenTransaction", [
          series({ modeldeploymentname: "gpt-4o" }, minute(0, 10)),
          series({ modeldeploymentname: "O'Mini" }, minute(0, 20)),
        ]),
      }),
    );
    const mini = deployment(stub.url, { id: "mini", resourceId: `${ACCOUNT_ID.toUpperCase()}/deployments/o'mini` });
    const silent = deployment(stub.url, { id: "silent", resourceId: `${ACCOUNT_ID}/deployments/silent` });
    const { reader, credential } = reading(stub.url);
    const read = await reader.traffic([mini, deployment(stub.url), silent], FROM, new Date(FROM.getTime() + 60_000));
    expect(read.map((one) => one.ok && one.minutes.map(({ tokens }) => tokens))).toEqual([[20], [10], [null]]);
    expect(stub.seen.map(paramsOf)).toMatchObject([
      {
        metricnames: "AzureOpenAIRequests",
        aggregation: "Total",
        $filter: "ModelDeploymentName eq '*' and StatusCode eq '*'",
        top: "1000",
      },
      { metricnames: "TokenTransaction", aggregation: "Total", interval: "PT1M", $filter: "ModelDeploymentName eq '*'" },
      { metricnames: "AzureOpenAITimeToResponse", aggregation: "Average" },
    ]);
    expect(new Set(stub.routes())).toEqual(new Set([`GET ${ACCOUNT_ID.toLowerCase()}/providers/Microsoft.Insights/metrics`]));
    expect(new Set(credential.scopes)).toEqual(new Set(["https://management.azure.com/.default"]));
  });

  it("asks for the utilisation of provisioned deployments alone, and takes the worst of a minute", async () => {
    const name = "AzureOpenAIProvisionedManagedUtilizationV2";
    await using stub = await startStub(answering({ [name]: metric(name, [series({}, minute(0, 104.2, "average"))]) }));
    const provisioned = deployment(stub.url, { deploymentType: "DataZoneProvisionedManaged" });
    const [read] = await reading(stub.url).reader.traffic([provisioned], FROM, new Date(FROM.getTime() + 60_000));
    expect(read).toMatchObject({ ok: true, minutes: [{ utilisationPercent: 104.2 }] });
    expect(stub.seen.map(paramsOf).at(-1)).toMatchObject({ metricnames: name, aggregation: "Average" });
  });

  it("begins with the whole minute", async () => {
    await using stub = await startStub(answering({}));
    const [read] = await reading(stub.url).reader.traffic([deployment(stub.url)], new Date(FROM.getTime() + 17_000), TO);
    expect(read).toMatchObject({ ok: true, minutes: [{ at: FROM.toISOString() }, {}, {}] });
    expect(paramsOf(stub.seen[0]!)["timespan"]).toBe(`${FROM.toISOString()}/${TO.toISOString()}`);
  });
});

describe("what is refused", () => {
  it.each<[string, Reply, object, number]>([
    [
      "a metric with an error is not 'no data'",
      metric("AzureOpenAIRequests", [], { errorCode: "InvalidSeries", errorMessage: "no such metric" }),
      { kind: "invalid", reason: "metric AzureOpenAIRequests: InvalidSeries no such metric" },
      1,
    ],
    [
      "an unwrapped error body is understood",
      { status: 400, body: { code: "BadRequest", message: "does not support requested dimension combination" } },
      { kind: "invalid", statusCode: 400 },
      1,
    ],
    ["529 is throttled", { status: 529 }, { kind: "busy", statusCode: 529 }, 1],
    ["a broken connection is busy", "reset", { kind: "busy" }, 1],
  ])("of the requests: %s, and nothing more is asked", async (_rule, reply, failure, calls) => {
    await using stub = await startStub(() => reply);
    expect(await reading(stub.url).reader.traffic([deployment(stub.url)], FROM, TO)).toMatchObject([{ ok: false, ...failure }]);
    expect(stub.seen).toHaveLength(calls);
  });

  it.each<[string, Reply]>([
    ["latency refused", failed("does not exist")],
    ["latency with an error", metric("AzureOpenAITimeToResponse", [], { errorCode: "InvalidSeries" })],
  ])("of the extras is null and spoils nothing: %s", async (_rule, reply) => {
    await using stub = await startStub(
      answering({ AzureOpenAITimeToResponse: reply, TokenTransaction: metric("TokenTransaction", [series({}, minute(0, 10))]) }),
    );
    const [read] = await reading(stub.url).reader.traffic([deployment(stub.url)], FROM, TO);
    expect(read).toMatchObject({ ok: true, minutes: [{ tokens: 10, latencyMilliseconds: null }, {}, {}] });
  });

  it("of one account is no matter of the others", async () => {
    const other = ACCOUNT_ID.replace("foundry1", "foundry2");
    await using stub = await startStub((request) =>
      request.url.includes("foundry2") ? { status: 503 } : metric(metricOf(request), [series({ statuscode: "200" }, minute(0, 1))]),
    );
    const deployments = [deployment(stub.url), deployment(stub.url, { id: "b", resourceId: `${other}/deployments/gpt-4o` })];
    expect(await reading(stub.url, deployments).reader.traffic(deployments, FROM, TO)).toMatchObject([
      { ok: true },
      { ok: false, kind: "busy" },
    ]);
  });
});

describe("hours", () => {
  it("are the tokens of whole hours; an hour without data is unknown", async () => {
    const hour = (at: string, total: number) => ({ timeStamp: at, total });
    await using stub = await startStub(() =>
      metric("TokenTransaction", [series({}, hour("2026-01-01T00:00:00Z", 70), hour("2026-01-01T02:00:00Z", 90))]),
    );
    const [hours] = await reading(stub.url).reader.hours(
      [deployment(stub.url)],
      new Date("2026-01-01T00:20:00Z"),
      new Date("2026-01-01T03:00:00Z"),
    );
    expect(hours).toEqual([
      { at: "2026-01-01T00:00:00.000Z", tokens: 70 },
      { at: "2026-01-01T01:00:00.000Z", tokens: null },
      { at: "2026-01-01T02:00:00.000Z", tokens: 90 },
    ]);
    expect(paramsOf(stub.seen[0]!)).toMatchObject({ interval: "PT1H", timespan: "2026-01-01T00:00:00.000Z/2026-01-01T03:00:00.000Z" });
  });

  it("that cannot be read are none", async () => {
    await using stub = await startStub(() => ({ status: 503 }));
    expect(await reading(stub.url).reader.hours([deployment(stub.url)], FROM, TO)).toEqual([[]]);
  });
});

describe("names", () => {
  const definitions = (...names: string[]): Reply => ({ body: { value: names.map((name) => ({ name: { value: name } })) } });
  const isDefinitions = ({ url }: Seen): boolean => url.includes("metricDefinitions");

  it.each<[string, SignalsPolicy["metrics"]["names"], Reply, string]>([
    ["as the estate says", "models", "reset", "ModelRequests"],
    ["auto: the newer ones alone", "auto", definitions("ModelRequests", "TotalTokens"), "ModelRequests"],
    ["auto: both", "auto", definitions("ModelRequests", "AzureOpenAIRequests"), "AzureOpenAIRequests"],
    ["auto: neither", "auto", definitions("Latency"), "AzureOpenAIRequests"],
    ["auto: not allowed to know", "auto", { status: 403 }, "AzureOpenAIRequests"],
    ["auto: not to be read", "auto", { status: 503 }, "AzureOpenAIRequests"],
  ])("%s", async (_rule, names, listed, requests) => {
    await using stub = await startStub((request) => (isDefinitions(request) ? listed : metric(metricOf(request), [])));
    await reading(stub.url, undefined, { names }).reader.traffic([deployment(stub.url)], FROM, TO);
    expect(metricOf(stub.seen.filter((request) => !isDefinitions(request))[0]!)).toBe(requests);
  });

  it.each<[string, Reply, number]>([
    ["once when they were told", definitions("ModelRequests"), 1],
    ["once when they never will be", { status: 403 }, 1],
    ["again when ARM was busy", { status: 503 }, 2],
  ])("are asked for %s", async (_rule, listed, calls) => {
    await using stub = await startStub((request) => (isDefinitions(request) ? listed : metric(metricOf(request), [])));
    const { reader } = reading(stub.url, undefined, { names: "auto" });
    await reader.traffic([deployment(stub.url)], FROM, TO);
    await reader.traffic([deployment(stub.url)], FROM, TO);
    expect(stub.seen.filter(isDefinitions)).toHaveLength(calls);
  });
});
