import { describe, it } from "vitest";
import type { DeploymentType, Estate } from "../../src/domain/estate.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { Symptom } from "../../src/domain/verdict.ts";
import {
  at,
  capacity,
  deployment,
  hold,
  hubToHub,
  mixedVerdict,
  regionOf,
  regionVerdict,
  stateWith,
  verdict,
} from "../support/builders.ts";
import { check, REGIONS, verdicts, type Row } from "./guard-rows.ts";

function typed(...types: readonly DeploymentType[]): Estate {
  return hubToHub(REGIONS, { deployments: types.map((deploymentType, i) => deployment(REGIONS[i] ?? "", { deploymentType })) });
}

const followed = (symptom: Symptom, since: number): RegionVerdict[] => [
  { ...regionVerdict("east"), foundry: verdict("failing", at(since), symptom), failing: ["gpt-east"] },
  regionVerdict("west", "failing"),
  regionVerdict("north"),
];
/** East fails, the named deployments by real requests alone. */
const byTraffic = (failingByTraffic: readonly string[]): RegionVerdict[] => [
  { ...regionVerdict("east", "failing"), failingByTraffic },
  regionVerdict("west"),
  regionVerdict("north"),
];
/** East fails by `symptom`; the others are healthy, and those named had a failed or slow probe just now. */
const wavering = (symptom: Symptom, ...waverers: readonly string[]): RegionVerdict[] => [
  { ...regionVerdict("east", "failing"), foundry: verdict("failing", at(0), symptom) },
  ...["west", "north"].map((region) => {
    const well = regionVerdict(region);
    const deployments = Object.entries(well.deployments).map(([id, own]) => [
      id,
      waverers.includes(region) ? { ...own, wavers: true } : own,
    ]);
    return { ...well, deployments: Object.fromEntries(deployments) };
  }),
];
const westLeft = stateWith([hold("west", 0, { since: at(100) })]);
const onlyWest = { estate: hubToHub(["east", "west"]), verdicts: [regionVerdict("east", "failing"), regionVerdict("west", "pressured")] };

