import { expect, it } from "vitest";
import { estateWith, HUB_TO_HUB, issuesOf } from "./support.ts";

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers";
const GATEWAY_FORM = "must have the form /subscriptions/{uuid}/resourceGroups/{name}/providers/Microsoft.ApiManagement/service/{name}";
const CLASSIC_FORM = "must have the form /subscriptions/{uuid}/resourceGroups/{name}/providers/Microsoft.Network/frontDoors/{name}";
const REGIONS = "eastus2, swedencentral, japaneast";
const DEPLOYMENTS = "gpt-4o-eastus2, gpt-4o-swedencentral, gpt-4o-japaneast";
const GATEWAYS = "apim-eastus2, apim-swedencentral, apim-japaneast";

it("the example breaks no rule", () => {
  expect(issuesOf(HUB_TO_HUB)).toEqual([]);
});

const member = (backend: string, deployment: string): object => ({ backend, deployment });
const FOURTH_REGION = [...REGIONS.split(", "), "westus3"].map((name) => ({ name }));

it.each<[rule: string, changes: Record<string, unknown>, path: string, message: string, found: string]>([
  // References
  [
    "a deployment's region exists",
    { "deployments[1].region": "westus3" },
    "deployments[1].region",
    `must name a region of this file: ${REGIONS}`,
    '"westus3"',
  ],
  [
    "a gateway's region exists",
    { "gateways[1].region": "westus3" },
    "gateways[1].region",
    `must name a region of this file: ${REGIONS}`,
    '"westus3"',
  ],
  [
    "a member's deployment exists",
    { "gateways[0].pools[0].members[2].deployment": "gpt-5" },
    "gateways[0].pools[0].members[2].deployment",
    `must name a deployment of this file: ${DEPLOYMENTS}`,
    '"gpt-5"',
  ],
  [
    "an origin's gateway exists",
    { "edges[0].origins[1].gateway": "apim" },
    "edges[0].origins[1].gateway",
    `must name a gateway of this file: ${GATEWAYS}`,
    '"apim"',
  ],
  [
    "a region has a deployment or a gateway",
    { regions: FOURTH_REGION },
    "regions[3].name",
    "must have a deployment or a gateway",
    '"westus3"',
  ],

  // Uniqueness
  [
    "region names are unique",
    { "regions[1].name": "eastus2" },
    "regions[1].name",
    "must be unique: region stands at regions[0].name already",
    '"eastus2"',
  ],
  [
    "deployment ids are unique, whatever their case",
    { "deployments[1].id": "GPT-4o-eastus2" },
    "deployments[1].id",
    "must be unique: id stands at deployments[0].id already",
    '"GPT-4o-eastus2"',
  ],
  [
    "a gateway and a deployment share no id",
    { "gateways[0].id": "gpt-4o-eastus2" },
    "gateways[0].id",
    "must be unique: id stands at deployments[0].id already",
    '"gpt-4o-eastus2"',
  ],
  [
    "a resource is declared once",
    {
      "gateways[0].resourceId": `${SUBSCRIPTION}/Microsoft.ApiManagement/service/a`,
      "gateways[2].resourceId": `${SUBSCRIPTION}/microsoft.apimanagement/service/A`,
    },
    "gateways[2].resourceId",
    "must be unique: resource stands at gateways[0].resourceId already",
    `"${SUBSCRIPTION}/microsoft.apimanagement/service/A"`,
  ],
  [
    "pool names are unique within a gateway",
    { "gateways[0].pools[1]": { name: "GPT-4o", members: [member("other", "gpt-4o-eastus2")] } },
    "gateways[0].pools[1].name",
    "must be unique: pool stands at gateways[0].pools[0].name already",
    '"GPT-4o"',
  ],
  [
    "a deployment is at most once in a pool",
    { "gateways[0].pools[0].members[1].deployment": "gpt-4o-eastus2" },
    "gateways[0].pools[0].members[1].deployment",
    "must be unique: deployment stands at gateways[0].pools[0].members[0].deployment already",
    '"gpt-4o-eastus2"',
  ],
  [
    "a backend is at most once in a pool",
    { "gateways[0].pools[0].members[1].backend": "foundry-eastus2" },
    "gateways[0].pools[0].members[1].backend",
    "must be unique: backend stands at gateways[0].pools[0].members[0].backend already",
    '"foundry-eastus2"',
  ],
  [
    "a backend leads to one deployment in all pools of its gateway",
    { "gateways[0].pools[1]": { name: "second", members: [member("foundry-eastus2", "gpt-4o-japaneast")] } },
    "gateways[0].pools[1].members[0].backend",
    "must lead to one deployment: the same backend leads to another at gateways[0].pools[0].members[0].backend",
    '"foundry-eastus2"',
  ],
  [
    "no member is a pool",
    { "gateways[0].pools[0].members[0].backend": "gpt-4o" },
    "gateways[0].pools[0].members[0].backend",
    "must not have the name of a pool of its gateway",
    '"gpt-4o"',
  ],
  [
    "an origin is declared once in an edge",
    { "edges[0].origins[1].name": "apim-eastus2" },
    "edges[0].origins[1].name",
    "must be unique: origin stands at edges[0].origins[0].name already",
    '"gateways/apim-eastus2"',
  ],

  // Resource ids
  [
    "a resource id has the right type",
    { "gateways[0].resourceId": `${SUBSCRIPTION}/Microsoft.Cdn/profiles/p` },
    "gateways[0].resourceId",
    GATEWAY_FORM,
    `"${SUBSCRIPTION}/Microsoft.Cdn/profiles/p"`,
  ],
  [
    "a resource id is whole",
    { "gateways[0].resourceId": `${SUBSCRIPTION}/Microsoft.ApiManagement/service` },
    "gateways[0].resourceId",
    GATEWAY_FORM,
    `"${SUBSCRIPTION}/Microsoft.ApiManagement/service"`,
  ],
  [
    "a resource id has no empty name",
    { "gateways[0].resourceId": `${SUBSCRIPTION}/Microsoft.ApiManagement/service/` },
    "gateways[0].resourceId",
    GATEWAY_FORM,
    `"${SUBSCRIPTION}/Microsoft.ApiManagement/service/"`,
  ],
  [
    "a subscription is a UUID",
    { "gateways[0].resourceId": "/subscriptions/contoso/resourceGroups/rg/providers/Microsoft.ApiManagement/service/a" },
    "gateways[0].resourceId",
    "must name its subscription by a UUID",
    '"/subscriptions/contoso/resourceGroups/rg/providers/Microsoft.ApiManagement/service/a"',
  ],
  [
    "a classic edge is a Front Door, not a profile",
    { "edges[0].kind": "classic", "edges[0].resourceId": `${SUBSCRIPTION}/Microsoft.Cdn/profiles/p` },
    "edges[0].resourceId",
    CLASSIC_FORM,
    `"${SUBSCRIPTION}/Microsoft.Cdn/profiles/p"`,
  ],

  // Detection
  [
    "a probe ends before the next round",
    { detection: { intervalSeconds: 13, probeDeadlineSeconds: 14 } },
    "detection.probeDeadlineSeconds",
    "must be at most intervalSeconds (13), or rounds would overlap",
    "14",
  ],
  [
    "failuresToFail fits into the window",
    { detection: { window: 3 } },
    "detection.failuresToFail",
    "must be at most window (3), or no target could ever fail",
    "the default 4",
  ],
  [
    "successesToRecover fits into the window",
    { detection: { successesToRecover: 6 } },
    "detection.successesToRecover",
    "must be at most window (5), or no target could ever recover",
    "6",
  ],
  [
    "a burst can confirm a failure",
    { detection: { burstProbes: 3 } },
    "detection.burstProbes",
    "must be at least failuresToFail (4), or a burst could not confirm a failure",
    "3",
  ],
  [
    "a burst fits between two rounds",
    { detection: { burstSpacingSeconds: 4 } },
    "detection.burstSpacingSeconds",
    "must let the last probe of a burst start before the next round: (burstProbes − 1) × burstSpacingSeconds is 16, intervalSeconds is 15",
    "4",
  ],
  [
    "recovery ends before its first probe is stale",
    { detection: { intervalSeconds: 60 } },
    "detection.stalenessSeconds",
    "must be at least successesToRecover × intervalSeconds (180), or no target could ever recover",
    "the default 90",
  ],

  // Safety
  [
    "some region may be evacuated",
    { safety: { minHealthyRegions: 3 } },
    "safety.minHealthyRegions",
    "must be less than the number of regions (3), or no region could ever be evacuated",
    "3",
  ],
  [
    "not every region is held at once",
    { safety: { maxConcurrentShifts: 3 } },
    "safety.maxConcurrentShifts",
    "must be less than the number of regions (3), or all could be held at once",
    "3",
  ],
])("%s", (_, changes, path, message, found) => {
  expect(issuesOf(estateWith(changes))).toContainEqual({ path, message, found });
});

