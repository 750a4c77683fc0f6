import { expect, it } from "vitest";
import { fitIssues } from "../../rehearsal/cli/scenario-fit.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { hubAndSpoke } from "../traffic/support.ts";

/** One gateway, in eastus2; a region without anything besides. */
const ESTATE = { ...hubAndSpoke(), regions: [...hubAndSpoke().regions, { name: "northeurope", dataBoundary: null }] };

function issues(fault: object, changes: object = {}): readonly string[] {
  const base = { name: "test", title: "test", durationMinutes: 10, estate: "-", traffic: {} };
  const scenario = Scenario.parse({ ...base, faults: [{ at: 60, ...fault }], ...changes });
  return fitIssues(scenario, ESTATE).map(({ path, message, found }) => `${path}: ${message} (${found})`);
}

const HERE = { for: 60, region: "eastus2" };
const THERE = { for: 60, region: "swedencentral" };
const EMPTY = { for: 60, region: "northeurope" };

it.each<[string, object, object, readonly string[]]>([
  ["in an unknown region", { kind: "foundryDown", for: 60, region: "mars" }, {}, ['faults[0].region: estate "test" has only']],
  ["in a region without a deployment", { kind: "foundryDown", ...EMPTY }, {}, ['faults[0].region: estate "test" has no deployment there']],
  [
    "of a model that the region does not have",
    { kind: "foundryDown", ...HERE, model: "o9" },
    {},
    ["faults[0].model: eastus2 has only gpt-4o"],
  ],
  ["of a gateway where there is none", { kind: "gatewayDown", ...THERE }, {}, ['faults[0].region: estate "test" has no gateway there']],
  ["of clients where there are none", { kind: "clientsFail", ...THERE }, { traffic: { clients: { eastus2: 1 } } }, ["has no client there"]],
  ["of a control plane that has nothing to manage", { kind: "resourceManagerDown", ...EMPTY }, {}, ["has no resource there"]],
  ["whose person evacuates nothing", { kind: "operator", action: "evacuate" }, {}, ["faults[0].region: is needed to evacuate"]],
  ["that begins after the end", { kind: "redeploy", at: 600 }, {}, ["faults[0].at: must be before the drill's end at 600 s (600)"]],
  ["that comes again after the end", { kind: "redeploy", repeat: { every: 300, times: 3 } }, {}, ["faults[0].repeat: the last start must"]],
])("a fault %s is refused", (_, fault, changes, says) => {
  const found = issues(fault, changes);
  expect(found).toHaveLength(says.length);
  says.forEach((text, index) => expect(found[index]).toContain(text));
});

it.each<[string, object]>([
  ["in a region with deployments", { kind: "foundryDown", ...HERE, model: "gpt-4o" }],
  ["without a region", { kind: "probesRefused", for: 60, status: 401 }],
  ["of a person who needs no region", { kind: "operator", action: "killSwitchOn" }],
  ["that comes again in time", { kind: "redeploy", repeat: { every: 100, times: 3 } }],
])("a fault %s fits", (_, fault) => {
  expect(issues(fault)).toEqual([]);
});

it("expectations of unknown regions are refused", () => {
  const found = issues({ kind: "redeploy" }, { expect: { evacuated: ["mars"], verdicts: { venus: "failing" } } });
  expect(found.map((line) => line.split(":")[0])).toEqual(["expect.evacuated[0]", "expect.verdicts.venus"]);
});
