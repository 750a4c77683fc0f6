/** Random estates, normal routings and holds. Every region stands once in every pool, as in the estates this product is for. */
import fc from "fast-check";
import { priorityOf } from "../../src/domain/priorities.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { HoldLimits } from "../../src/domain/desired-routing.ts";
import { backendName, type PoolMember, type PoolRouting, type Routing } from "../../src/domain/routing.ts";
import { hubToHub, memberId, normalRouting } from "../support/builders.ts";

const REGIONS = ["east", "west", "north", "south", "far"] as const;

export interface Case {
  readonly estate: Estate;
  readonly normal: Routing;
  readonly holds: readonly HoldLimits[];
}

const weight = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
const priority = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });

function members(regions: readonly string[]): fc.Arbitrary<readonly PoolMember[]> {
  const one = fc.tuple(priority, weight);
  const fields = fc.array(one, { minLength: regions.length, maxLength: regions.length });
  return fields.map((all) =>
    all.map(([p, w], i) => ({
      id: memberId(regions[i] ?? ""),
      ...(p === undefined ? {} : { priority: p }),
      ...(w === undefined ? {} : { weight: w }),
    })),
  );
}

/** Headroom of every deployment, of some of them, or of nobody. */
const headrooms = (regions: readonly string[]): fc.Arbitrary<HoldLimits["takers"]> =>
  fc.option(fc.dictionary(fc.constantFrom(...regions.map((region) => `gpt-${region}`)), fc.integer({ min: 0, max: 1_000_000 })), {
    nil: null,
  });

function holdsOn(regions: readonly string[], takers: fc.Arbitrary<HoldLimits["takers"]>): fc.Arbitrary<readonly HoldLimits[]> {
  const share = fc.constantFrom(0, 0, 0.05, 0.25, 0.5, 0.75, 1);
  const origin = fc.constantFrom("enabled" as const, "disabled" as const);
  return fc
    .subarray([...regions])
    .chain((held) =>
      fc.tuple(...held.map((region) => fc.record({ region: fc.constant(region), scope: fc.constant(null), share, origin, takers }))),
    );
}

/** Holds that spread what leaves by normal weights. */
export const cases: fc.Arbitrary<Case> = casesWith(() => fc.constant(null));
/** Holds with takers, known or not. */
export const casesWithTakers: fc.Arbitrary<Case> = casesWith(headrooms);

function casesWith(takers: (regions: readonly string[]) => fc.Arbitrary<HoldLimits["takers"]>): fc.Arbitrary<Case> {
  return fc.integer({ min: 2, max: REGIONS.length }).chain((count) => {
    const regions = REGIONS.slice(0, count);
    const estate = hubToHub(regions);
    const pools = fc.tuple(
      ...estate.gateways.map((gate) => members(regions).map((all): PoolRouting => ({ gateway: gate.id, pool: "gpt", members: all }))),
    );
    const origins = normalRouting(estate).origins;
    return fc.record({
      estate: fc.constant(estate),
      normal: pools.map((all): Routing => ({ pools: all, origins })),
      holds: holdsOn(regions, takers(regions)),
    });
  });
}

/** The region that a member of these estates leads to. */
export function regionOf(member: PoolMember): string {
  return backendName(member.id).replace("foundry-", "");
}

/** Part of the pool's traffic that each region gets: worked out here from the documented meaning of priority and weight alone. */
export function trafficParts(all: readonly PoolMember[]): Readonly<Record<string, number>> {
  const best = Math.min(...all.map(priorityOf));
  const first = all.filter((member) => priorityOf(member) === best);
  const known = first.flatMap((member) => member.weight ?? []);
  const mean = known.length === 0 ? 1 : known.reduce((a, b) => a + b, 0) / known.length;
  const sum = first.reduce((total, member) => total + (member.weight ?? mean), 0);
  return Object.fromEntries(first.map((member) => [regionOf(member), (member.weight ?? mean) / sum]));
}