it.each<[rule: string, changes: Record<string, unknown>]>([
  ["a region may have a gateway only", { "deployments[0].region": "japaneast" }],
  [
    "resource ids are compared without regard to case",
    { "gateways[0].resourceId": `${SUBSCRIPTION.toUpperCase()}/MICROSOFT.APIMANAGEMENT/SERVICE/A` },
  ],
  [
    "one backend may serve several pools of its gateway",
    { "gateways[0].pools[1]": { name: "b", members: [member("Foundry-EastUS2", "gpt-4o-eastus2")] } },
  ],
  ["two gateways may name backends and pools alike", {}],
  [
    "a classic edge has a classic id",
    { "edges[0].kind": "classic", "edges[0].resourceId": `${SUBSCRIPTION}/Microsoft.Network/frontDoors/fd` },
  ],
  ["an estate needs no edge", { edges: undefined }],
  ["a graceful evacuation may have one step", { evacuate: { gracefulShares: [0] }, restore: { gracefulShares: [1] } }],
])("%s", (_, changes) => {
  expect(issuesOf(estateWith(changes))).toEqual([]);
});

it("a reference is not blamed while the list it points into has an unreadable name", () => {
  const paths = issuesOf(estateWith({ "regions[0].name": 7 })).map(({ path }) => path);
  expect(paths).toEqual(["regions[0].name"]);
});

it("a rule is silent while a value it needs is unusable", () => {
  const paths = issuesOf(estateWith({ detection: { window: "five", intervalSeconds: 1 } })).map(({ path }) => path);
  expect(paths).toEqual(["detection.intervalSeconds", "detection.window"]);
});
