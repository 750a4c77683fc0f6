import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectDrift } from "../../src/domain/drift.ts";
import { desiredRouting } from "../../src/domain/desired-routing.ts";
import { samePoolMembers } from "../../src/domain/routing.ts";
import { backendName, type PoolMember } from "../../src/domain/routing.ts";
import { hubToHub, member } from "../support/builders.ts";

const NORMAL = [member("east", 1), member("west", 2), member("north", 2)];
const DRAINED = [member("west", 2), member("north", 2)];
const HALF = [member("east", 1, 50), member("west", 1, 25), member("north", 1, 25)];

describe("somebody else's change to a pool", () => {
  it.each<[rule: string, normal: PoolMember[], base: PoolMember[], theirs: PoolMember[], ours: PoolMember[]]>([
    ["as we left it", NORMAL, DRAINED, DRAINED, DRAINED],
    ["as captured, before our first write", NORMAL, NORMAL, NORMAL, DRAINED],
    ["already what we want", NORMAL, HALF, DRAINED, DRAINED],
    ["only in another order", NORMAL, DRAINED, [...DRAINED].reverse(), DRAINED],
    ["an id in another case", NORMAL, DRAINED, DRAINED.map((m) => ({ ...m, id: m.id.toUpperCase() })), DRAINED],
  ])("none: %s", (_rule, normal, base, theirs, ours) => {
    expect(detectDrift(normal, base, theirs, ours)).toEqual({ kind: "none" });
  });

  it.each<[rule: string, base: PoolMember[], theirs: PoolMember[], ours: PoolMember[], changed: string[], kept: PoolMember[]]>([
    ["a new member", DRAINED, [...DRAINED, member("far", 3)], DRAINED, ["foundry-far"], [...NORMAL, member("far", 3)]],
    [
      "a weight of a member that we leave alone",
      DRAINED,
      [member("west", 2, 10), member("north", 2)],
      DRAINED,
      ["foundry-west"],
      [member("east", 1), member("west", 2, 10), member("north", 2)],
    ],
    [
      "a removed member that we leave alone",
      DRAINED,
      [member("west", 2)],
      DRAINED,
      ["foundry-north"],
      [member("east", 1), member("west", 2)],
    ],
    [
      "a change before our first write",
      NORMAL,
      [member("east", 1), member("west", 3), member("north", 2)],
      DRAINED,
      ["foundry-west"],
      [member("east", 1), member("west", 3), member("north", 2)],
    ],
  ])("disjoint, kept in the normal routing: %s", (_rule, base, theirs, ours, changed, normal) => {
    expect(detectDrift(NORMAL, base, theirs, ours)).toEqual({ kind: "disjoint", changed, normal });
  });

  it.each<[rule: string, base: PoolMember[], theirs: PoolMember[], ours: PoolMember[], changed: string[]]>([
    ["the drained member was put back", DRAINED, NORMAL, DRAINED, ["foundry-east"]],
    [
      "the drained member was put back while we go on",
      HALF,
      [member("east", 1), member("west", 1, 25), member("north", 1, 25)],
      DRAINED,
      ["foundry-east"],
    ],
    [
      "the weight that we gave was changed",
      HALF,
      [member("east", 1, 50), member("west", 1, 99), member("north", 1, 25)],
      HALF,
      ["foundry-west"],
    ],
    [
      "a member that we are about to limit was removed",
      NORMAL,
      [member("west", 2), member("north", 2, 5)],
      HALF,
      ["foundry-east", "foundry-north"],
    ],
    ["ours and another one", DRAINED, [...NORMAL, member("far")], DRAINED, ["foundry-east", "foundry-far"]],
  ])("conflict: %s", (_rule, base, theirs, ours, changed) => {
    expect(detectDrift(NORMAL, base, theirs, ours)).toEqual({ kind: "conflict", changed });
  });
});

describe("any change", () => {
  const estate = hubToHub();
  const oursOf = (normal: readonly PoolMember[], share: number): readonly PoolMember[] =>
    desiredRouting(estate, { pools: [{ gateway: "apim-east", pool: "gpt", members: normal }], origins: [] }, [
      { region: "east", scope: null, share, origin: "enabled", takers: null },
    ]).routing.pools[0]?.members ?? [];
  const weights = fc.record({
    west: fc.integer({ min: 1, max: 100 }),
    north: fc.integer({ min: 1, max: 100 }),
    far: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  });

  it("to members that we leave alone is kept, now and after the restore", () => {
    fc.assert(
      fc.property(weights, fc.boolean(), ({ west, north, far }, written) => {
        const change = (members: readonly PoolMember[]): readonly PoolMember[] => [
          ...members.map((m) =>
            backendName(m.id) === "foundry-west"
              ? { ...m, weight: west }
              : backendName(m.id) === "foundry-north"
                ? { ...m, weight: north }
                : m,
          ),
          ...(far === undefined ? [] : [member("far", 3, far)]),
        ];
        const drift = detectDrift(NORMAL, written ? DRAINED : NORMAL, change(written ? DRAINED : NORMAL), DRAINED);
        if (drift.kind !== "disjoint") throw new Error(`it is ${drift.kind}`);
        expect(oursOf(drift.normal, 0)).toEqual(change(DRAINED));
        expect(oursOf(drift.normal, 1)).toEqual(change(NORMAL));
      }),
    );
  });

  it("to the member that we hold is never taken for none or disjoint, unless it is what we want", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 0.25, 0.5), fc.integer({ min: 1, max: 100 }), (share, weight) => {
        const ours = oursOf(NORMAL, share);
        const theirs = [member("east", 1, weight), ...ours.filter((m) => backendName(m.id) !== "foundry-east")];
        expect(detectDrift(NORMAL, ours, theirs, ours).kind).toBe(samePoolMembers(theirs, ours) ? "none" : "conflict");
      }),
    );
  });
});