describe("willMovingHelp", () => {
  it.each<Row>([
    ["others are well", {}, "passed", "2 deployments can take over: gpt-west, gpt-north"],
    ["one of those who take over is well", { verdicts: verdicts("failing", "failing", "healthy") }, "passed"],
    ["all of them fail alike", { verdicts: verdicts("failing", "failing", "failing") }, "refused", "the same fault everywhere"],
    ["all of them strain", { verdicts: verdicts("failing", "pressured", "pressured") }, "refused", "2 pressured"],
    [
      "it is slow, and all of them were slow just now",
      { verdicts: wavering("latency", "west", "north"), now: at(100) },
      "refused",
      "a probe of gpt-west, gpt-north failed or was slow; 140 s are left to show whether it is the same",
    ],
    [
      "a part of it fails, and of all of them a probe failed just now",
      { verdicts: wavering("partialFailure", "west", "north"), now: at(100) },
      "refused",
    ],
    [
      "it is slow for long enough, and all of them were slow just now",
      { verdicts: wavering("latency", "west", "north"), now: at(240) },
      "passed",
    ],
    [
      "a person may go where all of them were slow just now",
      { verdicts: wavering("latency", "west", "north"), now: at(100), initiator: "manual" },
      "passed",
    ],
    ["it is slow, and one of them was not", { verdicts: wavering("latency", "west"), now: at(100) }, "passed"],
    ["it answers nobody, and all of them had a blip just now", { verdicts: wavering("errors", "west", "north"), now: at(100) }, "passed"],
    ["none of them could be measured", { verdicts: verdicts("failing", "inconclusive", "misconfigured") }, "refused", "could be measured"],
    ["those who take over are not known of at all", { verdicts: verdicts("failing") }, "refused", "could be measured"],
    [
      "a part of the taker's region fails, and not what takes over",
      { verdicts: [regionVerdict("east", "failing"), mixedVerdict("west", { "gpt-west": "healthy", "mini-west": "failing" })] },
      "passed",
    ],
    [
      "a part of the taker's region fails, and what takes over was not measured",
      { verdicts: [regionVerdict("east", "failing"), mixedVerdict("west", { "gpt-west": "inconclusive", "mini-west": "failing" })] },
      "refused",
      "could be measured",
    ],
    [
      "another deployment of the taker's region was deleted",
      { verdicts: [regionVerdict("east", "failing"), mixedVerdict("west", { "gpt-west": "healthy", "mini-west": "misconfigured" })] },
      "passed",
    ],
    ["the routing is unknown", { routing: null }, "refused", "never been read"],
    ["nobody else serves its pools", { routing: { pools: [], origins: [] } }, "refused", "nothing can be moved"],
    ["the scope names nothing that is in a pool", { scope: ["mini-east"] }, "refused", "nothing can be moved"],
    [
      "the prober is refused: credentials go along",
      { verdicts: verdicts("misconfigured", "healthy", "healthy") },
      "refused",
      "not mended by moving",
    ],
    [
      "a person may leave a region that refuses the prober",
      { initiator: "manual", verdicts: verdicts("misconfigured", "healthy", "healthy") },
      "passed",
    ],
    ["it took over and now fails real requests", { state: westLeft, verdicts: followed("traffic", 400) }, "refused", "300 s later"],
    [
      "it took over and now fails some requests",
      { state: westLeft, verdicts: followed("partialFailure", 400) },
      "refused",
      "follows the traffic",
    ],
    ["it took over and now fails outright", { state: westLeft, verdicts: followed("errors", 400) }, "passed"],
    ["it took over longer ago than that counts", { state: westLeft, verdicts: followed("traffic", 1001) }, "passed"],
    ["it failed before it took over", { state: westLeft, verdicts: followed("traffic", 99) }, "passed"],
    ["real requests fail and no probe does", { verdicts: byTraffic(["gpt-east"]) }, "refused", "every probe of gpt-east is fine"],
    ["probes fail beside the real requests", { verdicts: byTraffic([]) }, "passed"],
    ["a person may leave a region whose real requests fail", { initiator: "manual", verdicts: byTraffic(["gpt-east"]) }, "passed"],
    [
      "the other region's hold moved nothing",
      { state: stateWith([hold("west", 1, { since: at(100) })]), verdicts: followed("traffic", 400) },
      "passed",
    ],
    [
      "it took nothing over from the other region",
      { state: westLeft, verdicts: followed("traffic", 400), routing: { pools: [], origins: [] } },
      "refused",
      "nothing can be moved",
    ],
    [
      "a strained global quota is the others' too",
      { estate: typed("GlobalStandard", "GlobalStandard", "GlobalStandard"), verdicts: verdicts("pressured", "healthy", "healthy") },
      "refused",
      "same exhausted quota",
    ],
    [
      "of a global quota nobody has anything left",
      { estate: typed("GlobalStandard", "GlobalStandard", "GlobalStandard"), capacity: capacity(hubToHub(), 1_000_000) },
      "refused",
      "same exhausted quota",
    ],
    ["a strained regional quota is its own", { verdicts: verdicts("pressured", "healthy", "healthy") }, "passed"],
    ["global deployments that are well", { estate: typed("GlobalStandard", "GlobalStandard", "GlobalStandard") }, "passed"],
    [
      "only global ones could take over, and one of them fails too",
      { estate: typed("GlobalStandard", "GlobalStandard", "GlobalStandard"), verdicts: verdicts("failing", "failing", "healthy") },
      "refused",
      "gpt-west is impaired too",
    ],
    [
      "only data-zone ones could take over, and one of them strains",
      { estate: typed("Standard", "DataZoneStandard", "DataZoneStandard"), verdicts: verdicts("failing", "pressured", "healthy") },
      "refused",
      "which Azure routes itself",
    ],
    [
      "a regional one can take over as well",
      { estate: typed("GlobalStandard", "GlobalStandard", "Standard"), verdicts: verdicts("failing", "failing", "healthy") },
      "passed",
    ],
    ["of two regions the other one strains", onlyWest, "refused", "1 pressured"],
    [
      "only the gateway is left, others work",
      { share: 1, verdicts: [regionVerdict("east", "healthy", "failing"), regionVerdict("west")] },
      "passed",
    ],
    [
      "only the gateway is left, and every other one fails",
      { share: 1, verdicts: REGIONS.map((region) => regionVerdict(region, "healthy", "failing")) },
      "refused",
      "none of the gateways of west, north",
    ],
    [
      "only the gateway is left, and no edge leads elsewhere",
      { share: 1, estate: hubToHub(REGIONS, { edges: [] }) },
      "refused",
      "no other gateway",
    ],
  ])("%s", check("willMovingHelp"));
});

