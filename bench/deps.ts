/** What the activities talk to, in memory and on the real clock: some targets never answer before the deadline, all others do in 20 ms. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Estate } from "../src/domain/estate.ts";
import type { Observation, TargetKind } from "../src/domain/observation.ts";
import type { Deps, Failure, RunStarter, StateStore } from "../src/ports.ts";

const ANSWER_MILLISECONDS = 20;

export interface MemoryStore extends StateStore {
  /** Characters of a row's JSON. */
  size(key: string): number;
}

export function benchDeps(estate: Estate, silent: ReadonlySet<string>): Deps & { readonly state: MemoryStore } {
  const refused: Failure = { ok: false, kind: "busy", reason: "not part of a probe round" };
  let ids = 0;
  return {
    estate,
    clock: { now: () => new Date(), sleep: async (milliseconds) => void (await sleep(milliseconds)) },
    probe: {
      deployment: (target) => probe(estate, silent, target, "deployment"),
      gateway: (target) => probe(estate, silent, target, "gateway"),
      witness: async ({ id }, _backend, target) => ({ ...(await probe(estate, silent, target, "deployment")), via: id }),
    },
    pools: { read: async () => refused, write: async () => refused },
    edges: { read: async () => refused, write: async () => refused, poll: async () => refused },
    capacity: { tokensPerMinute: async () => refused, usages: async () => refused },
    metrics: {
      overArm: () => false,
      traffic: async (deployments) => deployments.map(() => refused),
      hours: async (deployments) => deployments.map(() => []),
    },
    logs: null,
    state: memoryStore(),
    notifier: { send: async () => undefined },
    log: () => undefined,
    newId: () => String((ids += 1)).padStart(12, "0"),
  };
}

export const NO_STARTER: RunStarter = { start: async () => "joined", isRunning: async () => false, wake: async () => undefined };

async function probe(
  { detection }: Estate,
  silent: ReadonlySet<string>,
  { id, region }: { readonly id: string; readonly region: string },
  kind: TargetKind,
): Promise<Observation> {
  const asked = { target: id, kind, region, at: new Date().toISOString() };
  if (silent.has(id)) {
    const latencyMilliseconds = detection.probeDeadlineSeconds * 1000;
    await sleep(latencyMilliseconds);
    return {
      ...asked,
      outcome: "failed",
      errorClass: "timeout",
      latencyMilliseconds,
      detail: `no answer in ${detection.probeDeadlineSeconds} s`,
    };
  }
  await sleep(ANSWER_MILLISECONDS);
  const limits = kind === "gateway" ? {} : { remainingTokens: 500_000, limitTokens: 800_000, spentTokens: 12 };
  return { ...asked, outcome: "ok", latencyMilliseconds: ANSWER_MILLISECONDS, statusCode: 200, detail: "200", ...limits };
}

function memoryStore(): MemoryStore {
  const rows = new Map<string, { readonly partition: string; readonly key: string; readonly text: string; readonly etag: string }>();
  let version = 0;
  const idOf = (partition: string, key: string): string => `${partition}/${key}`;
  const write = (partition: string, key: string, value: unknown): void =>
    void rows.set(idOf(partition, key), { partition, key, text: JSON.stringify(value), etag: `${(version += 1)}` });
  return {
    size: (key) => [...rows.values()].find((row) => row.key === key)?.text.length ?? 0,
    async get<T>(partition: string, key: string) {
      const row = rows.get(idOf(partition, key));
      return row && { value: JSON.parse(row.text) as T, etag: row.etag };
    },
    async list<T>(partition: string) {
      const own = [...rows.values()].filter((row) => row.partition === partition);
      return own.map(({ key, text, etag }) => ({ key, value: JSON.parse(text) as T, etag }));
    },
    async put(partition, key, value, etag) {
      if (rows.get(idOf(partition, key))?.etag !== etag) return "conflict";
      write(partition, key, value);
      return "written";
    },
    set: async (partition, key, value) => write(partition, key, value),
    setMany: async (partition, many) => many.forEach(({ key, value }) => write(partition, key, value)),
    remove: async (partition, key) => void rows.delete(idOf(partition, key)),
  };
}
