/** Every Kusto query of the repository is sound, by Microsoft's own analyser, over the columns that its reference lists. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATEWAY_TRAFFIC } from "../../src/azure/monitor/gateway-logs.kql.ts";
import { INFRA, infraFiles } from "./support/files.ts";
import { queryChecker } from "./support/kusto.ts";

/** The columns of Microsoft's reference of each table that a query here may want. */
const LOGS = queryChecker({
  ApiManagementGatewayLogs: `TimeGenerated: datetime, _ResourceId: string, ApiId: string, ApimSubscriptionId: string, BackendId: string,
    BackendMethod: string, BackendResponseCode: int, BackendTime: long, BackendUrl: string, CallerIpAddress: string, ClientTime: long,
    CorrelationId: string, Errors: dynamic, IsRequestSuccess: bool, LastErrorMessage: string, LastErrorReason: string,
    LastErrorSource: string, Method: string, OperationId: string, ProductId: string, Region: string, ResponseCode: int, TotalTime: long,
    Url: string, UserId: string`,
  ApiManagementGatewayLlmLog: `TimeGenerated: datetime, _ResourceId: string, CorrelationId: string, DeploymentName: string,
    ModelName: string, PromptTokens: int, CompletionTokens: int, TotalTokens: int, SequenceNumber: int`,
  AppRequests: `TimeGenerated: datetime, _ResourceId: string, AppRoleName: string, DurationMs: real, ItemCount: int, Name: string,
    OperationId: string, OperationName: string, Properties: dynamic, ResultCode: string, Success: bool, Url: string`,
  AppTraces: `TimeGenerated: datetime, _ResourceId: string, AppRoleName: string, ItemCount: int, Message: string, OperationId: string,
    OperationName: string, Properties: dynamic, SeverityLevel: int`,
});
const RESOURCES = queryChecker({
  resources: "id: string, name: string, type: string, location: string, resourceGroup: string, tags: dynamic, properties: dynamic",
});

const read = (file: string): string => readFileSync(join(INFRA, file), "utf8");
const FILES = infraFiles("queries/*.kql");

describe("queries", () => {
  it("are there", () => expect(FILES.length).toBeGreaterThan(0));

  it.each(FILES)("infra/%s is sound", (file) => expect(LOGS(read(file))).toEqual([]));

  it("the app's own query is sound", () => expect(LOGS(GATEWAY_TRAFFIC)).toEqual([]));

  it("each file is loaded by a module", () => {
    const modules = infraFiles("**/*.bicep").map(read).join("\n");
    expect(FILES.filter((file) => !modules.includes(`/queries/${basename(file)}'`))).toEqual([]);
  });
});

/** Of a workbook's items: 0 asks Log Analytics, 1 Resource Graph, 12 a resource provider. */
const QUERY_TYPES = { 0: checkLogs, 1: RESOURCES, 12: checkRequest } as const;

/** The text of a log query stands in its own file; workbook.bicep puts it in. */
function checkLogs(query: string): readonly string[] {
  return FILES.includes(`queries/${query}`) ? [] : [`${query} is not a file of queries/`];
}

function checkRequest(query: string): readonly string[] {
  const request: unknown = JSON.parse(query);
  return typeof request === "object" && request !== null && "path" in request ? [] : ["a request without a path"];
}

function queriesIn(value: unknown): readonly { query: string; queryType: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  const own =
    "query" in value && typeof value.query === "string" && "queryType" in value ? [{ query: value.query, queryType: value.queryType }] : [];
  return [...own, ...Object.values(value).flatMap(queriesIn)];
}

function problemsIn(workbook: unknown): readonly string[] {
  return queriesIn(workbook).flatMap(({ query, queryType }) => {
    const check = Object.entries(QUERY_TYPES).find(([type]) => Number(type) === queryType)?.[1];
    return check ? check(query) : [`${query}: unknown query type ${String(queryType)}`];
  });
}

describe("workbook", () => {
  const workbook: unknown = JSON.parse(read("workbooks/platform.json"));

  it("asks only sound queries", () => {
    expect(queriesIn(workbook).length).toBeGreaterThan(0);
    expect(problemsIn(workbook)).toEqual([]);
  });

  it.each([
    ["a file that is not there", { query: "nowhere.kql", queryType: 0 }],
    ["a column that Resource Graph does not have", { query: "resources | project idd", queryType: 1 }],
    ["a kind of query that nobody checks", { query: "x", queryType: 99 }],
  ])("%s is found", (_what, item) => expect(problemsIn({ items: [{ content: item }] })).toHaveLength(1));
});

describe("the analyser finds", () => {
  it.each([
    ["a misspelt column", "ApiManagementGatewayLogs | where BackendIdd == ''", "BackendIdd"],
    ["a misspelt table", "ApiManagementGatewayLog | take 1", "ApiManagementGatewayLog"],
    ["a misspelt function", "AppTraces | extend X = pars_json(Message)", "pars_json"],
    ["a misspelt operator", "AppTraces | summarise count()", "Query operator expected"],
    ["a sum of texts", "ApiManagementGatewayLogs | summarize sum(BackendId)", "summable"],
    ["a bracket that is not closed", "AppTraces | where (SeverityLevel > 1", "Expected: )"],
  ])("%s", (_what, query, words) => {
    expect(LOGS(query).join()).toContain(words);
  });
});
