/** Small estates and the values of the core, with only what a test cares about spelled out. */
import { CLOUDS } from "../../src/config/clouds.ts";
import { DEFAULTS } from "../../src/config/defaults.ts";
import type { Capacity } from "../../src/domain/capacity.ts";
import type { Deployment, Estate, Gateway, Region } from "../../src/domain/estate.ts";
import { EMPTY_STATE, type EstateState, type Hold } from "../../src/domain/hold.ts";
import type { Observation, Outcome } from "../../src/domain/observation.ts";
import type { RegionVerdict } from "../../src/domain/region-verdict.ts";
import type { OriginRouting, PoolMember, PoolRouting, Routing } from "../../src/domain/routing.ts";
import type { Run, Seen } from "../../src/domain/run.ts";
import type { Evidence, Symptom, Verdict, VerdictState } from "../../src/domain/verdict.ts";

export const T0 = "2026-01-05T00:00:00.000Z";

/** The instant that many seconds after T0. */
export function at(seconds: number): string {
  return new Date(Date.parse(T0) + seconds * 1000).toISOString();
}

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers";

export function deployment(region: string, changes: Partial<Deployment> = {}): Deployment {
  return {
    id: `gpt-${region}`,
    region,
    resourceId: `${SUBSCRIPTION}/Microsoft.CognitiveServices/accounts/foundry-${region}/deployments/gpt`,
    endpoint: `https://foundry-${region}.openai.azure.com`,
    model: { name: "gpt-4o", version: "2024-11-20" },
    deploymentType: "Standard",
    tokensPerMinute: 1_000_000,
    probe: { kind: "completion" },
    ...changes,
  };
}

export function regionOf(name: string, dataBoundary: string | null = null): Region {
  return { name, dataBoundary };
}

const gatewayId = (region: string): string => `apim-${region}`;

export function memberId(region: string, gateway = "any"): string {
  return `${SUBSCRIPTION}/Microsoft.ApiManagement/service/${gateway}/backends/foundry-${region}`;
}

export function member(region: string, priority?: number, weight?: number): PoolMember {
  return { id: memberId(region), ...(priority === undefined ? {} : { priority }), ...(weight === undefined ? {} : { weight }) };
}

export function gateway(region: string, members: readonly string[]): Gateway {
  return {
    id: gatewayId(region),
    region,
    resourceId: `${SUBSCRIPTION}/Microsoft.ApiManagement/service/${gatewayId(region)}`,
    url: `https://${gatewayId(region)}.azure-api.net`,
    statusPath: DEFAULTS.statusPath,
    witnessPath: null,
    pools: [{ name: "gpt", members: members.map((name) => ({ backend: `foundry-${name}`, deployment: `gpt-${name}` })) }],
  };
}

export interface EstateChanges extends Partial<Pick<Estate, "deployments" | "gateways" | "edges" | "regions" | "signals">> {
  readonly detection?: Partial<Estate["detection"]>;
  readonly safety?: Partial<Estate["safety"]>;
  readonly evacuate?: Partial<Estate["evacuate"]>;
  readonly restore?: Partial<Estate["restore"]>;
}

/** A gateway per region, every pool lists every region; automation on, no reserve, so that numbers are easy to see. */
export function hubToHub(regions: readonly string[] = ["east", "west", "north"], changes: EstateChanges = {}): Estate {
  const origins = regions.map((region) => ({ group: "gateways", name: gatewayId(region), gateway: gatewayId(region) }));
  return {
    name: "test",
    cloud: CLOUDS.public,
    regions: regions.map((name) => regionOf(name)),
    deployments: regions.map((region) => deployment(region)),
    gateways: regions.map((region) => gateway(region, regions)),
    edges: [{ id: "fd", kind: "standard", resourceId: `${SUBSCRIPTION}/Microsoft.Cdn/profiles/fd`, origins }],
    signals: DEFAULTS.signals,
    ...changes,
    detection: { ...DEFAULTS.detection, ...changes.detection },
    safety: { ...DEFAULTS.safety, mode: "auto", reserveShare: 0, ...changes.safety },
    evacuate: { ...DEFAULTS.evacuate, ...changes.evacuate },
    restore: { ...DEFAULTS.restore, ...changes.restore },
  };
}

/** One gateway in a region of its own, without an edge; the other regions have a deployment each. */
export function hubAndSpoke(spokes: readonly string[] = ["east", "west", "north"], changes: EstateChanges = {}): Estate {
  const regions = ["hub", ...spokes].map((name) => regionOf(name));
  return hubToHub(spokes, { regions, gateways: [gateway("hub", spokes)], edges: [], ...changes });
}

