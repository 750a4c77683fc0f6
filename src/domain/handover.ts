/** Who takes over from whom when a region, or a part of it, is left: read off the routing before and after. */
import { desiredPool, type HoldLimits } from "./desired-routing.ts";
import type { Deployment, Estate } from "./estate.ts";
import { groupBy } from "./group.ts";
import { poolParts, poolsLeadingTo, type PoolShape } from "./pool-shapes.ts";
import type { Routing } from "./routing.ts";
import { movedDeployments } from "./topology.ts";

export interface Handover {
  /** Of each pool in which it happens. */
  readonly gateways: readonly string[];
  readonly from: Deployment;
  readonly to: Deployment;
  /** Part [0–1] of the demand of `from` that goes to `to`. */
  readonly part: number;
}

export interface Leaving {
  /** Nobody's traffic goes anywhere it did not go before. */
  readonly handovers: readonly Handover[];
  /** Part [0–1] by deployment id of the demand that stays because nobody else serves its pool. */
  readonly stranded: Readonly<Record<string, number>>;
  /** Whether any pool sends the moved deployments traffic. */
  readonly carries: boolean;
}

/** `routing` is the normal routing, `others` the holds of other regions; `leaving` limits what is left to nothing. */
export function leave(estate: Estate, routing: Routing, others: readonly HoldLimits[], leaving: HoldLimits): Leaving {
  const moved = movedDeployments(estate, leaving.region, leaving.scope);
  const flows = poolsLeadingTo(estate, routing, moved).flatMap(({ shape, own }) => flowsOf(shape, others, leaving, own));
  const byFrom = groupBy(flows, (flow) => flow.from);
  const totals = new Map([...byFrom].map(([from, own]) => [from, own.reduce((sum, flow) => sum + flow.part, 0)]));
  const shareOf = (flow: Flow): number => flow.part / (totals.get(flow.from) ?? 1);
  const strandedOf = (own: readonly Flow[]): number => own.reduce((sum, flow) => sum + (flow.isUnserved ? shareOf(flow) : 0), 0);
  return {
    carries: flows.length > 0,
    handovers: flows.flatMap((flow) => {
      const share = shareOf(flow);
      return flow.gains.map(({ to, gain }) => ({ gateways: flow.gateways, from: flow.from, to, part: share * gain }));
    }),
    stranded: Object.fromEntries([...byFrom].map(([from, own]) => [from.id, strandedOf(own)])),
  };
}

/**
 * Azure tells tokens per deployment, not per pool: a deployment's demand is attributed to the pools that list it as a first choice,
 * in proportion to its part there; what leaves a pool's member goes to the members that gain there, in proportion to their gain.
 */
interface Flow {
  readonly gateways: readonly string[];
  readonly from: Deployment;
  /** Part [0–1] of a pool's traffic, added up over the pools. */
  readonly part: number;
  readonly isUnserved: boolean;
  readonly gains: readonly { readonly to: Deployment; readonly gain: number }[];
}

function flowsOf(shape: PoolShape, others: readonly HoldLimits[], leaving: HoldLimits, moved: readonly Deployment[]): readonly Flow[] {
  const { leads, gateways } = shape;
  const before = partsUnder(shape, others);
  const from = moved.filter((deployment) => (before.get(deployment) ?? 0) > 0);
  if (from.length === 0) return [];
  const after = desiredPool(leads, [...others, leaving]);
  const isUnserved = after === "nobody";
  const grown: { readonly to: Deployment; readonly gain: number }[] = [];
  for (const [to, part] of isUnserved ? shape.parts : poolParts(after)) {
    const gain = part - (before.get(to) ?? 0);
    if (gain > 1e-9) grown.push({ to, gain });
  }
  const sum = grown.reduce((total, { gain }) => total + gain, 0);
  const gains = grown.map(({ to, gain }) => ({ to, gain: gain / sum }));
  return from.map((deployment) => ({
    gateways,
    from: deployment,
    part: (before.get(deployment) ?? 0) * gateways.length,
    isUnserved,
    gains,
  }));
}

/** A pool of which nothing would remain stays normal. */
function partsUnder({ leads, parts }: PoolShape, holds: readonly HoldLimits[]): PoolShape["parts"] {
  const under = holds.length === 0 ? leads : desiredPool(leads, holds);
  return under === leads || under === "nobody" ? parts : poolParts(under);
}
