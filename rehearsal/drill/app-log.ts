/** What the app says of itself, read over its own HTTP API at the end of a drill: for the timeline and the invariants, never for a measure. */
import { z } from "zod";
import type { Estate } from "../../src/domain/estate.ts";
import type { HoldLevel, LedgerIntent, SurvivorLoad } from "./drill-log.ts";

const Entry = z.object({ at: z.string(), kind: z.string(), text: z.string(), data: z.unknown().optional() });
const Run = z.object({
  id: z.string(),
  runbook: z.string(),
  region: z.string(),
  scope: z.array(z.string()).nullable(),
  initiator: z.enum(["manual", "automatic"]),
  startedAt: z.string(),
});
const RunRecord = z.object({ run: Run, outcome: z.string().nullable(), endedAt: z.string().nullable(), lastReason: z.string() });
const Runs = z.object({ runs: z.array(RunRecord), ledger: z.array(Entry) });
const RunView = RunRecord.extend({ timeline: z.array(Entry) });

export type AppEntry = z.infer<typeof Entry>;
export interface AppLog {
  readonly runs: readonly z.infer<typeof RunView>[];
  /** Entries of the estate that belong to no run. */
  readonly ledger: readonly AppEntry[];
}

export type GetJson = (path: string) => Promise<unknown>;

export async function readAppLog(get: GetJson): Promise<AppLog> {
  const { runs, ledger } = Runs.parse(await get("/api/runs"));
  const views = [];
  for (const { run } of runs) views.push(RunView.parse(await get(`/api/runs/${run.id}`)));
  return { runs: views.toSorted((a, b) => a.run.startedAt.localeCompare(b.run.startedAt)), ledger };
}

const PoolIntent = z.object({ kind: z.literal("pool"), gateway: z.string(), pool: z.string() });
const OriginIntent = z.object({ kind: z.literal("origin"), edge: z.string() });
const ChangeIntent = z.object({ change: z.object({ share: z.number().optional() }) });
const Decided = z.object({
  targetShare: z.number(),
  guards: z.array(z.object({ code: z.string(), outcome: z.string() })),
  admission: z
    .object({ survivors: z.array(z.object({ quotaPool: z.string(), headroom: z.number().nullable(), receives: z.number() })) })
    .nullable(),
});

/** Entries of reconciliation count as automatic: they write for whatever holds there are. */
export function ledgerIntents(log: AppLog): readonly LedgerIntent[] {
  const own = log.runs.flatMap(({ run, timeline }) =>
    timeline.map((entry) => ({ entry, run: run.id, automatic: run.initiator === "automatic" })),
  );
  const all = [...own, ...log.ledger.map((entry) => ({ entry, run: null, automatic: true }))];
  return all.flatMap(({ entry, run, automatic }): LedgerIntent[] => {
    if (entry.kind !== "intend") return [];
    const common = { at: Date.parse(entry.at), run, automatic };
    const pool = PoolIntent.safeParse(entry.data);
    if (pool.success) return [{ ...common, kind: "pool", gateway: pool.data.gateway, pool: pool.data.pool }];
    const origin = OriginIntent.safeParse(entry.data);
    return origin.success ? [{ ...common, kind: "origin", edge: origin.data.edge }] : [];
  });
}

/** Pools of which the app said that somebody else had changed them, whether it kept that or stopped at it. */
export function toldDrift(log: AppLog): readonly string[] {
  const told = [...log.ledger, ...log.runs.flatMap(({ timeline }) => timeline)].flatMap(
    ({ text }) => /^(\S+?)(?: drift:|: kept somebody else's change)/.exec(text)?.[1] ?? [],
  );
  return [...new Set(told)];
}

/** A hold stands from the start of its run; a restored region has none from the end of that run on. */
export function holdLevels(log: AppLog): readonly HoldLevel[] {
  return log.runs.flatMap(({ run, timeline, outcome, endedAt }) => {
    const common = { region: run.region, scope: run.scope, automatic: run.initiator === "automatic" };
    const placed = run.runbook === "evacuate" ? [{ ...common, at: Date.parse(run.startedAt), share: 1 }] : [];
    const changed = timeline.flatMap((entry) => {
      const change = ChangeIntent.safeParse(entry.data);
      const share = change.success ? change.data.change.share : undefined;
      return share === undefined ? [] : [{ ...common, at: Date.parse(entry.at), share }];
    });
    const released = outcome === "restored" && endedAt !== null ? [{ ...common, at: Date.parse(endedAt), share: null }] : [];
    return [...placed, ...changed, ...released];
  });
}

const Climbed = z.object({ guards: z.array(z.object({ code: z.string(), outcome: z.string() })) });

/** Codes of the guards that refused at least once. */
export function refusingGuards(log: AppLog): readonly string[] {
  const codes = [...log.ledger, ...log.runs.flatMap(({ timeline }) => timeline)].flatMap(({ data }) => {
    const climbed = Climbed.safeParse(data);
    return climbed.success ? climbed.data.guards.filter(({ outcome }) => outcome === "refused").map(({ code }) => code) : [];
  });
  return [...new Set(codes)];
}

/** What every started evacuation let the survivors' quota pools carry, by its own admission test. */
export function survivorLoads(log: AppLog, estate: Estate): readonly SurvivorLoad[] {
  return log.runs.flatMap(({ timeline }) =>
    timeline.flatMap((entry) => {
      const decided = Decided.safeParse(entry.data);
      if (!decided.success) return [];
      const { targetShare, guards, admission } = decided.data;
      const overridden = guards.some((guard) => guard.code === "survivorCapacity" && guard.outcome === "overridden");
      return (admission?.survivors ?? []).flatMap(({ quotaPool, headroom, receives }) => {
        const limit = headroom === null ? null : headroom / (1 - estate.safety.reserveShare);
        return limit === null ? [] : [{ at: Date.parse(entry.at), quotaPool, limit, load: receives * (1 - targetShare), overridden }];
      });
    }),
  );
}
