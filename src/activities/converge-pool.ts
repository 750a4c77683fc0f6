/** One pool of one gateway: capture, compute, compare, write with its ETag. */
import { desiredRouting } from "../domain/desired-routing.ts";
import { detectDrift } from "../domain/drift.ts";
import type { Gateway } from "../domain/estate.ts";
import { describeMembers, samePoolMembers, type PoolMember } from "../domain/routing.ts";
import type { Converged, ConvergedState } from "../domain/run.ts";
import type { Failure } from "../ports.ts";
import type { ConvergeContext } from "./converge-context.ts";
import { append, readState, type NormalPool } from "./memory.ts";
import { capturePool, readPool, savePool } from "./normal-routing.ts";

/** Writes of others in between that are read again before the pool is left as owed. */
const CONFLICT_ATTEMPTS = 3;

export async function convergePool(context: ConvergeContext, gateway: Gateway, pool: string): Promise<Converged> {
  const known = context.normal.pools.find((row) => row.gateway === gateway.id && row.pool === pool);
  const captured = known ?? (await capturePool(context.deps, context.episode, gateway, pool));
  if (!("normal" in captured)) return failed(context, gateway, pool, captured, false);
  for (let [attempt, now, row] = [1, context, captured]; ; attempt += 1) {
    const result = await attemptPool(now, gateway, row);
    if (result !== "conflict") return result;
    await append(context.deps, context.run, "note", `${gateway.id}/${pool}: somebody wrote in between (412), read again`);
    if (attempt === CONFLICT_ATTEMPTS) return item(context, gateway, pool, "owed", `changed under ${attempt} attempts in a row`);
    // It may have been another converge, after a hold had changed: compute from what it computed from.
    now = { ...context, state: (await readState(context.deps)).value };
    row = (await readPool(context.deps, context.episode, row)) ?? row;
  }
}

async function attemptPool(context: ConvergeContext, gateway: Gateway, captured: NormalPool): Promise<Converged | "conflict"> {
  const { deps, state } = context;
  const { pool } = captured;
  const read = await deps.pools.read(gateway, pool);
  if (!read.ok) return failed(context, gateway, pool, read, isTouched(captured));
  const desired = desiredMembers(context, captured, captured.normal);
  if (desired === null) return item(context, gateway, pool, "unserved", "nobody else could serve it: left as normal");
  const drift = detectDrift(captured.normal, lastOwn(captured, read.members), read.members, desired);
  if (drift.kind === "conflict" && isReset(captured, read.members)) return writeAgain(context, gateway, captured, desired, read.etag);
  if (drift.kind === "conflict")
    return item(context, gateway, pool, "drift", `somebody else changed ${drift.changed.join(", ")}: not overwritten`);
  const normal = drift.kind === "disjoint" ? drift.normal : captured.normal;
  const wanted = drift.kind === "disjoint" ? (desiredMembers(context, captured, normal) ?? normal) : desired;
  if (drift.kind === "disjoint") {
    await append(deps, context.run, "note", `${gateway.id}/${pool}: kept somebody else's change to ${drift.changed.join(", ")}`);
    await savePool(deps, context.episode, captured, { normal, written: read.members });
  }
  if (samePoolMembers(read.members, wanted)) {
    // Ours, but not on record: the write's answer or its writer was lost. Left so, it would look like somebody else's at the next change.
    if (drift.kind === "none" && !samePoolMembers(captured.written, wanted))
      await savePool(deps, context.episode, captured, { written: wanted });
    return item(context, gateway, pool, "matched", describeMembers(wanted));
  }
  if (!context.write)
    return item(context, gateway, pool, "owed", `ARM has ${describeMembers(read.members)}, wanted ${describeMembers(wanted)}`);
  return writePool(context, gateway, { ...captured, normal }, wanted, read.etag, holdReasons(state.holds));
}

function lastOwn({ writing, written }: NormalPool, now: readonly PoolMember[]): readonly PoolMember[] {
  return writing !== undefined && samePoolMembers(writing, now) ? writing : written;
}

/** A deployment writes a pool as its template says. Who puts it back a third time means it. */
const MOST_RESETS = 2;

function isReset({ normal, resets = 0 }: NormalPool, now: readonly PoolMember[]): boolean {
  return samePoolMembers(normal, now) && resets < MOST_RESETS;
}

async function writeAgain(
  context: ConvergeContext,
  gateway: Gateway,
  row: NormalPool,
  wanted: readonly PoolMember[],
  etag: string,
): Promise<Converged | "conflict"> {
  const { deps, run, state } = context;
  const reason = "it was reset to normal, as a deployment does";
  if (!context.write) return item(context, gateway, row.pool, "owed", reason);
  const counted = { ...row, resets: (row.resets ?? 0) + 1 };
  await append(deps, run, "note", `${gateway.id}/${row.pool}: ${reason}: written again (${counted.resets} of ${MOST_RESETS})`);
  return writePool(context, gateway, counted, wanted, etag, holdReasons(state.holds));
}

async function writePool(
  context: ConvergeContext,
  gateway: Gateway,
  row: NormalPool,
  wanted: readonly PoolMember[],
  etag: string,
  because: string,
): Promise<Converged | "conflict"> {
  const { deps } = context;
  const target = `${gateway.id}/${row.pool}`;
  await append(deps, context.run, "intend", `write ${target}: ${describeMembers(wanted)}`, {
    kind: "pool",
    gateway: gateway.id,
    pool: row.pool,
    members: wanted,
    because,
  });
  await savePool(deps, context.episode, row, { writing: wanted });
  const written = await deps.pools.write(gateway, row.pool, wanted, etag);
  if (!written.ok && written.kind === "conflict") return "conflict";
  if (!written.ok) return failed(context, gateway, row.pool, written, isTouched(row));
  await savePool(deps, context.episode, row, { written: wanted });
  await append(deps, context.run, "act", `wrote ${target}`, { kind: "pool", target });
  return item(context, gateway, row.pool, "written", describeMembers(wanted));
}

function holdReasons(holds: ConvergeContext["state"]["holds"]): string {
  return holds.map((hold) => `${hold.region} at ${Math.round(hold.share * 100)} %`).join(", ") || "no holds";
}

function desiredMembers({ deps, state }: ConvergeContext, row: NormalPool, normal: readonly PoolMember[]): readonly PoolMember[] | null {
  const routing = { pools: [{ gateway: row.gateway, pool: row.pool, members: normal }], origins: [] };
  const desired = desiredRouting(deps.estate, routing, state.holds);
  return desired.unserved.length > 0 ? null : (desired.routing.pools[0]?.members ?? null);
}

function isTouched({ normal, written }: NormalPool): boolean {
  return !samePoolMembers(normal, written);
}

/**
 * Whatever failed is owed: the next converge tries again. But one pool that is gone, or that was refused before anything was written to
 * it (a missing role), must not keep a region from its restore, and by its open hold every other region from being left.
 */
function failed(context: ConvergeContext, gateway: Gateway, pool: string, failure: Failure, touched: boolean): Converged {
  const owed = item(context, gateway, pool, "owed", failure.reason);
  const lasting = failure.kind === "forbidden" || failure.kind === "invalid";
  return failure.kind === "missing" || (lasting && !touched) ? { ...owed, moot: true } : owed;
}

function item(context: ConvergeContext, gateway: Gateway, pool: string, state: ConvergedState, reason: string): Converged {
  return { kind: "pool", target: `${gateway.id}/${pool}`, region: gateway.region, state, reason, since: context.at };
}
