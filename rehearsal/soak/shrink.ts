/** From a drill in which something goes wrong to a smaller one in which the same still goes wrong. */
import { parseDrill, type EstateFile, type FaultFile, type ScenarioFile, type SoakDrill } from "./files.ts";

export interface Shrunk {
  readonly drill: SoakDrill;
  /** How many candidates were drilled. */
  readonly tried: number;
}

/**
 * Greedy: each simplification that `remains` confirms is kept, and none is tried twice, so that this ends after `tries` at the latest.
 * The cheapest to understand come first.
 */
export async function shrink(from: SoakDrill, remains: (drill: SoakDrill) => Promise<boolean>, tries: number): Promise<Shrunk> {
  const refused = new Set<string>();
  let drill = from;
  let tried = 0;
  for (let next = nextOf(drill, refused); next !== undefined && tried < tries; next = nextOf(drill, refused)) {
    tried += 1;
    if (await remains(next.drill)) drill = next.drill;
    else refused.add(next.name);
  }
  return { drill, tried };
}

interface Simpler {
  /** The same for the same simplification, whatever else has become simpler meanwhile. */
  readonly name: string;
  readonly drill: SoakDrill;
}

function nextOf(drill: SoakDrill, refused: ReadonlySet<string>): Simpler | undefined {
  return simpler(drill).find((candidate) => !refused.has(candidate.name) && typeof parseDrill(candidate.drill) !== "string");
}

function simpler(drill: SoakDrill): readonly Simpler[] {
  const now = JSON.stringify(drill);
  const all = [
    ...withoutFaults(drill),
    ...withoutRegions(drill),
    ...withoutModels(drill),
    ...shorter(drill),
    ...withDefaults(drill),
    ...plainerFaults(drill),
  ];
  return all.filter((candidate) => JSON.stringify(candidate.drill) !== now);
}

function withScenario(drill: SoakDrill, change: Partial<ScenarioFile>): SoakDrill {
  return { ...drill, scenario: { ...drill.scenario, ...change } };
}

function withoutFaults(drill: SoakDrill): readonly Simpler[] {
  const { faults } = drill.scenario;
  return faults.map((fault) => ({
    name: `without ${JSON.stringify(fault)}`,
    drill: withScenario(drill, { faults: faults.filter((other) => other !== fault) }),
  }));
}

/** What a fault names stays. */
function withoutRegions(drill: SoakDrill): readonly Simpler[] {
  const { estate, scenario } = drill;
  const named = new Set(scenario.faults.flatMap((fault) => ("region" in fault ? (fault.region ?? []) : [])));
  return estate.regions
    .filter(({ name }) => !named.has(name))
    .map(({ name }) => ({
      name: `without ${name}`,
      drill: {
        estate: withoutDeployments(withoutGateways(withoutRegion(estate, name), name), (deployment) => deployment.region === name),
        scenario: { ...scenario, traffic: withoutClients(scenario.traffic) },
      },
    }));
}

function withoutRegion(estate: EstateFile, name: string): EstateFile {
  const regions = estate.regions.filter((region) => region.name !== name);
  const shifts = Math.min(estate.safety?.maxConcurrentShifts ?? 1, regions.length - 1);
  return { ...estate, regions, safety: { ...estate.safety, maxConcurrentShifts: shifts } };
}

function withoutGateways(estate: EstateFile, region: string): EstateFile {
  const gone = estate.gateways.filter((gateway) => gateway.region === region).map(({ id }) => id);
  const edges = (estate.edges ?? []).map((edge) => ({ ...edge, origins: edge.origins.filter(({ gateway }) => !gone.includes(gateway)) }));
  return { ...estate, gateways: estate.gateways.filter(({ id }) => !gone.includes(id)), edges };
}

type Deployment = EstateFile["deployments"][number];

