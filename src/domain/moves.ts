/** What a run does next: pure functions of what it sees. Orchestrations only carry the answer out. */
import { isWider, type Approval, type Hold, type HoldChange } from "./hold.ts";
import { failsAgain, failsWithin, restoreReadiness, stateWithin } from "./readiness.ts";
import type { Converged, Move, Run, RunPolicy, Seen } from "./run.ts";
import { secondsBetween } from "./time.ts";

export function nextMove(policy: RunPolicy, run: Run, seen: Seen): Move {
  const { hold } = seen;
  if (hold === null || hold.owner !== run.id)
    return { kind: "finish", outcome: "handedOver", reason: hold === null ? "the hold is gone" : `${hold.owner} took over` };
  if (seen.killSwitchOn && run.initiator === "automatic") return wait(policy, "the kill switch is on");
  const unapproved = hold.approval === null ? null : awaitApproval(policy, run, seen, hold.approval);
  if (unapproved !== null) return unapproved;
  return run.runbook === "evacuate" ? nextEvacuateMove(policy, run, seen, hold) : nextRestoreMove(policy, run, seen, hold);
}

/** Before a person or time has decided nothing moves; null once it may. */
function awaitApproval(policy: RunPolicy, run: Run, seen: Seen, approval: Approval): Move | null {
  if (approval.state === "approved") return null;
  const who = approval.by ?? "nobody decided in time";
  if (approval.state === "declined") return { kind: "finish", outcome: "declined", reason: `declined: ${who}` };
  const lapsed = noLongerCalledFor(run, seen);
  if (lapsed !== null) return { kind: "finish", outcome: "lapsed", reason: lapsed };
  const left = Math.ceil(secondsBetween(seen.at, approval.until));
  if (left > 0) {
    const reason = `waits for a person until ${approval.until}, then ${approval.default}`;
    return { kind: "wait", seconds: Math.min(left, policy.evacuate.holdCheckSeconds), reason };
  }
  const state = approval.default === "proceed" ? "approved" : "declined";
  return { kind: "change", change: { approval: { ...approval, state } }, reason: `nobody decided until ${approval.until}: ${state}` };
}

/** Why a run that still waits need not begin any more; null when it must. */
function noLongerCalledFor({ runbook, scope, targetShare }: Run, { verdict }: Seen): string | null {
  const { foundry, gateway } = verdict;
  const fails = failsWithin(verdict, scope);
  if (runbook === "restore") return fails ? `it fails again: ${foundry.reason}` : null;
  if (gateway?.state === "failing") return null;
  const { state } = stateWithin(verdict, scope);
  const well = targetShare >= 1 ? gateway?.state === "healthy" : state === "healthy" || state === "pressured";
  return well && !fails ? `it is well again: ${targetShare >= 1 ? (gateway?.reason ?? "") : foundry.reason}` : null;
}

function nextEvacuateMove(policy: RunPolicy, run: Run, seen: Seen, hold: Hold): Move {
  const change = { ...widen(run, hold), ...shareDown(policy, run, hold, seen), ...edgeLevers(policy, seen, hold) };
  if (Object.keys(change).length > 0) return { kind: "change", change, reason: describe(change) };
  return settle(policy, seen) ?? wait(policy, hold.share > run.targetShare ? "baking the step" : "holding");
}

/** It took over a hold on less than it is to move. */
function widen(run: Run, hold: Hold): HoldChange {
  return isWider(run.scope, hold.scope) ? { scope: run.scope } : {};
}

/** The next share of the ladder, or the end at once when ungraceful. */
function shareDown(policy: RunPolicy, run: Run, hold: Hold, seen: Seen): HoldChange {
  if (hold.share <= run.targetShare) return {};
  if (run.mode === "ungraceful") return { share: run.targetShare };
  const baked = hold.share === 1 || secondsBetween(hold.shareSince, seen.at) >= policy.evacuate.bakeSeconds;
  const next = policy.evacuate.gracefulShares.find((share) => share < hold.share) ?? run.targetShare;
  return baked ? { share: Math.max(next, run.targetShare) } : {};
}

