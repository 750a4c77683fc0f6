import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { desiredRouting } from "../../src/domain/desired-routing.ts";
import { priorityOf } from "../../src/domain/priorities.ts";
import { changeHold, closeEpisode, EMPTY_STATE, placeHold, releaseHold } from "../../src/domain/hold.ts";
import { backendName, type PoolRouting, type Routing } from "../../src/domain/routing.ts";
import { T0 } from "../support/builders.ts";
import { cases, casesWithTakers, regionOf, trafficParts, type Case } from "./arbitraries.ts";

const RUNS = { numRuns: 200 };

function check(property: (given: Case) => void): void {
  fc.assert(fc.property(fc.oneof(cases, casesWithTakers), property), RUNS);
}

/** Calls back with each pool before and after. */
function eachPool({ estate, normal, holds }: Case, look: (before: PoolRouting, after: PoolRouting, unserved: boolean) => void): void {
  const { routing, unserved } = desiredRouting(estate, normal, holds);
  expect(routing.pools).toHaveLength(normal.pools.length);
  normal.pools.forEach((before, i) => {
    const after = routing.pools[i];
    if (after === undefined) throw new Error("a pool was lost");
    look(before, after, unserved.includes(`${before.gateway}/${before.pool}`));
  });
}

const shareOf = ({ holds }: Case, region: string): number => holds.find((hold) => hold.region === region)?.share ?? 1;

