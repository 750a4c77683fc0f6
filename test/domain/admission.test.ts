import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit, partOf, type Move } from "../../src/domain/admission.ts";
import { demandOf, headroomOf, limitOf, p95, quotaPools, UNKNOWN_CAPACITY, type Capacity } from "../../src/domain/capacity.ts";
import { desiredRouting, type HoldLimits } from "../../src/domain/desired-routing.ts";
import { quotaPoolOf } from "../../src/domain/topology.ts";
import { capacity, deployment, hubAndSpoke, hubToHub, member, normalRouting } from "../support/builders.ts";
import { trafficParts } from "./arbitraries.ts";

const estate = hubToHub();
const normal = normalRouting(estate);
const limits = (region: string, share: number, takers: HoldLimits["takers"] = null): HoldLimits => ({
  region,
  scope: null,
  share,
  origin: "enabled",
  takers,
});
const EAST: Move = { region: "east", scope: null };

describe("admission: the part of a region's tokens that the others can carry", () => {
  it.each<[rule: string, demand: Record<string, number | null>, holds: HoldLimits[], share: number | null]>([
    ["room for everything lets everything move", { "gpt-east": 800_000, "gpt-west": 100_000, "gpt-north": 100_000 }, [], 1],
    // West has 100 k left and north 300 k: a quarter and three quarters of what leaves go to them.
    ["the others' headroom together decides", { "gpt-east": 800_000, "gpt-west": 900_000, "gpt-north": 700_000 }, [], 0.5],
    ["a full survivor is spared, and the free one takes all", { "gpt-east": 800_000, "gpt-west": 1_000_000, "gpt-north": 0 }, [], 1],
    ["when all survivors are full nothing moves", { "gpt-east": 800_000, "gpt-west": 1_000_000, "gpt-north": 1_000_000 }, [], 0],
    [
      "a survivor beyond its limit counts as full, not as negative",
      { "gpt-east": 800_000, "gpt-west": 1_200_000, "gpt-north": 600_000 },
      [],
      0.5,
    ],
    ["a region without traffic can move whole", { "gpt-east": 0, "gpt-west": 1_000_000, "gpt-north": 0 }, [], 1],
    ["an unknown demand of the region is unknown", { "gpt-east": null, "gpt-west": 0, "gpt-north": 0 }, [], null],
    ["an unknown demand of a survivor is unknown", { "gpt-east": 800_000, "gpt-west": null, "gpt-north": 0 }, [], null],
    [
      "a region that is held itself takes nothing over",
      { "gpt-east": 800_000, "gpt-west": 0, "gpt-north": 600_000 },
      [limits("west", 0)],
      0.5,
    ],
    [
      "the region's own hold does not count",
      { "gpt-east": 800_000, "gpt-west": 900_000, "gpt-north": 700_000 },
      [limits("east", 0.25)],
      0.5,
    ],
  ])("%s", (_rule, demand, holds, share) => {
    const found = admit(estate, normal, holds, EAST, { ...UNKNOWN_CAPACITY, demand }).maxSafeShare;
    if (share === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(share, 2);
  });

  it("who fails or strains takes nothing over, whatever its headroom", () => {
    const demand = { "gpt-east": 500_000, "gpt-west": 0, "gpt-north": 500_000 };
    const found = admit(estate, normal, [], { ...EAST, impaired: new Set(["gpt-west"]) }, { ...UNKNOWN_CAPACITY, demand });
    expect(found.takers).toEqual({ "gpt-west": 0, "gpt-north": 500_000 });
    expect(found.survivors.map((survivor) => survivor.deployment)).toEqual(["gpt-north"]);
  });

  it("names what would stay unserved, by deployment", () => {
    const demand = { "gpt-east": 800_000, "gpt-west": 900_000, "gpt-north": 700_000 };
    expect(admit(estate, normal, [], EAST, { ...UNKNOWN_CAPACITY, demand }).shed).toEqual([
      { deployment: "gpt-east", tokensPerMinute: 400_000 },
    ]);
    expect(admit(estate, normal, [], EAST, capacity(estate, 1000)).shed).toEqual([]);
  });

  it("moves only what the scope names: its demand, and its pools", () => {
    const mini = deployment("east", { id: "mini-east", resourceId: `${deployment("east").resourceId}-mini` });
    const both = hubToHub(undefined, { deployments: [...estate.deployments, mini] });
    const known = { ...UNKNOWN_CAPACITY, demand: { ...capacity(estate, 100_000).demand, "mini-east": 700_000 } };
    expect(admit(both, normal, [], EAST, known).demand).toBe(800_000);
    expect(admit(both, normal, [], { region: "east", scope: ["gpt-east"] }, known)).toMatchObject({ demand: 100_000, maxSafeShare: 1 });
    // No pool lists the other one: nobody receives anything.
    expect(admit(both, normal, [], { region: "east", scope: ["mini-east"] }, known)).toMatchObject({
      demand: 700_000,
      survivors: [],
      takers: {},
    });
  });

  it("a limit that Azure does not tell and the estate does not state is unknown, neither zero nor infinite", () => {
    const silent = hubToHub(["east", "west"], { deployments: [deployment("east"), deployment("west", { tokensPerMinute: null })] });
    const found = admit(silent, normalRouting(silent), [], EAST, capacity(silent, 1000));
    expect(found).toMatchObject({ maxSafeShare: null, demand: 1000 });
    expect(found.reason).toContain("the headroom of");
    expect(admit(silent, normalRouting(silent), [], EAST, capacity(silent, 1000, { limits: { "gpt-west": 500 } })).maxSafeShare).toBe(0);
  });

  it("a region whose pools nobody else serves cannot be left: nothing may move", () => {
    const alone = normal.pools.map((pool) => ({ ...pool, members: pool.members.slice(0, 1) }));
    const found = admit(estate, { pools: alone.slice(0, 1), origins: [] }, [], EAST, capacity(estate, 1000));
    expect(found).toMatchObject({
      maxSafeShare: 0,
      reason: "nobody else serves the pools of east",
      shed: [{ deployment: "gpt-east", tokensPerMinute: 1000 }],
    });
  });

  it("keeps the reserve of each survivor free", () => {
    const careful = hubToHub(["east", "west"], { safety: { reserveShare: 0.1 } });
    const demand = { "gpt-east": 1_000_000, "gpt-west": 400_000 };
    expect(admit(careful, normalRouting(careful), [], EAST, { ...UNKNOWN_CAPACITY, demand }).maxSafeShare).toBeCloseTo(0.5);
  });

  it.each<[rule: string, holds: HoldLimits[], share: number]>([
    ["of the region that is left", [], 0.5],
    ["of a region that is held", [limits("north", 0)], 0.25],
  ])("a global quota's part that is allocated to the deployment %s helps nobody", (_rule, holds, share) => {
    const deployments = ["east", "west", "north"].map((r) => deployment(r, { deploymentType: "GlobalStandard" }));
    const global = hubToHub(["east", "west", "north"], { deployments });
    // West and north have 100 k left each, east would leave 600 k of its own limit behind; north's share is its own when it is held.
    const demand = { "gpt-east": 400_000, "gpt-west": 900_000, "gpt-north": 900_000 };
    expect(admit(global, normalRouting(global), holds, EAST, { ...UNKNOWN_CAPACITY, demand }).maxSafeShare).toBeCloseTo(share, 10);
  });

  it("says who is tight, with the numbers", () => {
    const demand = { "gpt-east": 800_000, "gpt-west": 900_000, "gpt-north": 700_000 };
    expect(admit(estate, normal, [], EAST, { ...UNKNOWN_CAPACITY, demand }).reason).toBe(
      "east carries 800000 TPM; gpt-west would receive 200000 of its 100000 TPM headroom; 50 % may move",
    );
  });

  it("a hub's pool counts once, whatever the number of gateways", () => {
    const hub = hubAndSpoke();
    const found = admit(hub, normalRouting(hub), [], EAST, capacity(hub, 400_000));
    expect(found.survivors.map(({ receives, headroom }) => [Math.round(receives), headroom])).toEqual([
      [200_000, 600_000],
      [200_000, 600_000],
    ]);
  });

  it("never lets more tokens into a deployment than its headroom", () => {
    const tokens = fc.integer({ min: 0, max: 1_000_000 });
    const weights = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(fc.tuple(tokens, tokens, tokens), weights, ([east, west, north], [w, n]) => {
        const routing = {
          ...normal,
          pools: normal.pools.map((pool) =>
            pool.gateway === "apim-east" ? { ...pool, members: [member("east", 1), member("west", 2, w), member("north", 2, n)] } : pool,
          ),
        };
        const known = { ...UNKNOWN_CAPACITY, demand: { "gpt-east": east, "gpt-west": west, "gpt-north": north } };
        const { maxSafeShare, takers } = admit(estate, routing, [], EAST, known);
        if (maxSafeShare === null) throw new Error("everything is known");
        const moved = desiredRouting(estate, routing, [limits("east", 1 - maxSafeShare, takers)]).routing.pools[0];
        const parts = trafficParts(moved?.members ?? []);
        for (const [region, demand] of [
          ["west", west],
          ["north", north],
        ] as const) {
          // Weights are whole points, and a present member carries at least one of them.
          expect((parts[region] ?? 0) * east).toBeLessThanOrEqual(1_000_000 - demand + 0.02 * east);
        }
      }),
    );
  });
});

