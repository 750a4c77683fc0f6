/** Holds and the one row per estate that keeps them. Runs change nothing else; routing follows from the holds. */
import { runbookOf, runId, type RunMode } from "./runbook.ts";
import { compact } from "./time.ts";

/** Who may take over whom: a person's run is never taken over by an automatic one. */
export type Initiator = "manual" | "automatic";

/** A run in mode `approve` waits for a person until then. */
export interface Approval {
  readonly state: "pending" | "approved" | "declined";
  /** ISO 8601, UTC. */
  readonly until: string;
  readonly default: "proceed" | "decline";
  /** Who decided; absent while it is pending and when time decided. */
  readonly by?: string;
}

export interface Hold {
  readonly region: string;
  /** Deployments that the share limits; null = all of the region's. */
  readonly scope: readonly string[] | null;
  /** Tokens per minute of headroom by deployment when the hold was placed: who takes over, and in which proportion. Frozen, so that routing does not follow every breath of traffic; null = in proportion to normal weights. */
  readonly takers: Readonly<Record<string, number>> | null;
  /** null = nobody is asked. */
  readonly approval: Approval | null;
  /** Share [0–1] of its normal traffic that the region's deployments may carry. */
  readonly share: number;
  /** Closed: Front Door's probes are told to leave the region's gateways. */
  readonly gate: "open" | "closed";
  readonly origin: "enabled" | "disabled";
  /** The run that owns the hold; a run that is no longer the owner stops. */
  readonly owner: string;
  /** How the owner goes and where it ends: whoever finds the hold without a running run starts that very run again. */
  readonly mode: RunMode;
  readonly targetShare: number;
  readonly initiator: Initiator;
  readonly reason: string;
  readonly since: string;
  /** When `share` was last changed. */
  readonly shareSince: string;
  /** How often the region failed again while it was being restored. */
  readonly relapses: number;
}

