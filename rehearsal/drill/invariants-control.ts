/** Invariants over who may write, when, and how much. */
import type { Deployment, Estate } from "../../src/domain/estate.ts";
import { type PoolMember, backendName } from "../../src/domain/routing.ts";
import { isOwn, normalMembers } from "./invariants-routing.ts";
import type { ArmWrite, Breach, DrillLog, HoldLevel, LedgerIntent, PoolWrite, SafetyChange } from "./drill-log.ts";
import { createEdits, inOrder, originKey, poolKey } from "./measures-routing.ts";

/** A write that was decided may land this much after what allowed it has gone: an ARM call and its deadline. */
const IN_FLIGHT_MILLISECONDS = 10_000;
/** Weights are whole numbers, so a share may be off by a rounding step. */
const SHARE_TOLERANCE = 0.02;

/** Every accepted write has an intent of its own: recorded at or before it, and after the previous write of the same thing. */
export function intentBeforeWrite(log: DrillLog): readonly Breach[] {
  return intended(log)
    .filter(({ intent }) => !intent)
    .map(({ write }) => ({ at: write.at, detail: `${keyOf(write)} was written without an intent` }));
}

/** No automatic write while the kill switch is on or the mode is not `auto`. */
export function noWriteAgainstOperator(log: DrillLog): readonly Breach[] {
  return intended(log).flatMap(({ write, intent }) => {
    if (!intent?.automatic) return [];
    const forbidden = forbiddenSince(log, write.at);
    if (forbidden === undefined || write.at - forbidden <= IN_FLIGHT_MILLISECONDS) return [];
    return [
      {
        at: write.at,
        detail: `${keyOf(write)} was written automatically ${(write.at - forbidden) / 1000} s after automatic writes were stopped`,
      },
    ];
  });
}

interface Intended {
  readonly write: ArmWrite;
  /** The latest one, unless an earlier write of the same thing has used it. */
  readonly intent: LedgerIntent | undefined;
}

/** An intent for an edge covers one write of each of its origins. */
function intended(log: DrillLog): readonly Intended[] {
  const intents = inOrder(log.intents);
  const used = new Map<string, number>();
  return inOrder(log.writes.filter(isOwn)).map((write) => {
    const key = keyOf(write);
    const index = intents.findLastIndex((intent) => intent.at <= write.at && covers(intent, write));
    if (index <= (used.get(key) ?? -1)) return { write, intent: undefined };
    used.set(key, index);
    return { write, intent: intents[index] };
  });
}

function covers(intent: LedgerIntent, write: ArmWrite): boolean {
  if (intent.kind === "pool") return write.kind === "pool" && poolKey(intent) === poolKey(write);
  return write.kind === "origin" && intent.edge === write.edge;
}

function keyOf(write: ArmWrite): string {
  return write.kind === "pool" ? poolKey(write) : originKey(write);
}

/** Since when automatic writes have been forbidden without a break; undefined while they are allowed. */
function forbiddenSince(log: DrillLog, at: number): number | undefined {
  const past = inOrder(log.safety).filter((change) => change.at <= at);
  const lastAllowed = past.findLastIndex(isAllowed);
  return past[lastAllowed + 1]?.at;
}

function isAllowed({ mode, killSwitch }: SafetyChange): boolean {
  return (mode === "auto" || mode === "approve") && !killSwitch;
}

/** In mode `approve` an automatic evacuation writes nothing before a person approved it, or the time to do so passed and proceeding is the default. */
export function approvalBeforeWrite(log: DrillLog): readonly Breach[] {
  const { mode, modes, approval } = log.estate.safety;
  if ((modes.evacuate ?? mode) !== "approve") return [];
  return intended(log).flatMap(({ write, intent }) => {
    const run = log.runs.find(({ id }) => id === intent?.run);
    if (run === undefined || !run.automatic || run.runbook !== "evacuate") return [];
    if (log.approvals.some((given) => given.run === run.id && given.approved && given.at <= write.at)) return [];
    if (approval.default === "proceed" && write.at - run.at >= approval.timeoutSeconds * 1000) return [];
    return [{ at: write.at, detail: `${keyOf(write)} was written by ${run.id}, which nobody had approved` }];
  });
}