describe("what is known of a deployment", () => {
  const of = (changes: Partial<Capacity>): Capacity => ({ ...UNKNOWN_CAPACITY, ...changes });
  const reading = (limit: number, used: number): Capacity["limiter"] => ({ "gpt-east": { limit, used, at: "2026-01-05T00:00:00.000Z" } });

  it.each<[rule: string, changes: Partial<Capacity>, stated: number | null, limit: number | null]>([
    ["nobody tells", {}, null, null],
    ["the estate states it", {}, 900, 900],
    ["ARM wins over the estate, upwards too", { limits: { "gpt-east": 1000 } }, 900, 1000],
    ["a limiter that is stricter than ARM wins", { limits: { "gpt-east": 1000 }, limiter: reading(400, 0) }, 900, 400],
    ["a limiter that is laxer does not", { limits: { "gpt-east": 1000 }, limiter: reading(4000, 0) }, 900, 1000],
    ["the limiter alone", { limiter: reading(400, 0) }, null, 400],
  ])("limit: %s", (_rule, changes, tokensPerMinute, limit) => {
    expect(limitOf(deployment("east", { tokensPerMinute }), of(changes))).toBe(limit);
  });

  it.each<[rule: string, changes: Partial<Capacity>, demand: number | null]>([
    ["nothing was measured", {}, null],
    ["what was measured", { demand: { "gpt-east": 100 } }, 100],
    ["the limiter's count is higher", { demand: { "gpt-east": 100 }, limiter: reading(1, 300) }, 300],
    ["the limiter's count is lower", { demand: { "gpt-east": 100 }, limiter: reading(1, 30) }, 100],
    ["the limiter alone", { limiter: reading(1, 30) }, 30],
    ["more is usual at this time of the day", { demand: { "gpt-east": 100 }, usual: { "gpt-east": 700 } }, 700],
    ["less is usual", { demand: { "gpt-east": 100 }, usual: { "gpt-east": 70 } }, 100],
    ["what is usual is no measurement", { usual: { "gpt-east": 700 } }, null],
  ])("demand: %s", (_rule, changes, demand) => {
    expect(demandOf("gpt-east", of(changes))).toBe(demand);
  });

  it.each<[rule: string, changes: Partial<Capacity>, headroom: number | null]>([
    ["limit less reserve less demand", { demand: { "gpt-east": 500_000 } }, 400_000],
    ["never negative", { demand: { "gpt-east": 950_000 } }, 0],
    ["unknown without a demand", {}, null],
  ])("headroom: %s", (_rule, changes, headroom) => {
    expect(headroomOf(hubToHub(undefined, { safety: { reserveShare: 0.1 } }), of(changes), "gpt-east")).toBe(headroom);
  });

  it("headroom of a deployment that the estate does not have is unknown", () => {
    expect(headroomOf(estate, capacity(estate, 1), "elsewhere")).toBeNull();
  });
});

