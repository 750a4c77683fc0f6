/** All dependencies of the activities in memory, on a clock that a test moves by hand. */
import type { Estate } from "../../src/domain/estate.ts";
import type { ErrorClass, Observation, Outcome, TargetKind } from "../../src/domain/observation.ts";
import type { Run } from "../../src/domain/run.ts";
import { ledgerPartition, type LedgerEntry } from "../../src/activities/memory.ts";
import type { Clock, Deps, Notification, RunStarter, WorkloadProbe } from "../../src/ports.ts";
import { hubToHub, normalRouting, T0 } from "./builders.ts";
import {
  fakeCapacity,
  fakeEdges,
  fakeLogs,
  fakeMetrics,
  fakePools,
  type FakeCapacity,
  type FakeEdges,
  type FakeLogs,
  type FakeMetrics,
  type FakePools,
} from "./fake-azure.ts";
import { fakeStore, type FakeStore } from "./fake-store.ts";

/** Everything that is only waiting for other promises has run when this resolves. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export interface ManualClock extends Clock {
  /** Seconds since T0. */
  elapsed(): number;
  advance(seconds: number): Promise<void>;
  /** Moves time only as far as the work needs. Fails when the work waits for nothing that time could bring. */
  finish<T>(work: Promise<T>): Promise<T>;
}

function manualClock(): ManualClock {
  let now = Date.parse(T0);
  let sleepers: { due: number; wake: () => void }[] = [];
  const next = (): { due: number; wake: () => void } | undefined => sleepers.toSorted((a, b) => a.due - b.due)[0];
  const wake = (sleeper: { due: number; wake: () => void }): void => {
    sleepers = sleepers.filter((other) => other !== sleeper);
    now = Math.max(now, sleeper.due);
    sleeper.wake();
  };
  return {
    now: () => new Date(now),
    elapsed: () => (now - Date.parse(T0)) / 1000,
    sleep: (milliseconds) => new Promise((resolve) => sleepers.push({ due: now + milliseconds, wake: resolve })),
    async advance(seconds) {
      const until = now + seconds * 1000;
      await quiet();
      for (let due = next(); due !== undefined && due.due <= until; due = next()) {
        wake(due);
        await quiet();
      }
      now = until;
    },
    async finish(work) {
      let done = false;
      const settled = work.finally(() => (done = true));
      settled.catch(() => undefined);
      await quiet();
      while (!done) {
        const due = next();
        if (due === undefined) throw new Error("the work never ends: nothing is left to wait for");
        wake(due);
        await quiet();
      }
      return settled;
    },
  };
}

export interface ScriptedAnswer {
  readonly outcome: Outcome;
  readonly seconds: number;
  /** Of a failure; without it, it is one by 503. */
  readonly errorClass?: ErrorClass;
}

type Script = readonly (Outcome | ScriptedAnswer)[];

export interface FakeProbe extends WorkloadProbe {
  /** Answers of a target in order; the last one is repeated. Everything else is ok at once. */
  script: Record<string, Script>;
  /** Likewise, of witnesses; everything else is ok at once. */
  witnessScript: Record<string, Script>;
  readonly sent: { target: string; at: number }[];
  readonly witnessed: { target: string; via: string; backend: string; at: number }[];
  /** What every probe's headers and usage say. */
  extras: Partial<Pick<Observation, "limitTokens" | "remainingTokens" | "spentTokens">>;
}

function fakeProbe(clock: ManualClock): FakeProbe {
  const sent: { target: string; at: number }[] = [];
  const answer = async (target: string, kind: TargetKind, region: string): Promise<Observation> => {
    const scripted = nth(fake.script[target], sent.filter((call) => call.target === target).length);
    sent.push({ target, at: clock.elapsed() });
    return { ...(await play(clock, scripted, { target, kind, region })), ...(kind === "deployment" ? fake.extras : {}) };
  };
  const fake: FakeProbe = {
    script: {},
    witnessScript: {},
    sent,
    witnessed: [],
    extras: {},
    deployment: ({ id, region }) => answer(id, "deployment", region),
    gateway: ({ id, region }) => answer(id, "gateway", region),
    async witness({ id: via }, backend, { id: target, region }) {
      const scripted = nth(fake.witnessScript[target], fake.witnessed.filter((call) => call.target === target).length);
      fake.witnessed.push({ target, via, backend, at: clock.elapsed() });
      return { ...(await play(clock, scripted, { target, kind: "deployment", region })), via };
    },
  };
  return fake;
}

