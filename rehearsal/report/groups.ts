/** Which results stand side by side. */
import { AUTOMATIONS, type Automation, type Mode } from "../drill/job.ts";
import type { DrillResult } from "../drill/result.ts";
import { EDGE_PROBES, GATEWAY_POLICIES } from "../world.ts";

/** The same gateways and edge probe, with the automation in its different settings. */
export interface PolicyGroup {
  /** Usable in an element's id. */
  readonly key: string;
  readonly mode: Pick<Mode, "gateway" | "edge">;
  /** In the order on, recommend, off. */
  readonly results: readonly DrillResult[];
}

export function resultOf(group: PolicyGroup, automation: Automation): DrillResult | undefined {
  return group.results.find((result) => result.mode.automation === automation);
}

/** What the plots and timeline tell: automation on, else whatever there is. */
export function leading(group: PolicyGroup): DrillResult | undefined {
  return group.results[0];
}

function isUnscaled({ propagation, breaker }: Mode): boolean {
  return propagation === 1 && breaker === 1;
}

/** The grid at its first onset: a sweep's other onsets have a table of their own. */
export function policyGroups(results: readonly DrillResult[]): readonly PolicyGroup[] {
  const first = firstOnsets(results.filter((result) => isUnscaled(result.mode)));
  return GATEWAY_POLICIES.flatMap((gateway) =>
    EDGE_PROBES.map((edge) => {
      const own = first.filter(({ mode }) => mode.gateway === gateway && mode.edge === edge);
      const ordered = AUTOMATIONS.flatMap((automation) => own.filter(({ mode }) => mode.automation === automation));
      return { key: `${gateway}-${edge}`, mode: { gateway, edge }, results: ordered };
    }),
  ).filter((group) => group.results.length > 0);
}

/** Results with scaled constants, each after the one it is to be compared with. */
export function sensitivityRows(results: readonly DrillResult[]): readonly DrillResult[] {
  const scaled = firstOnsets(results.filter((result) => !isUnscaled(result.mode)));
  const bases = policyGroups(results).flatMap((group) => group.results);
  const known = bases.flatMap((base) => {
    const own = scaled.filter((result) => isSamePolicy(result.mode, base.mode));
    return own.length === 0 ? [] : [base, ...own];
  });
  return [...known, ...scaled.filter((result) => !known.includes(result))];
}

/** Per mode all its drills, where there are several: onsets, seeds, or both. */
export function sweeps(results: readonly DrillResult[]): readonly (readonly DrillResult[])[] {
  return [...byMode(results).values()].filter((drills) => drills.length > 1);
}

function firstOnsets(results: readonly DrillResult[]): readonly DrillResult[] {
  return [...byMode(results).values()].flatMap((onsets) =>
    onsets.toSorted((a, b) => a.onsetShiftSeconds - b.onsetShiftSeconds).slice(0, 1),
  );
}

function byMode(results: readonly DrillResult[]): ReadonlyMap<string, readonly DrillResult[]> {
  const modes = new Map<string, DrillResult[]>();
  for (const result of results) {
    const { automation, gateway, edge, propagation, breaker } = result.mode;
    const key = [automation, gateway, edge, propagation, breaker].join();
    modes.set(key, [...(modes.get(key) ?? []), result]);
  }
  return modes;
}

function isSamePolicy(a: Mode, b: Mode): boolean {
  return a.automation === b.automation && a.gateway === b.gateway && a.edge === b.edge;
}