describe("quota pools", () => {
  it("two entries with the same ARM id are one deployment", () => {
    const twice = hubToHub(["east"], {
      deployments: [deployment("east"), deployment("east", { id: "again", resourceId: deployment("east").resourceId.toUpperCase() })],
    });
    expect(quotaPools(twice, capacity(twice, 1000))).toMatchObject([
      { deployments: ["gpt-east", "again"], limit: 1_000_000, demand: 1000 },
    ]);
  });

  it.each<[rule: string, a: Parameters<typeof deployment>[1], b: Parameters<typeof deployment>[1], same: boolean]>([
    ["regional deployments of two regions are apart", { deploymentType: "Standard" }, { deploymentType: "Standard" }, false],
    ["global deployments share one", { deploymentType: "GlobalStandard" }, { deploymentType: "GlobalStandard" }, true],
    ["data-zone deployments share one", { deploymentType: "DataZoneStandard" }, { deploymentType: "DataZoneStandard" }, true],
    ["types are apart", { deploymentType: "GlobalStandard" }, { deploymentType: "DataZoneStandard" }, false],
    [
      "models are apart",
      { deploymentType: "GlobalStandard" },
      { deploymentType: "GlobalStandard", model: { name: "gpt-5", version: "1" } },
      false,
    ],
  ])("%s", (_rule, a, b, same) => {
    expect(quotaPoolOf(deployment("east", a)) === quotaPoolOf(deployment("west", b))).toBe(same);
  });

  it("what Azure tells of a rate limit wins over the estate's word", () => {
    const [east] = quotaPools(estate, capacity(estate, 100, { limits: { "gpt-east": 500 } }));
    expect(east).toMatchObject({ limit: 500, demand: 100, headroom: 400 });
  });

  it("one unknown makes the whole pool unknown", () => {
    const global = hubToHub(["east", "west"], {
      deployments: ["east", "west"].map((r) => deployment(r, { deploymentType: "GlobalStandard" })),
    });
    expect(quotaPools(global, { ...UNKNOWN_CAPACITY, demand: { "gpt-east": 10 } })).toMatchObject([
      { regions: ["east", "west"], limit: 2_000_000, demand: null, headroom: null },
    ]);
  });
});

it("a deployment's part is its part of the first choice", () => {
  const pool = normal.pools[0];
  if (pool === undefined) throw new Error("no pool");
  expect([partOf(estate, pool, "gpt-east"), partOf(estate, pool, "gpt-west")]).toEqual([1, 0]);
});

it.each<[rule: string, values: (number | null)[], result: number | null]>([
  ["nothing known is null", [null, null], null],
  ["unknown minutes are left out", [null, 5], 5],
  ["nearest rank of twenty is the nineteenth", Array.from({ length: 20 }, (_, i) => i + 1), 19],
  ["nearest rank of ten is the tenth", Array.from({ length: 10 }, (_, i) => 10 - i), 10],
])("95th percentile: %s", (_rule, values, result) => {
  expect(p95(values)).toBe(result);
});
