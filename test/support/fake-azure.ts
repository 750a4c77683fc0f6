/** Fakes of Azure behind the ports: pools with ETags, edges with slow operations, metrics and rate limits; each call can be made to fail. */
import type { Estate } from "../../src/domain/estate.ts";
import type { OriginRouting, PoolMember, Routing } from "../../src/domain/routing.ts";
import type {
  CapacityReader,
  EdgeRouter,
  Failure,
  FailureKind,
  GatewayLogReader,
  MetricsReader,
  PoolRouter,
  TrafficMinute,
} from "../../src/ports.ts";

export function failure(kind: FailureKind, statusCode?: number): Failure {
  return { ok: false, kind, reason: `answered ${statusCode ?? kind}`, ...(statusCode === undefined ? {} : { statusCode }) };
}

/** Failures by call, each for a number of times: `write apim-east/gpt`. */
export interface FailurePlan {
  fail(call: string, what: Failure, times?: number): void;
  take(call: string): Failure | undefined;
}

function failurePlan(): FailurePlan {
  const planned = new Map<string, { what: Failure; left: number }>();
  return {
    fail: (call, what, times = Infinity) => void planned.set(call, { what, left: times }),
    take(call) {
      const entry = planned.get(call);
      if (entry === undefined || entry.left === 0) return undefined;
      entry.left -= 1;
      return entry.what;
    },
  };
}

export interface FakePools extends PoolRouter, Pick<FailurePlan, "fail"> {
  members(gateway: string): readonly PoolMember[];
  /** Somebody else writes the pool, in the portal. */
  edit(gateway: string, members: readonly PoolMember[]): void;
  /** Happens after a read was answered and before its caller sees it. */
  afterRead: (gateway: string) => void | Promise<void>;
  /** Happens before a write is looked at. */
  beforeWrite: (gateway: string) => void | Promise<void>;
  readonly calls: string[];
}

export function fakePools(normal: Routing, journal: string[]): FakePools {
  const pools = new Map(normal.pools.map((pool) => [pool.gateway, { members: pool.members, version: 1 }]));
  const plan = failurePlan();
  const calls: string[] = [];
  const find = (gateway: string): { members: readonly PoolMember[]; version: number } => {
    const found = pools.get(gateway);
    if (found === undefined) throw new Error(`no pool of ${gateway}`);
    return found;
  };
  const log = (call: string): void => void (calls.push(call), journal.push(`pool ${call}`));
  const fake: FakePools = {
    calls,
    fail: plan.fail,
    members: (gateway) => find(gateway).members,
    edit: (gateway, members) => void pools.set(gateway, { members, version: find(gateway).version + 1 }),
    afterRead: () => undefined,
    beforeWrite: () => undefined,
    async read(gateway) {
      log(`read ${gateway.id}`);
      const failed = plan.take(`read ${gateway.id}`);
      if (failed !== undefined) return failed;
      const { members, version } = find(gateway.id);
      await fake.afterRead(gateway.id);
      return { ok: true, members: members.map((member) => ({ ...member })), etag: `"${version}"` };
    },
    async write(gateway, _pool, members, etag) {
      await fake.beforeWrite(gateway.id);
      log(`write ${gateway.id}`);
      const failed = plan.take(`write ${gateway.id}`);
      if (failed !== undefined) return failed;
      const { version } = find(gateway.id);
      if (etag !== `"${version}"`) return failure("conflict", 412);
      fake.edit(gateway.id, members);
      return { ok: true, etag: `"${version + 1}"` };
    },
  };
  return fake;
}

export interface FakeEdges extends EdgeRouter, Pick<FailurePlan, "fail"> {
  /** Writes are accepted and take effect only with `finish`. */
  slow: boolean;
  readonly calls: string[];
  beforeWrite: () => void | Promise<void>;
  enabled(origin: string): boolean | undefined;
  edit(origin: string, enabled: boolean): void;
  finish(state: "succeeded" | "failed"): void;
}

export function fakeEdges(normal: Routing, journal: string[]): FakeEdges {
  let origins: readonly OriginRouting[] = normal.origins;
  let running: { id: string; wanted: readonly OriginRouting[] } | undefined;
  let count = 0;
  const plan = failurePlan();
  const ended = new Map<string, "succeeded" | "failed">();
  const calls: string[] = [];
  const log = (call: string): void => void (calls.push(call), journal.push(`edge ${call}`));
  const apply = (wanted: readonly OriginRouting[]): void => {
    origins = origins.map((origin) => wanted.find((w) => w.edge === origin.edge && w.origin === origin.origin) ?? origin);
  };
  const fake: FakeEdges = {
    slow: false,
    calls,
    beforeWrite: () => undefined,
    fail: plan.fail,
    enabled: (name) => origins.find((origin) => origin.origin === name)?.enabled,
    edit: (name, enabled) => void (origins = origins.map((origin) => (origin.origin === name ? { ...origin, enabled } : origin))),
    finish(state) {
      if (running === undefined) throw new Error("no operation runs");
      if (state === "succeeded") apply(running.wanted);
      ended.set(running.id, state);
      running = undefined;
    },
    async read(edge) {
      log(`read ${edge.id}`);
      return plan.take(`read ${edge.id}`) ?? { ok: true, origins: origins.filter((origin) => origin.edge === edge.id) };
    },
    async write(edge, wanted) {
      await fake.beforeWrite();
      log(`write ${edge.id} ${wanted.map((o) => `${o.origin}=${o.enabled ? "on" : "off"}`).join(" ")}`);
      const failed = plan.take(`write ${edge.id}`);
      if (failed !== undefined) return failed;
      if (!fake.slow) return (apply(wanted), { ok: true });
      running = { id: `operation-${(count += 1)}`, wanted };
      return { ok: true, operation: running.id };
    },
    async poll(edge, operation) {
      log(`poll ${edge.id}`);
      const failed = plan.take(`poll ${edge.id}`);
      if (failed !== undefined) return failed;
      return { ok: true, state: ended.get(operation) ?? "running", detail: "" };
    },
  };
  return fake;
}

