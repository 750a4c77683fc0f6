/** Minutes of real traffic from Azure Monitor and the gateways' logs: read once a minute, beside the probes. Nothing that a source does or says ends it. */
import type { Deployment, Estate } from "../domain/estate.ts";
import type { TrafficMinute } from "../domain/signals.ts";
import type { Deps } from "../ports.ts";
import { minuteOf, type Traffic } from "./traffic-row.ts";

const MINUTE = 60_000;
/** Metrics settle within a few minutes (azure-facts 3.4); what is older than this window stays as it was last told. */
const METRICS_WINDOW_MINUTES = 8;
/** Log lines are 3–10 minutes late (azure-facts 3.4). */
const LOGS_WINDOW_MINUTES = 14;
/** For the demand of ten minutes, with room for a late one. */
const KEPT_MINUTES = 12;
/** Over ARM, and with what rate limits and routing cost: within 1 % of its budget, which are 15 reads a minute (azure-facts 9.1). */
const READS_A_MINUTE = 12;
/** Requests, tokens and latency, and where something is provisioned the utilisation. */
const READS_OF_ACCOUNT = { standard: 3, provisioned: 4 };

/** A part of the deployments each minute where all of them at once would be too many reads. */
export async function readMetrics(deps: Deps, before: Traffic): Promise<Traffic> {
  const to = deps.clock.now();
  const now = to.toISOString();
  const { due, everyMinutes } = dueDeployments(deps.estate, deps.metrics.overArm(), minuteOf(now));
  const from = new Date(to.getTime() - (METRICS_WINDOW_MINUTES + everyMinutes - 1) * MINUTE);
  const read = await deps.metrics.traffic(due, from, to).catch((error: unknown) => String(error));
  const next = { minutes: { ...before.minutes }, readAt: { ...before.readAt }, gaps: { ...before.gaps } };
  due.forEach(({ id }, i) => {
    const result =
      typeof read === "string" ? { ok: false as const, reason: read } : (read[i] ?? { ok: false as const, reason: "no answer" });
    if (!result.ok) {
      next.gaps[id] = result.reason;
      return;
    }
    next.minutes[id] = merged(before.minutes[id] ?? [], settled(result.minutes), now);
    next.readAt[id] = now;
    delete next.gaps[id];
  });
  const note =
    everyMinutes === 1 ? null : `${accountsOf(deps.estate).length} accounts over ARM: each is read every ${everyMinutes} minutes`;
  return { ...onlyKnown(deps.estate, next), note };
}

export async function readGatewayLogs(deps: Deps, before: Traffic): Promise<Traffic | null> {
  if (deps.logs === null) return null;
  const to = deps.clock.now();
  const now = to.toISOString();
  const from = new Date(to.getTime() - LOGS_WINDOW_MINUTES * MINUTE);
  const read = await deps.logs.traffic(from, to).catch((error: unknown) => ({ ok: false as const, reason: String(error) }));
  return read.ok ? mergedLogs(deps.estate, before, read.byDeployment, now) : { ...before, gaps: { all: read.reason } };
}

function mergedLogs(estate: Estate, before: Traffic, read: ReadonlyMap<string, readonly TrafficMinute[]>, now: string): Traffic {
  const ids = estate.deployments.map(({ id }) => id);
  return {
    minutes: Object.fromEntries(ids.map((id) => [id, merged(before.minutes[id] ?? [], settled(read.get(id) ?? []), now)])),
    readAt: Object.fromEntries(ids.map((id) => [id, now])),
    gaps: {},
    note: null,
  };
}

interface Due {
  readonly due: readonly Deployment[];
  readonly everyMinutes: number;
}

export function dueDeployments(estate: Estate, overArm: boolean, minute: number): Due {
  const accounts = accountsOf(estate);
  const isProvisioned = estate.deployments.some(({ deploymentType }) => deploymentType.includes("Provisioned"));
  const accountsAMinute = Math.floor(READS_A_MINUTE / READS_OF_ACCOUNT[isProvisioned ? "provisioned" : "standard"]);
  const everyMinutes = overArm ? Math.ceil(accounts.length / accountsAMinute) : 1;
  const turn = new Set(accounts.filter((_account, i) => i % everyMinutes === minute % everyMinutes));
  return { due: estate.deployments.filter((deployment) => turn.has(accountOf(deployment))), everyMinutes: Math.max(1, everyMinutes) };
}

function accountsOf(estate: Estate): readonly string[] {
  return [...new Set(estate.deployments.map(accountOf))];
}

function accountOf({ resourceId }: Deployment): string {
  return resourceId.toLowerCase().replace(/\/deployments\/.*$/, "");
}

/** In the order of time, without the newest bin, which may be partial (azure-facts 3.4), and without what no minute can be. */
function settled(minutes: readonly TrafficMinute[]): readonly TrafficMinute[] {
  const sane = minutes.filter((minute) => Number.isFinite(Date.parse(minute.at)) && counts(minute).every(isCount));
  return sane.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(0, -1);
}

function counts(m: TrafficMinute): readonly (number | null)[] {
  return [m.tokens, m.answered, m.serverErrors, m.throttled, m.latencyMilliseconds, m.utilisationPercent];
}

function isCount(value: number | null): boolean {
  return value === null || (Number.isFinite(value) && value >= 0);
}

/** What was told last of a minute counts. */
function merged(before: readonly TrafficMinute[], news: readonly TrafficMinute[], now: string): readonly TrafficMinute[] {
  const byMinute = new Map([...before, ...news].map((minute) => [minuteOf(minute.at), minute]));
  const oldest = minuteOf(now) - KEPT_MINUTES - METRICS_WINDOW_MINUTES;
  const kept = [...byMinute].filter(([minute]) => minute > oldest).sort(([a], [b]) => a - b);
  return kept.slice(-KEPT_MINUTES).map(([, minute]) => minute);
}

function onlyKnown<T extends Omit<Traffic, "note">>(estate: Estate, traffic: T): T {
  const known = new Set(estate.deployments.map(({ id }) => id));
  const only = <V>(rows: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(rows).filter(([id]) => known.has(id)));
  return { ...traffic, minutes: only(traffic.minutes), readAt: only(traffic.readAt), gaps: only(traffic.gaps) };
}
