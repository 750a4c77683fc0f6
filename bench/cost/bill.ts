/** From a quiet hour to a month's bill. */
import type { Counts } from "./counts.ts";
import { ASSUMED, PRICES, type Priced } from "./prices.ts";

export interface Line {
  readonly what: string;
  readonly basis: "counted" | "assumed";
  /** Units a month, and what they are. */
  readonly quantity: number;
  readonly unit: string;
  readonly dollars: number;
}

export const HOURS_PER_MONTH = 730;
const SECONDS_PER_HOUR = 3600;
/** Of the measured estates. */
const MODELS = ["gpt-4o", "gpt-4o-mini"] as const;
const assumed = Object.fromEntries(Object.entries(ASSUMED).map(([name, { value }]) => [name, value])) as {
  readonly [K in keyof typeof ASSUMED]: number;
};

/** What the app adds to a platform that stands already. */
export function billOf(counts: Counts): readonly Line[] {
  const month = (perHour: number): number => perHour * HOURS_PER_MONTH;
  const timers = counts.executions.reconcile * assumed.leastSeconds + counts.billedSeconds.probe + counts.billedSeconds.knowledge;
  const executions = Object.values(counts.executions).reduce((sum, count) => sum + count, 0);
  const polls = (assumed.queues * SECONDS_PER_HOUR) / assumed.pollSeconds;
  return [
    line("timers: probe, knowledge, reconcile", "counted", month(timers * assumed.instanceGigabytes), "GB-s", "onDemandGigabyteSeconds"),
    line(
      "gates that gateways ask",
      "counted",
      month(gateSeconds(counts) * assumed.instanceGigabytes),
      "GB-s",
      "alwaysReadyExecutionGigabyteSeconds",
    ),
    line("executions", "counted", month(executions), "", "executions"),
    line("state in Table Storage", "counted", month(counts.tableOperations), "operations", "tableOperations"),
    line("Durable Functions' queues, idle", "assumed", month(polls), "operations", "queueOperations"),
    line("leases of the host", "assumed", month(assumed.leaseCallsPerMinute * 60), "operations", "blobOtherOperations"),
    line("the host's notes on timers", "assumed", month(assumed.timerWritesPerHour), "writes", "blobWrites"),
    metricsLine(month(metricsCalls(counts))),
    line("telemetry of executions", "assumed", (month(executions) * assumed.telemetryBytesPerExecution) / 1e9, "GB", "telemetryGigabytes"),
    ...MODELS.map((model) => tokensLine(model, counts)),
  ];
}

/** What stands by whether anything happens or not. */
export function alwaysReady(): Line {
  const gigabyteSeconds = assumed.alwaysReadyInstances * assumed.instanceGigabytes * SECONDS_PER_HOUR * HOURS_PER_MONTH;
  return line("always-ready instances (`durable`, `http`)", "assumed", gigabyteSeconds, "GB-s", "alwaysReadyBaselineGigabyteSeconds");
}

export function totalOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}

/** Resource Manager's reads, which cost nothing but have a budget. */
export function armReadsPerHour(counts: Counts): number {
  return sumOfRoutes(counts, (route) => route.startsWith("GET /subscriptions/"));
}

function line(what: string, basis: Line["basis"], quantity: number, unit: string, priced: Priced): Line {
  return { what, basis, quantity, unit, dollars: (quantity / PRICES[priced].per) * PRICES[priced].dollars };
}

/** An instance is billed for the time in which it executes anything: calls that overlap count once, and an hour has no more than its seconds. */
function gateSeconds({ executions }: Counts): number {
  return Math.min(SECONDS_PER_HOUR, executions.readGate * assumed.leastSeconds);
}

function metricsCalls(counts: Counts): number {
  return sumOfRoutes(counts, (route) => route.endsWith("/metrics") || route.endsWith(":getBatch"));
}

function metricsLine(calls: number): Line {
  const { dollars } = line("", "counted", Math.max(0, calls - assumed.freeMetricsCalls), "", "metricsCalls");
  return { what: "metrics of deployments", basis: "counted", quantity: calls, unit: "calls", dollars };
}

function tokensLine(model: (typeof MODELS)[number], { probes }: Counts): Line {
  const own = Object.entries(probes).filter(([deployment]) => deployment.replace(/-region\d+$/, "") === model);
  const requests = own.reduce((sum, [, probe]) => sum + probe.requests, 0);
  const tokens = own.reduce((sum, [, probe]) => sum + probe.tokens, 0);
  const output = Math.min(tokens, requests * assumed.outputTokensPerProbe);
  const price = (kind: "input" | "output", count: number): number => {
    const { dollars, per } = PRICES[`${model} ${kind}`];
    return ((count * HOURS_PER_MONTH) / per) * dollars;
  };
  const dollars = price("input", tokens - output) + price("output", output);
  return { what: `probes of \`${model}\``, basis: "counted", quantity: tokens * HOURS_PER_MONTH, unit: "tokens", dollars };
}

function sumOfRoutes({ controlPlaneCalls }: Counts, isWanted: (route: string) => boolean): number {
  return Object.entries(controlPlaneCalls).reduce((sum, [route, count]) => sum + (isWanted(route) ? count : 0), 0);
}