/**
 * The gate, when the region's own gateway or its control plane is impaired. The Front Door origin only when the gateway itself is
 * sick, or when the evacuation has outlived the origin's propagation budget: a slow write takes out a healthy gateway after recovery.
 */
function edgeLevers(policy: RunPolicy, seen: Seen, hold: Hold): HoldChange {
  if (!seen.mayLeaveEdge) return {};
  const gatewaySick = seen.verdict.gateway?.state === "failing";
  const controlPlaneSick = isOwedFor(seen, hold.region, 2 * policy.evacuate.poolBudgetSeconds);
  const outlived =
    // Clients of a region of which some deployments fail are still served by the rest of it.
    hold.scope === null &&
    seen.verdict.foundry.state === "failing" &&
    seen.stillFailing &&
    secondsBetween(hold.since, seen.at) >= policy.evacuate.originBudgetSeconds;
  return {
    ...((gatewaySick || controlPlaneSick) && hold.gate === "open" ? { gate: "closed" as const } : {}),
    ...((gatewaySick || outlived) && hold.origin === "enabled" ? { origin: "disabled" as const } : {}),
  };
}

/** A pool of the region's own gateways has been owed for so long that it is no passing 429. */
function isOwedFor(seen: Seen, region: string, seconds: number): boolean {
  const items = seen.convergence?.items ?? [];
  return items.some((i) => i.kind === "pool" && i.region === region && i.state === "owed" && secondsBetween(i.since, seen.at) >= seconds);
}

function nextRestoreMove(policy: RunPolicy, run: Run, seen: Seen, hold: Hold): Move {
  const back = stepBack(policy, seen, hold);
  if (back !== null) return back;
  // Never onto a region that fails, and straight up only once: after a relapse even an ungraceful restore waits for its soak.
  const allowed =
    hold.relapses === 0 ? !failsWithin(seen.verdict, hold.scope) : restoreReadiness(policy, seen.verdict, hold, seen.at).ready;
  const straight = run.mode === "ungraceful" && allowed;
  const change = {
    ...(straight ? { share: 1 } : run.mode === "graceful" ? shareUp(policy, seen, hold) : {}),
    ...edgeReturn(policy, run, seen, hold),
    ...gateAgain(seen, hold),
  };
  const { share = hold.share, gate = hold.gate, origin = hold.origin }: HoldChange = change;
  if (share !== hold.share || gate !== hold.gate || origin !== hold.origin) return { kind: "change", change, reason: describe(change) };
  const settling = settle(policy, seen, isUnsettled);
  if (settling !== null) return settling;
  const normal = hold.share === 1 && hold.gate === "open" && hold.origin === "enabled";
  return normal
    ? { kind: "finish", outcome: "restored", reason: `routing is back to normal${leftAsChanged(seen)}` }
    : wait(policy, waitingFor(policy, seen, hold));
}

function leftAsChanged({ convergence }: Seen): string {
  const theirs = convergence?.items.filter((item) => item.state === "drift").map((item) => item.target) ?? [];
  return theirs.length === 0 ? "" : `; left as somebody else changed it: ${theirs.join(", ")}`;
}

/** A region that fails again goes back to nothing at once; one that only strains goes back one step. */
function stepBack(policy: RunPolicy, seen: Seen, hold: Hold): Move | null {
  if (hold.share === 0) return null;
  const relapses = hold.relapses + 1;
  if (failsAgain(seen.verdict, hold)) {
    return { kind: "change", change: { share: 0, relapses }, reason: `it fails again (${seen.verdict.foundry.reason}): back to 0 %` };
  }
  const failed =
    seen.answers !== null && seen.answers.count >= policy.restore.bakeAnswers && seen.answers.failed / seen.answers.count > STRAIN;
  if (!failed && !strainsNow(policy, seen, hold)) return null;
  const lower = policy.restore.gracefulShares.findLast((share) => share < hold.share) ?? 0;
  return { kind: "change", change: { share: lower, relapses }, reason: `it strains at ${percent(hold.share)}: back to ${percent(lower)}` };
}

