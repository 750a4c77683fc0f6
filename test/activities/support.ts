/** What the tests of the activities do over and over. */
import { learn } from "../../src/activities/knowledge.ts";
import { readState, updateState } from "../../src/activities/memory.ts";
import type { EvacuateRequest } from "../../src/activities/start-evacuation.ts";
import type { EstateState, Hold } from "../../src/domain/hold.ts";
import { describeMembers } from "../../src/domain/routing.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { Convergence } from "../../src/domain/run.ts";
import { regionVerdict, stateWith } from "../support/builders.ts";
import type { FakeDeps } from "../support/fake-deps.ts";

/** Reads capacity and routing, so that the admission test has something to go by. */
export async function know(deps: FakeDeps): Promise<FakeDeps> {
  await learn(deps);
  return deps;
}

export async function setState(deps: FakeDeps, holds: readonly Hold[], changes: Partial<EstateState> = {}): Promise<void> {
  await updateState(deps, (state) => ({ state: { ...state, ...stateWith(holds), ...changes }, result: null }));
}

export async function stateOf(deps: FakeDeps): Promise<EstateState> {
  return (await readState(deps)).value;
}

export function verdictsWith(deps: FakeDeps, ...failing: readonly string[]): readonly RegionVerdict[] {
  return deps.estate.regions.map(({ name }) => regionVerdict(name, failing.includes(name) ? "failing" : "healthy"));
}

export function evacuation(region: string, changes: Partial<EvacuateRequest> = {}): EvacuateRequest {
  return { region, scope: null, mode: "ungraceful", share: 0, initiator: "automatic", reason: "it fails", ...changes };
}

/** `east p1, west p2`: the members of a gateway's pool in ARM. */
export function routing(deps: FakeDeps, gateway: string): string {
  return describeMembers(deps.pools.members(gateway)).replaceAll("foundry-", "");
}

/** `apim-east/gpt matched`, in the estate's order. */
export function states({ items }: Convergence): readonly string[] {
  return items.map((item) => `${item.target} ${item.state}`);
}

export function writes(calls: readonly string[]): readonly string[] {
  return calls.filter((call) => call.startsWith("write"));
}