/** The last one is repeated. */
function nth(script: Script = ["ok"], index: number): Outcome | ScriptedAnswer {
  return script[Math.min(index, script.length - 1)] ?? "ok";
}

const NO_ANSWER: readonly ErrorClass[] = ["timeout", "connection", "dns", "tls"];

async function play(
  clock: ManualClock,
  scripted: Outcome | ScriptedAnswer,
  target: Pick<Observation, "target" | "kind" | "region">,
): Promise<Observation> {
  const { outcome, seconds, errorClass = "serverError" } = typeof scripted === "string" ? { outcome: scripted, seconds: 0 } : scripted;
  const at = clock.now().toISOString();
  if (seconds > 0) await clock.sleep(seconds * 1000);
  const seen: Observation = { ...target, at, outcome, latencyMilliseconds: seconds * 1000, detail: outcome };
  if (outcome !== "failed") return seen;
  return NO_ANSWER.includes(errorClass) ? { ...seen, errorClass } : { ...seen, errorClass, statusCode: 503 };
}

export interface FakeStarter extends RunStarter {
  /** Runs that were started, in order, without those that joined. */
  readonly started: Run[];
  end(runId: string): void;
  /** Runs that were woken, in order. */
  readonly woken: string[];
}

function fakeStarter(): FakeStarter {
  const running = new Set<string>();
  const started: Run[] = [];
  const woken: string[] = [];
  return {
    started,
    woken,
    wake: async (runId) => void woken.push(runId),
    end: (runId) => void running.delete(runId),
    isRunning: async (runId) => running.has(runId),
    async start(run) {
      await Promise.resolve();
      if (running.has(run.id)) return "joined";
      running.add(run.id);
      started.push(run);
      return "started";
    },
  };
}

export interface FakeDeps extends Deps {
  readonly clock: ManualClock;
  readonly probe: FakeProbe;
  readonly pools: FakePools;
  readonly edges: FakeEdges;
  readonly metrics: FakeMetrics;
  readonly capacity: FakeCapacity;
  readonly logs: FakeLogs | null;
  readonly state: FakeStore;
  readonly starter: FakeStarter;
  readonly sent: Notification[];
  /** Every call that changed or read something outside, in order. */
  readonly journal: string[];
}

/** Every deployment carries 300 k of its 1 M tokens per minute. */
export function fakeDeps(estate: Estate = hubToHub()): FakeDeps {
  const clock = manualClock();
  const journal: string[] = [];
  const sent: Notification[] = [];
  const normal = normalRouting(estate);
  let ids = 0;
  return {
    estate,
    clock,
    journal,
    sent,
    probe: fakeProbe(clock),
    pools: fakePools(normal, journal),
    edges: fakeEdges(normal, journal),
    metrics: fakeMetrics(estate, 300_000),
    capacity: fakeCapacity(),
    logs: estate.signals.logs === null ? null : fakeLogs(),
    state: fakeStore(journal),
    starter: fakeStarter(),
    notifier: { send: async (notification) => void sent.push(notification) },
    log: () => undefined,
    newId: () => String((ids += 1)).padStart(8, "0"),
  };
}

/** The ledger of a run, or of the estate: `kind text`, in order. */
export async function ledger(deps: FakeDeps, run: string | null): Promise<readonly string[]> {
  const rows = await deps.state.list<LedgerEntry>(ledgerPartition(deps, run));
  return rows.map(({ value }) => `${value.kind} ${value.text}`);
}
