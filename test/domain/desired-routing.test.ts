import { describe, expect, it } from "vitest";
import { desiredRouting, type HoldLimits } from "../../src/domain/desired-routing.ts";
import { normalParts } from "../../src/domain/priorities.ts";
import { describeMembers } from "../../src/domain/routing.ts";
import type { OriginRouting, PoolMember } from "../../src/domain/routing.ts";
import { hubToHub, member, memberId, normalRouting } from "../support/builders.ts";

const estate = hubToHub(["east", "west", "north", "south"]);

const limits = (region: string, share: number, changes: Partial<HoldLimits> = {}): HoldLimits => ({
  region,
  scope: null,
  share,
  origin: "enabled",
  takers: null,
  ...changes,
});

function desired(members: readonly PoolMember[], ...holds: readonly HoldLimits[]): string {
  const { routing, unserved } = desiredRouting(estate, { pools: [{ gateway: "apim-east", pool: "gpt", members }], origins: [] }, holds);
  const text = describeMembers(routing.pools[0]?.members ?? []).replaceAll("foundry-", "");
  return unserved.length === 0 ? text : `${text} unserved`;
}

describe("a pool with a local member first and remote ones as fallback", () => {
  const pool = [member("east", 1), member("west", 2), member("north", 2)];
  it.each<[rule: string, holds: HoldLimits[], routing: string]>([
    ["no hold is normal, absent weights included", [], "east p1, west p2, north p2"],
    ["a hold at 100 % changes nothing", [limits("east", 1)], "east p1, west p2, north p2"],
    ["the drained member is absent, the fallback stays as it was", [limits("east", 0)], "west p2, north p2"],
    ["a limited first choice draws the fallback up beside it", [limits("east", 0.25)], "east p1 w25, west p1 w38, north p1 w37"],
    ["a drained fallback leaves the first choice alone", [limits("west", 0)], "east p1, north p2"],
    ["a limited fallback shares with its neighbour", [limits("west", 0.5)], "east p1, west p2 w25, north p2 w75"],
    [
      "of a limited and a free helper the free one takes the rest",
      [limits("east", 0.5), limits("west", 0.5)],
      "east p1 w50, west p1 w13, north p1 w37",
    ],
    ["two drained regions leave the third", [limits("east", 0), limits("west", 0)], "north p2"],
    [
      "when nobody is left it stays normal and says so",
      [limits("east", 0), limits("west", 0), limits("north", 0)],
      "east p1, west p2, north p2 unserved",
    ],
    [
      "when everybody is limited they share in proportion",
      [limits("east", 0.2), limits("west", 0.2), limits("north", 0.2)],
      "east p1 w20, west p1 w40, north p1 w40",
    ],
  ])("%s", (_rule, holds, routing) => {
    expect(desired(pool, ...holds)).toBe(routing);
  });
});

describe("a pool that spreads over all regions", () => {
  const pool = [member("east", 1, 50), member("west", 1, 30), member("north", 1, 20)];
  it.each<[rule: string, holds: HoldLimits[], routing: string]>([
    ["a drained member's traffic goes to the others in their own proportion", [limits("east", 0)], "west p1 w30, north p1 w20"],
    ["a limited member's traffic goes to the free ones in proportion", [limits("east", 0.5)], "east p1 w25, west p1 w45, north p1 w30"],
    ["only the free ones take over", [limits("east", 0.5), limits("west", 0.5)], "east p1 w25, west p1 w15, north p1 w60"],
    ["the least share is a weight of 1, never 0", [limits("north", 0.01)], "east p1 w62, west p1 w37, north p1 w1"],
  ])("%s", (_rule, holds, routing) => {
    expect(desired(pool, ...holds)).toBe(routing);
  });
});

describe("takers: what leaves goes to the others in proportion to their headroom", () => {
  const spread = [member("east", 1, 50), member("west", 1, 30), member("north", 1, 20)];
  const local = [member("east", 1), member("west", 2), member("north", 2)];
  const takers = { "gpt-west": 100, "gpt-north": 300 };
  it.each<[rule: string, pool: PoolMember[], holds: HoldLimits[], routing: string]>([
    [
      "beside what they carry anyway",
      spread,
      [limits("east", 0, { takers: { "gpt-west": 100, "gpt-north": 150 } })],
      "west p1 w50, north p1 w50",
    ],
    ["for a part that leaves as well", spread, [limits("east", 0.5, { takers })], "east p1 w25, west p1 w36, north p1 w39"],
    ["all of it by a fallback that is promoted", local, [limits("east", 0, { takers })], "west p2 w25, north p2 w75"],
    ["by helpers that join the first choice", local, [limits("east", 0.2, { takers })], "east p1 w20, west p1 w20, north p1 w60"],
    [
      "who has no room stays a fallback behind those who have",
      local,
      [limits("east", 0, { takers: { ...takers, "gpt-west": 0 } })],
      "west p2, north p1 w100",
    ],
    [
      "a helper without room does not join the first choice",
      local,
      [limits("east", 0.2, { takers: { ...takers, "gpt-west": 0 } })],
      "east p1 w20, west p2, north p1 w80",
    ],
    ["nobody's room known: by normal weights", local, [limits("east", 0, { takers: {} })], "west p2, north p2"],
    ["anybody's room unknown: by normal weights", spread, [limits("east", 0, { takers: { "gpt-west": 9 } })], "west p1 w30, north p1 w20"],
    [
      "no room at all: by normal weights",
      spread,
      [limits("east", 0, { takers: { "gpt-west": 0, "gpt-north": 0 } })],
      "west p1 w30, north p1 w20",
    ],
    ["a fallback that serves nobody keeps its weights", local, [limits("west", 0, { takers: { "gpt-north": 5 } })], "east p1, north p2"],
    [
      "of two holds the smaller headroom of each counts, in whatever order",
      [member("east", 1), member("west", 2), member("north", 2), member("south", 2)],
      [
        limits("east", 0, { takers: { "gpt-north": 100, "gpt-south": 300 } }),
        limits("west", 0, { takers: { "gpt-north": 300, "gpt-south": 300 } }),
      ],
      "north p2 w25, south p2 w75",
    ],
  ])("%s", (_rule, pool, holds, routing) => {
    expect(desired(pool, ...holds)).toBe(routing);
    expect(desired(pool, ...holds.toReversed())).toBe(routing);
  });
});