export interface KillSwitch {
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** A gate that a person set by hand; it wins over the holds. */
export interface ManualGate {
  readonly region: string;
  readonly state: "open" | "closed";
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface EstateState {
  readonly killSwitch: KillSwitch | null;
  /** Open from the first hold of an incident to its last restore. */
  readonly episode: string | null;
  /** How often each region was evacuated in this episode: the run ids' suffix. */
  readonly evacuations: Readonly<Record<string, number>>;
  readonly holds: readonly Hold[];
  readonly manualGates: readonly ManualGate[];
  /** End of each region's last hold. */
  readonly lastReleased: Readonly<Record<string, string>>;
}

export const EMPTY_STATE: EstateState = { killSwitch: null, episode: null, evacuations: {}, holds: [], manualGates: [], lastReleased: {} };

export function holdOf(state: EstateState, region: string): Hold | undefined {
  return state.holds.find((hold) => hold.region === region);
}

export interface NewHold {
  readonly region: string;
  readonly scope: readonly string[] | null;
  readonly takers: Hold["takers"];
  readonly approval: Approval | null;
  readonly mode: RunMode;
  readonly targetShare: number;
  readonly initiator: Initiator;
  readonly reason: string;
  readonly now: string;
}

/** Opens the episode if none is open and places a hold that limits nothing yet. */
export function placeHold(state: EstateState, wanted: NewHold): { state: EstateState; hold: Hold } {
  const episode = state.episode ?? compact(wanted.now);
  const attempt = (state.evacuations[wanted.region] ?? 0) + 1;
  const hold: Hold = {
    region: wanted.region,
    scope: wanted.scope,
    takers: wanted.takers,
    approval: wanted.approval,
    share: 1,
    gate: "open",
    origin: "enabled",
    owner: runId("evacuate", wanted.region, episode, attempt),
    mode: wanted.mode,
    targetShare: wanted.targetShare,
    initiator: wanted.initiator,
    reason: wanted.reason,
    since: wanted.now,
    shareSince: wanted.now,
    relapses: 0,
  };
  const evacuations = { ...state.evacuations, [wanted.region]: attempt };
  return { hold, state: { ...state, episode, evacuations, holds: [...state.holds, hold] } };
}

/** Whether `wanted` names deployments that `held` does not; null = all of the region's. */
export function isWider(wanted: readonly string[] | null, held: readonly string[] | null): boolean {
  return held !== null && (wanted === null || wanted.some((id) => !held.includes(id)));
}

export function unionScope(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  return a === null || b === null ? null : [...new Set([...a, ...b])];
}

/**
 * An evacuation that takes a region back from a restore, or goes deeper than the one before it, gets a run id of its own. What the hold
 * limits stays as it is until that run's first step, because a person may still have to approve it.
 */
export function takeOverHold(state: EstateState, hold: Hold, wanted: NewHold): { state: EstateState; hold: Hold } {
  const attempt = (state.evacuations[hold.region] ?? 1) + 1;
  const { approval, mode, targetShare, initiator, reason, now } = wanted;
  // A hold at its full share limits nothing: there is nothing to keep.
  const { scope } = hold.share === 1 ? wanted : hold;
  const { takers } = hold.share === 1 || approval === null ? wanted : hold;
  const change = {
    scope,
    owner: runId("evacuate", hold.region, state.episode ?? "", attempt),
    approval,
    takers,
    mode,
    targetShare,
    initiator,
    reason,
  };
  const changed = changeHold(state, hold.region, change, now);
  return { hold: { ...hold, ...change }, state: { ...changed, evacuations: { ...state.evacuations, [hold.region]: attempt } } };
}

/** A person's answer, or time's. Without a hold that waits, or that was declined and has not ended, nothing changes. */
export function decideApproval(
  state: EstateState,
  region: string,
  decision: "approved" | "declined",
  by: string,
  now: string,
): EstateState {
  const approval = holdOf(state, region)?.approval;
  if (approval === undefined || approval === null || approval.state !== "pending") return state;
  return changeHold(state, region, { approval: { ...approval, state: decision, by } }, now);
}

/**
 * A run that ended before anybody let it begin. Where nothing was moved the hold goes, and after a refusal the cooldown runs; else the
 * hold stays as it stands under a run id of its own. Who declines a restore takes the region into their own hands; time does not.
 */
export function endUnapproved(state: EstateState, region: string, outcome: "declined" | "lapsed", now: string): EstateState {
  const hold = holdOf(state, region);
  if (hold === undefined) return state;
  const lastReleased = outcome === "declined" ? { ...state.lastReleased, [region]: now } : state.lastReleased;
  if (hold.share === 1 && hold.gate === "open" && hold.origin === "enabled")
    return { ...state, holds: state.holds.filter((other) => other !== hold), lastReleased };
  const attempt = (state.evacuations[region] ?? 1) + 1;
  const owner = runId("evacuate", region, state.episode ?? "", attempt);
  const byPerson = outcome === "declined" && hold.approval?.by !== undefined;
  const initiator: Initiator = byPerson && runbookOf(hold.owner) === "restore" ? "manual" : hold.initiator;
  const change = { owner, approval: null, targetShare: hold.share, initiator };
  return { ...changeHold(state, region, change, now), evacuations: { ...state.evacuations, [region]: attempt }, lastReleased };
}

export type HoldChange = Partial<
  Pick<
    Hold,
    "share" | "gate" | "origin" | "owner" | "mode" | "targetShare" | "initiator" | "reason" | "relapses" | "scope" | "takers" | "approval"
  >
>;

export function changeHold(state: EstateState, region: string, change: HoldChange, now: string): EstateState {
  const holds = state.holds.map((hold) => {
    if (hold.region !== region) return hold;
    const shareChanged = change.share !== undefined && change.share !== hold.share;
    return { ...hold, ...change, shareSince: shareChanged ? now : hold.shareSince };
  });
  return { ...state, holds };
}

export function releaseHold(state: EstateState, region: string, now: string): EstateState {
  return {
    ...state,
    holds: state.holds.filter((hold) => hold.region !== region),
    lastReleased: { ...state.lastReleased, [region]: now },
  };
}

/** Only when the last hold is gone and routing is back to normal. */
export function closeEpisode(state: EstateState): EstateState {
  return state.holds.length > 0 ? state : { ...state, episode: null, evacuations: {} };
}

/** What the health gate answers for a region: a person's word, else the region's hold, else open. */
export function gateState(state: EstateState, region: string): "open" | "closed" {
  return state.manualGates.find((gate) => gate.region === region)?.state ?? holdOf(state, region)?.gate ?? "open";
}