/** A member whose deployment no hold limits is neither removed nor given less of the first choice than it has normally. */
export function holdBeforeWrite(log: DrillLog): readonly Breach[] {
  const edits = createEdits(log.normal.pools);
  return inOrder(log.writes).flatMap((write) => {
    if (write.kind !== "pool") return [];
    edits.note(write);
    return write.foreign === true ? [] : unheldLosses(log, write, edits.normalNow(write));
  });
}

function unheldLosses(log: DrillLog, write: PoolWrite, edited: readonly PoolMember[]): readonly Breach[] {
  const normal = normalMembers(log, write);
  return normal.flatMap((home, index) => {
    const deployment = deploymentOf(log.estate, write, home);
    if (deployment === undefined || isHeld(log, deployment, write.at)) return [];
    const member = write.members.find((item) => backendName(item.id) === backendName(home.id));
    const name = `${poolKey(write)}: ${backendName(home.id)}`;
    const noHold = `but ${deployment.region} has no hold`;
    if (!member) return [{ at: write.at, detail: `${name} was removed, ${noHold}` }];
    // What somebody else took from it is not our doing.
    const before = Math.min(firstChoiceShare(normal, home), firstChoiceShare(edited, edited[index] ?? home));
    const after = firstChoiceShare(write.members, member);
    if (after >= before - SHARE_TOLERANCE) return [];
    return [{ at: write.at, detail: `${name} fell from ${percent(before)} to ${percent(after)}, ${noHold}` }];
  });
}

function deploymentOf(estate: Estate, write: PoolWrite, member: PoolMember): Deployment | undefined {
  const pool = estate.gateways
    .find((gateway) => gateway.id === write.gateway)
    ?.pools.find((item) => item.name.toLowerCase() === write.pool.toLowerCase());
  const ref = pool?.members.find((item) => item.backend.toLowerCase() === backendName(member.id));
  return estate.deployments.find((deployment) => deployment.id === ref?.deployment);
}

/** Held now, or until so lately that a write under way may still land. */
function isHeld(log: DrillLog, { id, region }: Deployment, at: number): boolean {
  const isOfIt = ({ scope }: HoldLevel): boolean => scope === null || scope.includes(id);
  const changes = inOrder(log.holds).filter((change) => change.region === region && isOfIt(change) && change.at <= at);
  const last = changes.at(-1);
  if (!last) return false;
  return last.share !== null || (changes.length > 1 && at - last.at <= IN_FLIGHT_MILLISECONDS);
}

function firstChoiceShare(members: readonly PoolMember[], member: PoolMember): number {
  const best = Math.min(...members.map(({ priority = 1 }) => priority));
  if ((member.priority ?? 1) !== best) return 0;
  const group = members.filter(({ priority = 1 }) => priority === best);
  const known = group.flatMap(({ weight }) => weight ?? []);
  const mean = known.length === 0 ? 1 : sum(known) / known.length;
  const total = sum(group.map(({ weight = mean }) => weight));
  return total === 0 ? 0 : (member.weight ?? mean) / total;
}

/** Automatic holds never make more regions held at once than the estate allows; holds of people count, but are not refused. */
export function concurrencyWithinLimit(log: DrillLog): readonly Breach[] {
  const { maxConcurrentShifts } = log.estate.safety;
  const held = new Set<string>();
  return inOrder(log.holds).flatMap((change) => {
    const isNew = change.share !== null && !held.has(change.region);
    noteHold(held, change);
    if (!isNew || !change.automatic || held.size <= maxConcurrentShifts) return [];
    return [{ at: change.at, detail: `${change.region} made ${held.size} regions held; ${maxConcurrentShifts} are allowed` }];
  });
}

function noteHold(held: Set<string>, change: HoldLevel): void {
  if (change.share === null) held.delete(change.region);
  else held.add(change.region);
}

/** No decision loads a survivor beyond its rate limit less the reserve, unless a person said so. */
export function admissionWithinReserve(log: DrillLog): readonly Breach[] {
  const { reserveShare } = log.estate.safety;
  const over = log.admissions.filter(({ limit, load, overridden }) => !overridden && load > limit * (1 - reserveShare) + 1);
  return over.map(({ at, quotaPool, limit, load }) => ({
    at,
    detail: `${quotaPool} was to carry ${Math.round(load)} of ${limit} tokens a minute; ${percent(reserveShare)} must stay free`,
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