describe("scope: a hold on some deployments", () => {
  const pool = [member("east", 1), member("west", 2), member("north", 2)];
  it.each<[rule: string, scope: string[] | null, routing: string]>([
    ["limits those of it", ["gpt-east"], "west p2, north p2"],
    ["leaves the region's others alone", ["mini-east"], "east p1, west p2, north p2"],
    ["never limits another region's", ["gpt-west"], "east p1, west p2, north p2"],
    ["null limits them all", null, "west p2, north p2"],
  ])("%s", (_rule, scope, routing) => {
    expect(desired(pool, limits("east", 0, { scope }))).toBe(routing);
  });
});

describe("what Azure leaves out or somebody else set", () => {
  it.each<[rule: string, pool: PoolMember[], holds: HoldLimits[], routing: string]>([
    [
      "helpers of a first choice without a priority lose theirs",
      [member("east"), member("west", 2), member("north", 2)],
      [limits("east", 0.5)],
      "east w50, west w25, north w25",
    ],
    [
      "a member without a priority is a first choice, and keeps it absent beside one with priority 1",
      [member("east", 1), member("west"), member("north", 2)],
      [limits("east", 0.5)],
      "east p1 w25, west w75, north p2",
    ],
    [
      "a member without a weight counts as the mean",
      [member("east", 1, 40), member("west", 1, 20), member("north", 1)],
      [limits("east", 0)],
      "west p1 w20, north p1",
    ],
    [
      "weight 0 stays 0 when others take over",
      [member("east", 1, 50), member("west", 1, 50), member("north", 1, 0)],
      [limits("east", 0.5)],
      "east p1 w25, west p1 w75, north p1 w0",
    ],
    [
      "a member with weight 0 is nobody to take over",
      [member("east", 1, 100), member("north", 1, 0)],
      [limits("east", 0)],
      "east p1 w100, north p1 w0 unserved",
    ],
    [
      "a member that the estate does not know is never limited",
      [member("east", 1), member("elsewhere", 1)],
      [limits("east", 0)],
      "elsewhere p1",
    ],
    [
      "a third group stays where it is when the second joins the first",
      [member("east", 1), member("west", 2), member("north", 3)],
      [limits("east", 0.5)],
      "east p1 w50, west p1 w50, north p3",
    ],
  ])("%s", (_rule, pool, holds, routing) => {
    expect(desired(pool, ...holds)).toBe(routing);
  });

  it("members are found by the backend's name, whatever the case ARM writes", () => {
    const shouting = { id: memberId("east").toUpperCase(), priority: 1 };
    expect(desired([shouting, member("west", 1)], limits("east", 0))).toBe("west p1");
  });
});

describe("origins", () => {
  const { origins } = normalRouting(hubToHub());
  const enabled = (normal: readonly OriginRouting[], ...holds: readonly HoldLimits[]): { on: string[]; unserved: readonly string[] } => {
    const { routing, unserved } = desiredRouting(estate, { pools: [], origins: normal }, holds);
    return { on: routing.origins.flatMap((origin) => (origin.enabled ? [origin.origin] : [])), unserved };
  };

  it("a hold disables the origins of its region only when it says so", () => {
    expect(enabled(origins, limits("east", 0)).on).toEqual(["apim-east", "apim-west", "apim-north"]);
    expect(enabled(origins, limits("east", 1, { origin: "disabled" }))).toEqual({ on: ["apim-west", "apim-north"], unserved: [] });
  });

  it("the last enabled origin of a group stays, and is reported", () => {
    const all = ["east", "west", "north"].map((region) => limits(region, 1, { origin: "disabled" }));
    expect(enabled(origins, ...all)).toEqual({ on: ["apim-east", "apim-west", "apim-north"], unserved: ["fd/gateways"] });
  });

  it("an origin that was disabled before stays disabled", () => {
    const before = origins.map((origin) => ({ ...origin, enabled: origin.origin !== "apim-west" }));
    expect(enabled(before, limits("east", 1, { origin: "disabled" })).on).toEqual(["apim-north"]);
    expect(enabled(before).on).toEqual(["apim-east", "apim-north"]);
  });
});

describe("normal parts", () => {
  it.each<[rule: string, members: PoolMember[], parts: number[]]>([
    ["equal without weights", [member("east"), member("west")], [0.5, 0.5]],
    ["by weight", [member("east", 1, 30), member("west", 1, 10)], [0.75, 0.25]],
    ["by group", [member("east", 1, 30), member("west", 2, 10)], [1, 1]],
    ["all zero is equal", [member("east", 1, 0), member("west", 1, 0)], [0.5, 0.5]],
  ])("%s", (_rule, members, parts) => {
    expect(normalParts(members)).toEqual(parts);
  });
});