/** A pool that would be empty goes too. */
function withoutDeployments(estate: EstateFile, isGone: (deployment: Deployment) => boolean): EstateFile {
  const deployments = estate.deployments.filter((deployment) => !isGone(deployment));
  const left = new Set(deployments.map(({ id }) => id));
  const gateways = estate.gateways.map((gateway) => ({
    ...gateway,
    pools: gateway.pools
      .map((pool) => ({ ...pool, members: pool.members.filter(({ deployment }) => left.has(deployment)) }))
      .filter(({ members }) => members.length > 0),
  }));
  return { ...estate, deployments, gateways };
}

function withoutModels(drill: SoakDrill): readonly Simpler[] {
  const { estate, scenario } = drill;
  const named = new Set(scenario.faults.flatMap((fault) => ("model" in fault ? (fault.model ?? []) : [])));
  const models = [...new Set(estate.deployments.map(({ model }) => model.name))];
  return models
    .filter((model) => !named.has(model))
    .map((model) => ({
      name: `without ${model}`,
      drill: { scenario, estate: withoutDeployments(estate, (deployment) => deployment.model.name === model) },
    }));
}

/** To a minute after the last fault's end, and then by quarters. */
function shorter(drill: SoakDrill): readonly Simpler[] {
  const { durationMinutes, faults } = drill.scenario;
  const starts = faults.map(({ at, repeat }) => at + (repeat === undefined ? 0 : repeat.every * (repeat.times - 1)));
  const ends = faults.map((fault, index) => (starts[index] ?? 0) + ("for" in fault ? fault.for : 0));
  const least = Math.floor(Math.max(0, ...starts) / 60) + 1;
  const lengths = [Math.ceil(Math.max(0, ...ends) / 60) + 1, Math.floor(durationMinutes * 0.75), durationMinutes - 1];
  return lengths
    .filter((minutes) => minutes >= least && minutes < durationMinutes)
    .map((minutes) => ({ name: `${minutes} minutes`, drill: withScenario(drill, { durationMinutes: minutes }) }));
}

function withoutClients({ clients: _, ...traffic }: ScenarioFile["traffic"]): ScenarioFile["traffic"] {
  return traffic;
}

/** Everything that a drill can do without. The quick returns stay: drills are short by them. */
function withDefaults(drill: SoakDrill): readonly Simpler[] {
  const { estate, scenario } = drill;
  const { detection: _, ...undetected } = estate;
  return [
    { name: "no edge", drill: { scenario, estate: { ...estate, edges: [] } } },
    {
      name: "no witness",
      drill: { scenario, estate: { ...estate, gateways: estate.gateways.map((gateway) => ({ ...gateway, witnessPath: null })) } },
    },
    { name: "default detection", drill: { scenario, estate: undetected } },
    { name: "default safety", drill: { scenario, estate: { ...estate, safety: { mode: "auto" } } } },
    { name: "even clients", drill: withScenario(drill, { traffic: withoutClients(scenario.traffic) }) },
    { name: "no breaker events", drill: withScenario(drill, { breakerEvents: false }) },
    { name: "shallow edge probe", drill: withScenario(drill, { edge: "shallow" }) },
    { name: "mode auto", drill: withScenario(drill, { mode: "auto" }) },
  ];
}

/** Once, of all requests, of all models. */
function plainerFaults(drill: SoakDrill): readonly Simpler[] {
  const { faults } = drill.scenario;
  return faults.flatMap((fault, index) =>
    plainer(fault).map((plain) => ({
      name: `${JSON.stringify(fault)} as ${JSON.stringify(plain)}`,
      drill: withScenario(drill, { faults: faults.with(index, plain) }),
    })),
  );
}

function plainer(fault: FaultFile): readonly FaultFile[] {
  const { repeat, ...once } = fault;
  return [
    ...(repeat === undefined ? [] : [once]),
    ...("share" in fault ? [{ ...fault, share: 1 }] : []),
    ...("model" in fault ? [{ ...fault, model: undefined }] : []),
  ];
}