/** Local members at priority 1, remote ones at 2, without weights; all origins enabled. */
export function normalRouting(estate: Estate): Routing {
  const pools = estate.gateways.map((gate): PoolRouting => {
    const regions = estate.deployments.map((d) => d.region);
    const local = regions.includes(gate.region);
    return { gateway: gate.id, pool: "gpt", members: regions.map((region) => member(region, local && region !== gate.region ? 2 : 1)) };
  });
  const origins = estate.edges.flatMap((edge) =>
    edge.origins.map((origin): OriginRouting => ({ edge: edge.id, group: origin.group, origin: origin.name, enabled: true })),
  );
  return { pools, origins };
}

export function observation(outcome: Outcome, when = T0, target = "gpt-east"): Observation {
  return { target, kind: "deployment", region: "east", at: when, outcome, latencyMilliseconds: 100, detail: `detail of ${outcome}` };
}

/** Probes alone, as a target has them that nothing else is known of. */
export function evidence(probes: readonly Observation[], changes: Partial<Evidence> = {}): Evidence {
  return { probes, witnesses: [], samples: {}, ...changes };
}

export function verdict(state: VerdictState, since = T0, symptom: Symptom | null = state === "failing" ? "errors" : null): Verdict {
  return { state, symptom, since, reason: `it is ${state}` };
}

export function regionVerdict(
  region: string,
  foundry: VerdictState = "healthy",
  gate: VerdictState | null = "healthy",
  since = T0,
  changes: Partial<RegionVerdict> = {},
): RegionVerdict {
  return {
    region,
    foundry: verdict(foundry, since),
    gateway: gate === null ? null : verdict(gate, since),
    failingShare: foundry === "failing" ? 1 : 0,
    failing: foundry === "failing" ? [`gpt-${region}`] : [],
    failingByTraffic: [],
    pressured: foundry === "pressured" ? [`gpt-${region}`] : [],
    deployments: { [`gpt-${region}`]: { state: foundry, since } },
    ...changes,
  };
}

/** A region of which each deployment stands as said; its Foundry as a whole is inconclusive unless all of them stand alike. */
export function mixedVerdict(region: string, states: Readonly<Record<string, VerdictState>>, since = T0): RegionVerdict {
  const inState = (state: VerdictState): readonly string[] => Object.keys(states).filter((id) => states[id] === state);
  const [first = "healthy", ...rest] = new Set(Object.values(states));
  return regionVerdict(region, rest.length === 0 ? first : "inconclusive", "healthy", since, {
    failing: inState("failing"),
    pressured: inState("pressured"),
    deployments: Object.fromEntries(Object.entries(states).map(([id, state]) => [id, { state, since }])),
  });
}

/** Every deployment asked for the same tokens per minute. */
export function capacity(estate: Estate, demand: number, changes: Partial<Capacity> = {}): Capacity {
  return {
    limits: {},
    demand: Object.fromEntries(estate.deployments.map((d) => [d.id, demand])),
    measuredAt: T0,
    usual: {},
    limiter: {},
    ...changes,
  };
}

export function hold(region: string, share: number, changes: Partial<Hold> = {}): Hold {
  return {
    region,
    scope: null,
    takers: null,
    approval: null,
    share,
    gate: "open",
    origin: "enabled",
    owner: `evacuate-${region}-20260105T000000Z`,
    mode: "ungraceful",
    targetShare: 0,
    initiator: "automatic",
    reason: "a test",
    since: T0,
    shareSince: T0,
    relapses: 0,
    ...changes,
  };
}

export function stateWith(holds: readonly Hold[], changes: Partial<EstateState> = {}): EstateState {
  return { ...EMPTY_STATE, episode: holds.length === 0 ? null : "20260105T000000Z", holds, ...changes };
}

export function runOf(runbook: Run["runbook"], region = "east", changes: Partial<Run> = {}): Run {
  return {
    id: `${runbook}-${region}-20260105T000000Z`,
    runbook,
    region,
    mode: runbook === "restore" ? "graceful" : "ungraceful",
    scope: null,
    targetShare: runbook === "restore" ? 1 : 0,
    initiator: "automatic",
    reason: "a test",
    startedAt: T0,
    ...changes,
  };
}

export function seenWith(changes: Partial<Seen> = {}): Seen {
  return {
    at: T0,
    hold: null,
    killSwitchOn: false,
    verdict: regionVerdict("east", "failing"),
    stillFailing: true,
    mayLeaveEdge: true,
    convergence: null,
    answers: null,
    ...changes,
  };
}