/** One spell of pressure costs one step: it must have begun on this step, or have outlasted the bake of the step back. */
function strainsNow(policy: RunPolicy, { verdict, at }: Seen, hold: Hold): boolean {
  const { state, since } = stateWithin(verdict, hold.scope);
  const newer = secondsBetween(hold.shareSince, since) > 0;
  return state === "pressured" && (newer || secondsBetween(hold.shareSince, at) >= policy.restore.bakeSeconds);
}

/** Share of failing answers above which a step of a restore goes back. */
const STRAIN = 0.05;

function shareUp(policy: RunPolicy, seen: Seen, hold: Hold): HoldChange {
  const next = policy.restore.gracefulShares.find((share) => share > hold.share);
  if (next === undefined || !mayStepUp(policy, seen, hold)) return {};
  return { share: next };
}

function mayStepUp(policy: RunPolicy, seen: Seen, hold: Hold): boolean {
  const first = policy.restore.gracefulShares[0] ?? 1;
  if (hold.share < first) return restoreReadiness(policy, seen.verdict, hold, seen.at).ready;
  const seconds = secondsBetween(hold.shareSince, seen.at);
  const { bakeSeconds, bakeAnswers, bakeProbeSeconds } = policy.restore;
  if (stateWithin(seen.verdict, hold.scope).state !== "healthy" || seconds < bakeSeconds || hasOpenPool(seen)) return false;
  return (seen.answers?.count ?? 0) >= bakeAnswers || seconds >= bakeProbeSeconds;
}

/** A gateway that fails while its region's weights come back is left again. */
function gateAgain(seen: Seen, hold: Hold): HoldChange {
  return seen.mayLeaveEdge && seen.verdict.gateway?.state === "failing" && hold.gate === "open" ? { gate: "closed" } : {};
}

/** Weights and origin are restored independently, each after its own soak. */
function edgeReturn(policy: RunPolicy, run: Run, seen: Seen, hold: Hold): HoldChange {
  if (hold.gate === "open" && hold.origin === "enabled") return {};
  const { gateway } = seen.verdict;
  const soaked = gateway?.state === "healthy" && secondsBetween(gateway.since, seen.at) >= policy.restore.originSoakSeconds;
  return soaked || run.mode === "ungraceful" ? { gate: "open", origin: "enabled" } : {};
}

/** Something written is still on its way or owed: look again soon and write again if need be. */
function settle(policy: RunPolicy, seen: Seen, isLeft: (item: Converged) => boolean = isOpen): Move | null {
  const first = seen.convergence?.items.find(isLeft);
  if (first === undefined) return null;
  return { kind: "converge", seconds: policy.evacuate.holdCheckSeconds, reason: `${first.target} is ${first.state}: ${first.reason}` };
}

function hasOpenPool({ convergence }: Seen): boolean {
  return convergence?.items.some((item) => item.kind === "pool" && isUnsettled(item)) === true;
}

/** Not in ARM as it should be, or not known to be. */
function isOpen({ state, moot }: Converged): boolean {
  return state !== "matched" && state !== "unserved" && moot !== true;
}

/** What somebody else changed is theirs: a restore neither waits for it nor takes it back. */
function isUnsettled(item: Converged): boolean {
  return isOpen(item) && item.state !== "drift";
}

function wait(policy: RunPolicy, reason: string): Move {
  return { kind: "wait", seconds: policy.evacuate.holdCheckSeconds, reason };
}

function waitingFor(policy: RunPolicy, seen: Seen, hold: Hold): string {
  if (hold.share < 1)
    return `at ${percent(hold.share)}: ${restoreReadiness(policy, seen.verdict, hold, seen.at).reason}, ${seen.answers?.count ?? 0} answers`;
  return "the gateway's soak";
}

function describe(change: HoldChange): string {
  return [
    change.scope === undefined ? [] : [`scope ${change.scope === null ? "the region" : change.scope.join(", ")}`],
    change.share === undefined ? [] : [`share ${percent(change.share)}`],
    change.gate === undefined ? [] : [`gate ${change.gate}`],
    change.origin === undefined ? [] : [`origin ${change.origin}`],
  ]
    .flat()
    .join(", ");
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
