/** Runs and their timelines, from the ledger; and the memory of idempotency keys. */
import type { Deps } from "../ports.ts";
import { ledgerPartition, readRun, runsPartition, type LedgerEntry, type RunRecord } from "./memory.ts";

export interface RunView extends RunRecord {
  readonly timeline: readonly LedgerEntry[];
}

/** Newest first. */
export async function listRuns(deps: Deps): Promise<readonly RunRecord[]> {
  const rows = await deps.state.list<RunRecord | { run: string }>(runsPartition(deps));
  const records = rows.flatMap(({ value }) => ("outcome" in value ? [value] : []));
  return records.toSorted((a, b) => b.run.startedAt.localeCompare(a.run.startedAt));
}

export async function readRunView(deps: Deps, id: string): Promise<RunView | null> {
  const record = await readRun(deps, id);
  if (record === null) return null;
  const rows = await deps.state.list<LedgerEntry>(ledgerPartition(deps, id));
  return { ...record, timeline: rows.map((row) => row.value) };
}

/** The estate's own entries of the last day, which belong to no run: decisions that started nothing, switches, reconciliation. Oldest first. */
export async function readEstateLedger(deps: Deps): Promise<readonly LedgerEntry[]> {
  const since = new Date(deps.clock.now().getTime() - 86_400_000).toISOString();
  const rows = await deps.state.list<LedgerEntry>(ledgerPartition(deps, null), since);
  return rows.map((row) => row.value);
}

/** The run that a key started before; undefined for a new key. */
export async function runOfKey(deps: Deps, key: string): Promise<string | undefined> {
  return (await deps.state.get<{ run: string }>(runsPartition(deps), `key:${key}`))?.value.run;
}

export async function rememberKey(deps: Deps, key: string, run: string): Promise<void> {
  await deps.state.put(runsPartition(deps), `key:${key}`, { run }, undefined);
}