describe("desired routing", () => {
  it("with no holds is exactly the normal routing, key for key", () => {
    check(({ estate, normal }) => {
      expect(desiredRouting(estate, normal, [])).toStrictEqual({ routing: normal, unserved: [] });
      expect(JSON.stringify(desiredRouting(estate, normal, []).routing)).toBe(JSON.stringify(normal));
    });
  });

  it("never leaves a pool empty", () => {
    check((given) => eachPool(given, (_before, after) => expect(after.members.length).toBeGreaterThan(0)));
  });

  it("has no drained member, all others in their order, unless nobody could serve", () => {
    check((given) =>
      eachPool(given, (before, after, unserved) => {
        const kept = before.members.map(regionOf).filter((region) => shareOf(given, region) > 0);
        expect(unserved).toBe(kept.length === 0);
        expect(after.members.map(regionOf)).toEqual(unserved ? before.members.map(regionOf) : kept);
      }),
    );
  });

  it("gives every member an integer weight from 1 to 100, or the one it had", () => {
    check((given) =>
      eachPool(given, (before, after) => {
        for (const member of after.members) {
          const old = before.members.find((other) => backendName(other.id) === backendName(member.id));
          if (member.weight !== undefined && member.weight !== old?.weight)
            expect(Number.isInteger(member.weight) && member.weight >= 1 && member.weight <= 100).toBe(true);
        }
      }),
    );
  });

  it("never moves a member behind its normal priority", () => {
    check((given) =>
      eachPool(given, (before, after) => {
        for (const member of after.members) {
          const old = before.members.find((other) => backendName(other.id) === backendName(member.id));
          expect(priorityOf(member)).toBeLessThanOrEqual(old === undefined ? 0 : priorityOf(old));
        }
      }),
    );
  });

  it("gives a held first choice its share of its normal traffic, whenever somebody else may carry the rest", () => {
    check((given) =>
      eachPool(given, (before, after, unserved) => {
        if (unserved || before.members.every((member) => shareOf(given, regionOf(member)) < 1)) return;
        const [was, is] = [trafficParts(before.members), trafficParts(after.members)];
        // Largest remainder and the least weight of 1 shift at most one point for each member.
        const rounding = before.members.length / 100;
        for (const [region, part] of Object.entries(was)) {
          if (shareOf(given, region) < 1) expect(Math.abs((is[region] ?? 0) - part * shareOf(given, region))).toBeLessThanOrEqual(rounding);
        }
      }),
    );
  });

  it("takes no traffic from a first choice without a hold", () => {
    check((given) =>
      eachPool(given, (before, after) => {
        // What a missing weight means beside present ones is not documented: such a group is left as it is, and promises nothing.
        if (new Set(before.members.map((member) => member.weight === undefined)).size > 1) return;
        const [was, is] = [trafficParts(before.members), trafficParts(after.members)];
        for (const [region, part] of Object.entries(was)) {
          if (shareOf(given, region) === 1) expect(is[region] ?? 0).toBeGreaterThanOrEqual(part - before.members.length / 100);
        }
      }),
    );
  });

  it("is the same for the same holds, in any order", () => {
    check(({ estate, normal, holds }) => {
      const once = desiredRouting(estate, normal, holds);
      expect(desiredRouting(estate, normal, holds)).toStrictEqual(once);
      expect(desiredRouting(estate, normal, holds.toReversed())).toStrictEqual(once);
    });
  });

  it("without takers, of drained regions applied to itself changes nothing", () => {
    const property = ({ estate, normal, holds }: Case): void => {
      const drained = holds.map((hold) => ({ ...hold, share: hold.share < 1 ? 0 : 1 }));
      const once = desiredRouting(estate, normal, drained);
      if (once.unserved.length === 0) expect(desiredRouting(estate, once.routing, drained).routing).toStrictEqual(once.routing);
    };
    fc.assert(fc.property(cases, property), RUNS);
  });

  it("gives what leaves to the free ones in proportion to their headroom, as whole points allow", () => {
    const known = (given: Case, region: string): number | null => {
      const all = given.holds.flatMap((hold) => (hold.share < 1 ? (hold.takers?.[`gpt-${region}`] ?? []) : []));
      return all.length === 0 ? null : Math.min(...all);
    };
    const property = (given: Case): void =>
      eachPool(given, (before, after, unserved) => {
        const [was, is] = [trafficParts(before.members), trafficParts(after.members)];
        const free = Object.keys(is).filter((region) => shareOf(given, region) === 1);
        const rooms = free.map((region) => known(given, region));
        const room = rooms.reduce<number>((sum, value) => sum + (value ?? 0), 0);
        const gained = free.map((region) => (is[region] ?? 0) - (was[region] ?? 0));
        const gain = gained.reduce((sum, value) => sum + value, 0);
        // Groups that kept their members keep their weights, whatever these are.
        const moved = before.members.some((member) => (was[regionOf(member)] ?? 0) > 0 && shareOf(given, regionOf(member)) < 1);
        if (unserved || !moved || room === 0 || rooms.includes(null)) return;
        free.forEach((region, i) => {
          expect(Math.abs((gained[i] ?? 0) - (gain * (rooms[i] ?? 0)) / room), `${region} of ${JSON.stringify(rooms)}`).toBeLessThanOrEqual(
            (2 * before.members.length) / 100,
          );
        });
      });
    fc.assert(fc.property(casesWithTakers, property), { numRuns: 500 });
  });

  it("after one of several holds is released is exactly what the others alone would give, and normal after the last", () => {
    check(({ estate, normal, holds }) => {
      const placed = holds.reduce((state, { region, share, origin, takers }) => {
        const goal = {
          region,
          scope: null,
          takers,
          approval: null,
          mode: "ungraceful",
          targetShare: share,
          initiator: "manual",
          reason: "",
          now: T0,
        } as const;
        return changeHold(placeHold(state, goal).state, region, { share, origin }, T0);
      }, EMPTY_STATE);
      const all = holds.map((hold) => hold.region);
      all.reduce((state, region, i) => {
        const next = releaseHold(state, region, T0);
        const alone = holds.filter((hold) => all.indexOf(hold.region) > i);
        expect(desiredRouting(estate, normal, next.holds)).toStrictEqual(desiredRouting(estate, normal, alone));
        return next;
      }, placed);
      const empty = closeEpisode({ ...placed, holds: [] });
      expect(desiredRouting(estate, normal, empty.holds).routing).toStrictEqual(normal);
    });
  });

  it("never disables the last enabled origin of a group, and never enables one", () => {
    check(({ estate, normal, holds }) => {
      const { origins } = desiredRouting(estate, normal, holds).routing;
      expect(origins.some((origin) => origin.enabled)).toBe(true);
      const before: Routing = { ...normal, origins: normal.origins.map((origin, i) => ({ ...origin, enabled: i % 2 === 1 })) };
      desiredRouting(estate, before, holds).routing.origins.forEach((origin, i) => expect(!origin.enabled || i % 2 === 1).toBe(true));
    });
  });
});
