/** What a person sets by hand without a run: the kill switch and the health gates. */
import { gateState, type KillSwitch, type ManualGate } from "../domain/hold.ts";
import type { Deps } from "../ports.ts";
import { append, readState, updateState } from "./memory.ts";

export interface SwitchRequest {
  readonly by: string;
  readonly reason: string;
}

export async function setKillSwitch(deps: Deps, on: boolean, { by, reason }: SwitchRequest): Promise<KillSwitch> {
  const wanted: KillSwitch = { on, by, reason, at: deps.clock.now().toISOString() };
  await append(deps, null, "intend", `kill switch ${on ? "on" : "off"} by ${by}: ${reason}`);
  return updateState(deps, (state) => ({ state: { ...state, killSwitch: wanted }, result: wanted }));
}

export async function readKillSwitch(deps: Deps): Promise<KillSwitch | null> {
  return (await readState(deps)).value.killSwitch;
}

/** `auto` gives the gate back to the holds. */
export async function setGate(
  deps: Deps,
  region: string,
  wanted: "open" | "closed" | "auto",
  { by, reason }: SwitchRequest,
): Promise<"open" | "closed"> {
  const at = deps.clock.now().toISOString();
  await append(deps, null, "intend", `gate of ${region} ${wanted} by ${by}: ${reason}`);
  return updateState(deps, (state) => {
    const others = state.manualGates.filter((gate) => gate.region !== region);
    const own: readonly ManualGate[] = wanted === "auto" ? [] : [{ region, state: wanted, by, reason, at }];
    const next = { ...state, manualGates: [...others, ...own] };
    return { state: next, result: gateState(next, region) };
  });
}

/**
 * What gateways ask, cached for a few seconds and failing open: a gate that cannot be read never closes a region. After a failed
 * read the last answer is kept for a while, so that a short outage of the state store does not open a gate that was closed.
 */
export function createGateReader(deps: Deps): (region: string) => Promise<"open" | "closed"> {
  let cached: { at: number; answer: (region: string) => "open" | "closed" } | undefined;
  return async (region) => {
    const now = deps.clock.now().getTime();
    if (cached !== undefined && now - cached.at < GATE_CACHE_MILLISECONDS) return cached.answer(region);
    try {
      const { value } = await readState(deps);
      cached = { at: now, answer: (wanted) => gateState(value, wanted) };
    } catch {
      if (cached !== undefined && now - cached.at > GATE_KEEP_MILLISECONDS) cached = undefined;
    }
    return cached?.answer(region) ?? "open";
  };
}

const GATE_CACHE_MILLISECONDS = 5_000;
const GATE_KEEP_MILLISECONDS = 300_000;
