import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit, partOf } from "../../src/domain/admission.ts";
import { p95, quotaPools, UNKNOWN_CAPACITY } from "../../src/domain/capacity.ts";
import { desiredRouting, type HoldLimits } from "../../src/domain/desired-routing.ts";
import { quotaPoolOf } from "../../src/domain/topology.ts";
import { capacity, deployment, hubAndSpoke, hubToHub, member, normalRouting } from "../support/builders.ts";
import { trafficParts } from "./arbitraries.ts";

const estate = hubToHub();
const normal = normalRouting(estate);
const limits = (region: string, share: number): HoldLimits => ({ region, share, origin: "enabled" });

describe("admission: the part of a region's tokens that the others can carry", () => {
  it.each<[rule: string, demand: Record<string, number | null>, holds: HoldLimits[], share: number | null]>([
    ["room for everything lets everything move", { "gpt-east": 800_000, "gpt-west": 100_000, "gpt-north": 100_000 }, [], 1],
    // Half of 800 k goes to each of the two; west has 200 k left.
    ["the tightest survivor decides", { "gpt-east": 800_000, "gpt-west": 800_000, "gpt-north": 100_000 }, [], 0.5],
    ["a full survivor lets nothing move", { "gpt-east": 800_000, "gpt-west": 1_000_000, "gpt-north": 0 }, [], 0],
    ["a survivor beyond its limit counts as full, not as negative", { "gpt-east": 800_000, "gpt-west": 1_200_000, "gpt-north": 0 }, [], 0],
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
      { "gpt-east": 800_000, "gpt-west": 800_000, "gpt-north": 100_000 },
      [limits("east", 0.25)],
      0.5,
    ],
  ])("%s", (_rule, demand, holds, share) => {
    expect(admit(estate, normal, holds, "east", { ...UNKNOWN_CAPACITY, demand }).maxSafeShare).toBe(share);
  });

  it("a limit that Azure does not tell and the estate does not state is unknown, neither zero nor infinite", () => {
    const silent = hubToHub(["east", "west"], { deployments: [deployment("east"), deployment("west", { tokensPerMinute: null })] });
    const found = admit(silent, normalRouting(silent), [], "east", capacity(silent, 1000));
    expect(found).toMatchObject({ maxSafeShare: null, demand: 1000 });
    expect(found.reason).toContain("the headroom of");
    expect(admit(silent, normalRouting(silent), [], "east", capacity(silent, 1000, { limits: { "gpt-west": 500 } })).maxSafeShare).toBe(0);
  });

  it("a region whose pools nobody else serves cannot be left: nothing may move", () => {
    const alone = normal.pools.map((pool) => ({ ...pool, members: pool.members.slice(0, 1) }));
    const region = estate.regions[0]?.name ?? "";
    const found = admit(estate, { pools: alone.slice(0, 1), origins: [] }, [], region, capacity(estate, 1000));
    expect(found).toMatchObject({ maxSafeShare: 0, reason: `nobody else serves the pools of ${region}` });
  });

  it("keeps the reserve of each survivor free", () => {
    const careful = hubToHub(["east", "west"], { safety: { reserveShare: 0.1 } });
    const demand = { "gpt-east": 1_000_000, "gpt-west": 400_000 };
    expect(admit(careful, normalRouting(careful), [], "east", { ...UNKNOWN_CAPACITY, demand }).maxSafeShare).toBeCloseTo(0.5);
  });

  it.each<[rule: string, holds: HoldLimits[], share: number]>([
    ["of the region that is left", [], 0.5],
    ["of a region that is held", [limits("north", 0)], 0.25],
  ])("a global quota's part that is allocated to the deployment %s helps nobody", (_rule, holds, share) => {
    const deployments = ["east", "west", "north"].map((r) => deployment(r, { deploymentType: "GlobalStandard" }));
    const global = hubToHub(["east", "west", "north"], { deployments });
    // West and north have 100 k left each, east would leave 600 k of its own limit behind; north's share is its own when it is held.
    const demand = { "gpt-east": 400_000, "gpt-west": 900_000, "gpt-north": 900_000 };
    expect(admit(global, normalRouting(global), holds, "east", { ...UNKNOWN_CAPACITY, demand }).maxSafeShare).toBe(share);
  });

  it("says who is tight, with the numbers", () => {
    const demand = { "gpt-east": 800_000, "gpt-west": 800_000, "gpt-north": 100_000 };
    expect(admit(estate, normal, [], "east", { ...UNKNOWN_CAPACITY, demand }).reason).toBe(
      "east carries 800000 TPM; 00000000-0000-0000-0000-000000000001/west/gpt-4o/Standard would receive 400000 of its 200000 TPM headroom; 50 % may move",
    );
  });

  it("a hub's pool counts once, whatever the number of gateways", () => {
    const hub = hubAndSpoke();
    const found = admit(hub, normalRouting(hub), [], "east", capacity(hub, 400_000));
    expect(found.survivors.map(({ receives, headroom }) => [Math.round(receives), headroom])).toEqual([
      [200_000, 600_000],
      [200_000, 600_000],
    ]);
  });

  it("never lets more tokens into a quota pool than its headroom", () => {
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
        const { maxSafeShare } = admit(estate, routing, [], "east", known);
        if (maxSafeShare === null) throw new Error("everything is known");
        const moved = desiredRouting(estate, routing, [limits("east", 1 - maxSafeShare)]).routing.pools[0];
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

describe("quota pools", () => {
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
