import { LogsQueryClient, LogsQueryResultStatus } from "@azure/monitor-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RequestRecord } from "../../rehearsal/world.ts";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { GATEWAY_TRAFFIC } from "../../src/azure/monitor/gateway-logs.kql.ts";
import { PREFIX, testEstate } from "./estate.ts";
import { credential, raw, rehearsed, tokenFor } from "./start.ts";

const WORKSPACE = "00000000-0000-4000-8000-00000000000a";
const LOGS_AUDIENCE = "https://api.loganalytics.io";
const estate = { ...testEstate(), signals: { ...testEstate().signals, logs: { workspaceId: WORKSPACE } } };
const running = rehearsed({ logsDelaySeconds: 300 }, { platform: platformFromEstate(estate, scaled()) });
const START = Date.parse("2026-01-05T00:00:00Z");
const NOW = START + 10 * 60_000;
const span = { startTime: new Date(START), endTime: new Date(NOW) };
const GATEWAY = `${PREFIX}/Microsoft.ApiManagement/service/apim-eastus2`.toLowerCase();

function request(minute: number, change: Partial<RequestRecord> = {}): RequestRecord {
  const arrivedAt = START + minute * 60_000;
  const way = { clientRegion: "eastus2", gateway: "gw-eastus2", tried: ["gpt-eastus2"] };
  return { id: 1, arrivedAt, endedAt: arrivedAt + 500, ...way, result: 200, tokens: 100, ...change };
}

function query(kql = GATEWAY_TRAFFIC, workspace = WORKSPACE) {
  const client = new LogsQueryClient(credential(running(), LOGS_AUDIENCE), {
    endpoint: running().azure.endpoints.logAnalytics,
    audience: LOGS_AUDIENCE,
    retryOptions: { maxRetries: 0 },
  });
  return client.queryWorkspace(workspace, kql, span);
}

async function rows(kql = GATEWAY_TRAFFIC) {
  const result = await query(kql);
  if (result.status !== LogsQueryResultStatus.Success) throw new Error(result.partialError.message);
  return result.tables[0]?.rows.map((row) => row.map((cell) => (cell instanceof Date ? cell.toISOString().slice(11, 19) : cell)));
}

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"], now: NOW }));

afterEach(() => {
  Object.assign(running().azure.faults, { logsMissing: false, clockSkewSeconds: 0 });
  vi.useRealTimers();
});

/** Records stay in the log: each test has a minute of its own. */
describe("Log Analytics by the real client", () => {
  it("counts answers, failures, silence and tokens by minute, gateway and backend", async () => {
    const [deployment, remote] = ["gpt-eastus2", "gpt-swedencentral"];
    running().world.requests.push(
      request(1),
      request(1, { result: 503, tokens: 0 }),
      request(1, { result: "timeout", tokens: 0 }),
      request(1, { result: 429, tokens: 0 }),
      request(1, { result: "empty", tokens: 0 }),
      request(1, { tried: [deployment, remote] }),
      request(1, { tried: [] }),
    );
    expect(await rows()).toEqual([
      ["00:01:00", GATEWAY, "foundry-eastus2", "2", "2", "1", 500, "1", "100"],
      ["00:01:00", GATEWAY, "foundry-swedencentral", "1", "0", "0", 500, "1", "100"],
    ]);
  });

  it.each([
    ["late: what ended less than five minutes ago is not there yet", {}, 6, "00:06:00", undefined],
    ["there after five minutes", {}, 4, "00:04:00", "1"],
    ["moved by a skewed clock", { clockSkewSeconds: 120 }, 3, "00:05:00", "1"],
    ["gone when logs are missing", { logsMissing: true }, 2, "00:02:00", undefined],
  ])("rows are %s", async (_, fault, minute, told, answered) => {
    running().world.requests.push(request(minute));
    Object.assign(running().azure.faults, fault);
    expect((await rows())?.find(([at]) => at === told)?.[3]).toBe(answered);
  });
});

describe("Log Analytics refuses by name", () => {
  it.each([
    ["a table", "AppRequests | summarize Answered = count() by Minute = bin(TimeGenerated, 1m)", "AppRequests"],
    ["a column", "ApiManagementGatewayLogs | summarize Median = percentile(x, 50) by Minute = bin(TimeGenerated, 1m)", "Median"],
    ["a key", "ApiManagementGatewayLogs | summarize Answered = count() by ApiId, Minute = bin(TimeGenerated, 1m)", "ApiId"],
    ["a query without summarize", "ApiManagementGatewayLogs | take 10", "summarize"],
    ["a query without minutes", "ApiManagementGatewayLogs | summarize Answered = count() by Backend = BackendId", "bin"],
  ])("%s that it does not know", async (_, kql, name) => {
    await expect(query(kql)).rejects.toMatchObject({ statusCode: 400, code: "BadArgumentError", message: expect.stringContaining(name) });
  });

  it("another workspace", async () => {
    await expect(query(GATEWAY_TRAFFIC, "other")).rejects.toMatchObject({ statusCode: 404 });
  });

  it("a token of Resource Manager", async () => {
    const token = await tokenFor(running().azure);
    const reply = await raw(running(), `/v1/workspaces/${WORKSPACE}/query`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: { query: GATEWAY_TRAFFIC },
    });
    expect(reply.status).toBe(401);
  });
});
