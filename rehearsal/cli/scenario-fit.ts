/** Whether a scenario fits the estate it is rehearsed on: a fault that strikes nothing would do nothing, and say nothing. */
import type { Issue } from "../../src/config/issues.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { effectsOf, regionOf, startsOf } from "../drill/faults.ts";
import type { Fault, Scenario } from "../drill/scenario.ts";
import { clientRegionNames } from "../drill/traffic-source.ts";

export function fitIssues(scenario: Scenario, estate: Estate): readonly Issue[] {
  return [
    ...scenario.faults.flatMap((fault, index) => [
      ...timeIssues(fault, `faults[${index}]`, scenario),
      ...faultIssues(fault, `faults[${index}]`, estate, scenario.traffic.clients),
    ]),
    ...expectIssues(scenario, estate),
  ];
}

function timeIssues(fault: Fault, path: string, { durationMinutes }: Scenario): readonly Issue[] {
  const end = durationMinutes * 60;
  const last = startsOf(fault).at(-1) ?? fault.at;
  if (fault.at >= end) return [{ path: `${path}.at`, message: `must be before the drill's end at ${end} s`, found: `${fault.at}` }];
  if (last >= end)
    return [{ path: `${path}.repeat`, message: `the last start must be before the drill's end at ${end} s`, found: `${last}` }];
  return [];
}

/** `path` of the fault; empty for a fault that stands alone. */
export function faultIssues(fault: Fault, path: string, estate: Estate, clients?: Scenario["traffic"]["clients"]): readonly Issue[] {
  const field = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const region = regionOf(fault);
  if (region === null) {
    const isNeeded = fault.kind === "operator" && (fault.action === "evacuate" || fault.action === "restore");
    return isNeeded ? [{ path: field("region"), message: `is needed to ${fault.action}`, found: "nothing" }] : [];
  }
  const known = regionIssues([[field("region"), region]], estate);
  return known.length > 0 ? known : emptyIssues(fault, region, field, estate, clients);
}

function regionIssues(named: readonly (readonly [path: string, region: string])[], estate: Estate): readonly Issue[] {
  const known = estate.regions.map((region) => region.name);
  return named
    .filter(([, region]) => !known.includes(region))
    .map(([path, region]) => ({ path, message: `estate "${estate.name}" has only ${known.join(", ")}`, found: JSON.stringify(region) }));
}

function emptyIssues(
  fault: Fault,
  region: string,
  field: (name: string) => string,
  estate: Estate,
  clients: Scenario["traffic"]["clients"],
): readonly Issue[] {
  const found = JSON.stringify(region);
  const deployments = estate.deployments.filter((deployment) => deployment.region === region);
  const hasGateway = estate.gateways.some((gateway) => gateway.region === region);
  const needs = (isThere: boolean, what: string): readonly Issue[] =>
    isThere ? [] : [{ path: field("region"), message: `estate "${estate.name}" has no ${what} there`, found }];
  switch (fault.kind) {
    case "foundryDown":
    case "foundrySlow":
    case "quotaCut": {
      if (deployments.length === 0 || fault.model === undefined || effectsOf(fault, estate).length > 0)
        return needs(deployments.length > 0, "deployment");
      const models = [...new Set(deployments.map(({ model }) => model.name))].join(", ");
      return [{ path: field("model"), message: `${region} has only ${models}`, found: JSON.stringify(fault.model) }];
    }
    case "gatewayDown":
    case "etagConflict":
      return needs(hasGateway, "gateway");
    case "resourceManagerDown":
    case "resourceManagerThrottled":
      return needs(hasGateway || deployments.length > 0, "resource");
    case "proberCutOff":
      return needs(hasGateway || deployments.length > 0, "target");
    case "probesRefused":
    case "portalEdit":
      return needs(deployments.length > 0, "deployment");
    case "clientsFail":
      return needs(clientRegionNames(estate).includes(region) && (clients === undefined || (clients[region] ?? 0) > 0), "client");
    default:
      return [];
  }
}

function expectIssues({ expect }: Scenario, estate: Estate): readonly Issue[] {
  if (expect === undefined) return [];
  return regionIssues(
    [
      ...expect.evacuated.map((region, index): [string, string] => [`expect.evacuated[${index}]`, region]),
      ...Object.keys(expect.verdicts).map((region): [string, string] => [`expect.verdicts.${region}`, region]),
    ],
    estate,
  );
}