export interface FakeMetrics extends MetricsReader {
  /** By deployment; `steady` = the same tokens in every minute that is asked for; undefined = nothing is known, a failure = the call fails. */
  minutes: Record<string, readonly TrafficMinute[] | Failure | "steady" | undefined>;
  readonly asked: { deployment: string; from: Date; to: Date }[];
  /** Tokens per hour, the same for every hour of the last seven days; null = no data point. */
  hourly: Record<string, number | null>;
  hoursAsked: number;
  /** No hours can be read. */
  hoursFail: boolean;
}

export function minute(tokens: number | null, changes: Partial<TrafficMinute> = {}): TrafficMinute {
  return {
    at: "2026-01-05T00:00:00.000Z",
    tokens,
    answered: tokens === null ? null : 10,
    serverErrors: null,
    throttled: null,
    latencyMilliseconds: null,
    utilisationPercent: null,
    ...changes,
  };
}

/** The same traffic in each of so many minutes, oldest first; the last one begins at `last`. */
export function minutesUntil(
  last: string,
  tokens: number | null,
  count = 10,
  changes: Partial<TrafficMinute> = {},
): readonly TrafficMinute[] {
  return Array.from({ length: count }, (_, i) =>
    minute(tokens, { at: new Date(Date.parse(last) - (count - 1 - i) * 60_000).toISOString(), ...changes }),
  );
}

export function fakeMetrics(estate: Estate, tokens: number): FakeMetrics {
  const fake: FakeMetrics = {
    minutes: Object.fromEntries(estate.deployments.map((d) => [d.id, "steady"])),
    asked: [],
    hourly: {},
    hoursAsked: 0,
    hoursFail: false,
    overArm: () => estate.signals.metrics.api === "arm",
    async traffic(deployments, from, to) {
      return deployments.map(({ id }) => {
        fake.asked.push({ deployment: id, from, to });
        const known = fake.minutes[id] ?? [];
        if (known === "steady") return { ok: true, minutes: steady(tokens, from, to) };
        return "ok" in known ? known : { ok: true, minutes: known };
      });
    },
    async hours(deployments, from, to) {
      fake.hoursAsked += 1;
      const starts = Array.from(
        { length: Math.floor((to.getTime() - from.getTime()) / 3_600_000) },
        (_, i) => from.getTime() + i * 3_600_000,
      );
      return deployments.map(({ id }) => {
        const hourly = fake.hourly[id];
        return fake.hoursFail ? [] : starts.map((start) => ({ at: new Date(start).toISOString(), tokens: hourly ?? null }));
      });
    },
  };
  return fake;
}

export interface FakeCapacity extends CapacityReader {
  tokens: Record<string, number | null | Failure>;
}

/** Azure tells no rate limit unless a test says one. */
export function fakeCapacity(): FakeCapacity {
  const fake: FakeCapacity = {
    tokens: {},
    async tokensPerMinute(deployment) {
      const known = fake.tokens[deployment.id] ?? null;
      return typeof known === "object" && known !== null ? known : { ok: true, tokensPerMinute: known };
    },
    usages: async () => ({ ok: true, usages: [] }),
  };
  return fake;
}

function steady(tokens: number, from: Date, to: Date): readonly TrafficMinute[] {
  const first = Math.floor(from.getTime() / 60_000);
  const count = Math.max(0, Math.ceil(to.getTime() / 60_000) - first);
  return Array.from({ length: count }, (_, i) => minute(tokens, { at: new Date((first + i) * 60_000).toISOString(), answered: 100 }));
}

export interface FakeLogs extends GatewayLogReader {
  minutes: Record<string, readonly TrafficMinute[]>;
  failure: Failure | undefined;
  asked: number;
}

export function fakeLogs(): FakeLogs {
  const fake: FakeLogs = {
    minutes: {},
    failure: undefined,
    asked: 0,
    async traffic() {
      fake.asked += 1;
      return fake.failure ?? { ok: true, byDeployment: new Map(Object.entries(fake.minutes)) };
    },
  };
  return fake;
}