const bounded = (...boundaries: readonly (string | null)[]): Estate =>
  hubToHub(REGIONS, { regions: REGIONS.map((name, i) => regionOf(name, boundaries[i] ?? null)) });

describe("dataResidency", () => {
  it.each<Row>([
    ["data that may go anywhere", { estate: bounded(null, "eu", "us") }, "passed"],
    ["everybody within the boundary", { estate: bounded("eu", "eu", "eu") }, "passed", "within eu"],
    ["one taker outside of it", { estate: bounded("eu", "eu", "us") }, "refused", "gpt-north in north"],
    ["a taker without a boundary is outside of any", { estate: bounded("eu", "eu", null) }, "refused", "gpt-north in north"],
    ["a person is refused too", { estate: bounded("eu", "eu", "us"), initiator: "manual" }, "refused"],
    [
      "a region that takes nothing over does not matter",
      { estate: bounded("eu", "eu", "us"), state: stateWith([hold("north", 0)]) },
      "passed",
    ],
    ["the routing is unknown", { estate: bounded("eu", "eu", "us"), routing: null }, "refused", "never been read"],
    ["the region is not the estate's", { estate: hubToHub(REGIONS, { regions: [] }) }, "refused", "does not say"],
    [
      "a bounded region never moves to global deployments",
      { estate: { ...typed("Standard", "GlobalStandard", "Standard"), regions: REGIONS.map((name) => regionOf(name, "eu")) } },
      "refused",
      "gpt-west (GlobalStandard)",
    ],
    [
      "unless it is on one itself",
      { estate: { ...typed("GlobalStandard", "GlobalStandard", "GlobalStandard"), regions: REGIONS.map((name) => regionOf(name, "eu")) } },
      "passed",
    ],
    [
      "data zones stay within",
      { estate: { ...typed("Standard", "DataZoneStandard", "Standard"), regions: REGIONS.map((name) => regionOf(name, "eu")) } },
      "passed",
    ],
    ["clients that leave the gateway for one outside", { estate: bounded("eu", "eu", "us"), share: 1 }, "refused", "apim-north in north"],
    [
      "clients that leave the gateway with the tokens",
      {
        estate: bounded("eu", "eu", "us"),
        state: stateWith([hold("north", 0)]),
        verdicts: [regionVerdict("east", "failing", "failing"), regionVerdict("west")],
      },
      "refused",
      "apim-north",
    ],
  ])("%s", check("dataResidency"));
});

const models = (...versions: readonly string[]): Estate =>
  hubToHub(REGIONS, {
    deployments: REGIONS.map((region, i) => deployment(region, { model: { name: "gpt-4o", version: versions[i] ?? "" } })),
  });
const substitute = { model: { name: "gpt-4o", version: "1" }, servedBy: { name: "gpt-4o", version: "2" } };

describe("modelParity", () => {
  it.each<Row>([
    ["the same model and version", { estate: models("1", "1", "1") }, "passed"],
    ["another version", { estate: models("1", "1", "2") }, "refused", "gpt-north has gpt-4o 2, gpt-east has gpt-4o 1"],
    [
      "an allowed substitute",
      { estate: { ...models("1", "1", "2"), safety: { ...hubToHub().safety, substitutes: [substitute] } } },
      "passed",
    ],
    [
      "a substitute works one way only",
      { estate: { ...models("2", "2", "1"), safety: { ...hubToHub().safety, substitutes: [substitute] } } },
      "refused",
    ],
    [
      "another name",
      { estate: hubToHub(REGIONS, { deployments: REGIONS.map((r) => deployment(r, { model: { name: r, version: "1" } })) }) },
      "refused",
    ],
    ["the routing is unknown", { routing: null }, "refused", "never been read"],
    ["only the gateway is left", { share: 1, estate: models("1", "1", "2") }, "passed", "no tokens move"],
  ])("%s", check("modelParity"));
});
