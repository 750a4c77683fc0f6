import type { TokenCredential } from "@azure/identity";
import { LogsQueryClient, LogsQueryResultStatus, type LogsTable } from "@azure/monitor-query";
import type { Estate } from "../../domain/estate.ts";
import type { GatewayLogReader, TrafficMinute } from "../../ports.ts";
import { attempt, refuse } from "../arm/failure.ts";
import { groupBy } from "../collections.ts";
import { GATEWAY_TRAFFIC } from "./gateway-logs.kql.ts";

/** The service gives up before our own deadline does, and then says why. */
const SERVER_DEADLINE_SECONDS = 20;
const DEADLINE_MILLISECONDS = 25_000;

/** API Management's gateway logs in a Log Analytics workspace; null when the estate names none. */
export function createGatewayLogReader(estate: Estate, credential: TokenCredential): GatewayLogReader | null {
  const { logs } = estate.signals;
  if (logs === null) return null;
  const { logAnalytics: endpoint, logAnalyticsAudience: audience } = estate.cloud;
  const client = new LogsQueryClient(credential, { endpoint, audience, retryOptions: { maxRetries: 0 } });
  const deploymentOf = backendIndex(estate);
  return {
    traffic: (from, to) =>
      attempt(async () => {
        const timespan = { startTime: from, endTime: to };
        const result = await client.queryWorkspace(logs.workspaceId, GATEWAY_TRAFFIC, timespan, {
          serverTimeoutInSeconds: SERVER_DEADLINE_SECONDS,
          abortSignal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
        });
        // Not thrown (azure-facts 3.3): a part of the minutes would read as the whole of them.
        if (result.status !== LogsQueryResultStatus.Success) return refuse("busy", `partial answer: ${result.partialError.message}`);
        return { ok: true, byDeployment: trafficOf(result.tables.flatMap(linesOf), deploymentOf) };
      }),
  };
}

interface Line {
  readonly at: string;
  readonly gateway: string;
  readonly backend: string;
  readonly answered: number;
  readonly serverErrors: number;
  readonly throttled: number;
  readonly latencyMilliseconds: number | null;
  readonly tokens: number | null;
}

type Cell = LogsTable["rows"][number][number];

/** A line without a minute or a backend says nothing and is left out. */
function linesOf({ columnDescriptors, rows }: LogsTable): Line[] {
  const columns = new Map(columnDescriptors.map(({ name }, index) => [name, index]));
  return rows.flatMap((row) => {
    const cell = (name: string): Cell | undefined => row[columns.get(name) ?? -1];
    const count = (name: string): number => numberOf(cell(name)) ?? 0;
    const minute = cell("Minute");
    const [gateway, backend] = [cell("Gateway"), cell("Backend")];
    if (!(minute instanceof Date) || Number.isNaN(minute.getTime()) || typeof gateway !== "string" || typeof backend !== "string")
      return [];
    return [
      {
        at: minute.toISOString(),
        gateway: gateway.toLowerCase(),
        backend: backend.toLowerCase(),
        answered: count("Answered"),
        serverErrors: count("ServerErrors"),
        throttled: count("Throttled"),
        latencyMilliseconds: numberOf(cell("LatencyMilliseconds")),
        tokens: count("Counted") > 0 ? count("Tokens") : null,
      },
    ];
  });
}

/** Numbers may come as strings (azure-facts 13.11), and the mean of nothing as "NaN". */
function numberOf(cell: Cell | null | undefined): number | null {
  const value = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

type BackendIndex = (gateway: string, backend: string) => string | undefined;

/** Backends are named per gateway; `BackendId` is the member's, whatever pool chose it. */
function backendIndex(estate: Estate): BackendIndex {
  const key = (gateway: string, backend: string): string => `${gateway} ${backend}`.toLowerCase();
  const members = estate.gateways.flatMap(({ resourceId, pools }) =>
    pools.flatMap((pool) => pool.members.map(({ backend, deployment }) => [key(resourceId, backend), deployment] as const)),
  );
  const index = new Map(members);
  return (gateway, backend) => index.get(key(gateway, backend));
}

function trafficOf(lines: readonly Line[], deploymentOf: BackendIndex): ReadonlyMap<string, readonly TrafficMinute[]> {
  const byDeployment = groupBy(lines, ({ gateway, backend }) => deploymentOf(gateway, backend));
  const known = [...byDeployment].flatMap(([deployment, own]) => (deployment === undefined ? [] : [[deployment, own] as const]));
  return new Map(known.map(([deployment, own]) => [deployment, [...groupBy(own, ({ at }) => at).values()].flatMap(merge)]));
}

/** What several gateways sent to one deployment in the same minute. */
function merge(lines: readonly Line[]): TrafficMinute[] {
  const [first] = lines;
  if (first === undefined) return [];
  const sum = (pick: (line: Line) => number): number => lines.reduce((total, line) => total + pick(line), 0);
  const counted = lines.flatMap(({ tokens }) => (tokens === null ? [] : [tokens]));
  const timed = lines.flatMap(({ latencyMilliseconds, answered }) =>
    latencyMilliseconds === null ? [] : [{ latencyMilliseconds, answered }],
  );
  const timedAnswers = timed.reduce((total, { answered }) => total + answered, 0);
  return [
    {
      at: first.at,
      tokens: counted.length === 0 ? null : counted.reduce((total, tokens) => total + tokens, 0),
      answered: sum(({ answered }) => answered),
      serverErrors: sum(({ serverErrors }) => serverErrors),
      throttled: sum(({ throttled }) => throttled),
      latencyMilliseconds:
        timedAnswers === 0
          ? null
          : timed.reduce((total, { latencyMilliseconds, answered }) => total + latencyMilliseconds * answered, 0) / timedAnswers,
      utilisationPercent: null,
    },
  ];
}
