/** Short drills in processes of their own, over one table service and one certificate. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { runJobs } from "../../rehearsal/cli/run-jobs.ts";
import { startTableService } from "../../rehearsal/cli/table-service.ts";
import { makeCertificate } from "../../rehearsal/azure/tls.ts";
import type { Automation, Job } from "../../rehearsal/drill/job.ts";
import type { ArmWrite } from "../../rehearsal/drill/drill-log.ts";
import type { DrillResult } from "../../rehearsal/drill/result.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { normalRouting } from "../../rehearsal/drill/normal-routing.ts";
import type { GatewayPolicy } from "../../rehearsal/world.ts";
import { parseEstate } from "../../src/config/load.ts";
import type { PoolMember } from "../../src/domain/routing.ts";

export interface DrillSpec {
  readonly estate: string;
  readonly faults: readonly unknown[];
  readonly automation: Automation;
  readonly gateway?: GatewayPolicy;
  readonly minutes?: number;
  readonly seed?: number;
  /** What else is done to the host; see drill-child.ts. */
  readonly act?: HostAct;
  /** See `Job`; also the name of its folder. */
  readonly key?: string;
}

/** Kills the host, and starts another one on the same directory some seconds later. */
export interface HostAct {
  /** `completed`: once an activity's result is on disk; `started`: while it runs. */
  readonly on: "completed" | "started";
  /** Ordinal numbers, from 1, of the activities of all runs at which it is killed; "all" of them. */
  readonly activities: readonly number[] | "all";
  readonly downSeconds: number;
  /** Before the new host starts, a byte of the run's history is changed. */
  readonly corrupt?: boolean;
}

/** What a drill of these tests tells besides its result. */
export interface Told {
  readonly writes: readonly ArmWrite[];
  /** Activities in the order in which they completed. */
  readonly activities: readonly string[];
  readonly instances: readonly { readonly instanceId: string; readonly runtimeStatus: string; readonly output: unknown }[];
  readonly kills: number;
}

export type Drilled = DrillResult & { readonly told: Told };
export type DrillJob = Job & { readonly act: HostAct | null };

const CHILD = fileURLToPath(new URL("./drill-child.ts", import.meta.url));

/** For `beforeAll`: some drills take their time on a busy machine. */
export const DRILLS_LIMIT_MILLISECONDS = 600_000;

/** Results in the order of the specs. */
export async function runDrills(specs: readonly DrillSpec[]): Promise<readonly Drilled[]> {
  const folder = await mkdtemp(join(tmpdir(), "drills-"));
  const [certificate, tables] = await Promise.all([makeCertificate(join(folder, "certificate")), startTableService()]);
  const jobs = specs.map((spec, index) => jobOf(spec, index, folder, tables.connection));
  try {
    const done = await runJobs(jobs, certificate.caFile, { onLine: () => undefined, onDone: () => undefined }, CHILD);
    return done.map(({ result }) => result as Drilled);
  } finally {
    tables.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function jobOf(spec: DrillSpec, index: number, folder: string, storageConnection: string): DrillJob {
  const { estate, faults, automation, gateway = "plain", minutes = 12, seed = 1, act = null, key = `drill${index}` } = spec;
  const scenario = Scenario.parse({
    name: "test",
    title: "test",
    durationMinutes: minutes,
    seed,
    estate: "-",
    traffic: {},
    gateway,
    faults,
  });
  return {
    mode: { automation, gateway, edge: scenario.edge, propagation: 1, breaker: 1 },
    scenario,
    estateText: estate,
    trace: null,
    onsetShiftSeconds: 0,
    certificateFolder: join(folder, "certificate"),
    storageConnection,
    key,
    workFolder: join(folder, "history"),
    act,
  };
}

/** An example estate with quick returns, so that a drill takes minutes; detection and evacuation keep their defaults. */
export async function quickEstate(name: "hub-to-hub" | "hub-and-spoke", change: (raw: Raw) => unknown = (raw) => raw): Promise<string> {
  const text = await readFile(new URL(`../../examples/${name}.estate.json`, import.meta.url), "utf8");
  return JSON.stringify(change({ ...(JSON.parse(text) as Raw), restore: QUICK }));
}

export type Raw = Record<string, unknown>;

const QUICK = { gracefulShares: [0.5, 1], soakSeconds: 30, originSoakSeconds: 30, bakeSeconds: 15, bakeProbeSeconds: 30 };

/** Demand is known by then: the app has asked Azure Monitor twice, which is minutes late. */
export const ONSET = 360;

export function texts(drill: DrillResult, kind: string): readonly string[] {
  return drill.timeline.filter((entry) => entry.kind === kind).map(({ text }) => text);
}

/** Seconds from the drill's start of the first entry of this kind whose text has this in it; NaN when there is none. */
export function firstAt(drill: DrillResult, kind: string, part: string): number {
  return drill.timeline.find((entry) => entry.kind === kind && entry.text.includes(part))?.at ?? Number.NaN;
}

type State = readonly PoolMember[] | boolean;

/** What ARM has at the end: the last write of each pool and origin; nothing for what was never written. */
export function lastWrites({ told }: Drilled): Readonly<Record<string, State>> {
  const last: Record<string, State> = {};
  for (const write of told.writes) {
    if (write.kind === "pool") last[`${write.gateway}/${write.pool}`] = write.members;
    else last[`${write.edge}/${write.group}/${write.origin}`] = write.enabled;
  }
  return last;
}

/** The same keys with what was there before anybody wrote, read from the estate file and not from the app. */
export function normalOf(drill: Drilled, estateText: string): Readonly<Record<string, State>> {
  const loaded = parseEstate(estateText);
  if (!loaded.ok) throw new Error("not an estate");
  const { pools, origins } = normalRouting(loaded.estate);
  const normal = new Map<string, State>([
    ...pools.map(({ gateway, pool, members }): [string, State] => [`${gateway}/${pool}`, members]),
    ...origins.map(({ edge, group, origin, enabled }): [string, State] => [`${edge}/${group}/${origin}`, enabled]),
  ]);
  return Object.fromEntries(Object.keys(lastWrites(drill)).map((key) => [key, normal.get(key) ?? []]));
}

/** The edges of an estate as Front Door (classic), whose backends are named by their addresses. */
export function withClassicEdges(raw: Raw): Raw {
  const { gateways, edges } = RoutedRaw.parse(raw);
  const host = (gateway: string): string => new URL(gateways.find(({ id }) => id === gateway)?.url ?? "").host;
  const classic = edges.map((edge) => ({
    ...edge,
    kind: "classic",
    resourceId: edge.resourceId.replace("Microsoft.Cdn/profiles", "Microsoft.Network/frontDoors"),
    origins: edge.origins.map((origin) => ({ ...origin, name: host(origin.gateway) })),
  }));
  return { ...raw, edges: classic };
}

const RoutedRaw = z.looseObject({
  gateways: z.array(z.looseObject({ id: z.string(), url: z.string() })),
  edges: z.array(z.looseObject({ resourceId: z.string(), origins: z.array(z.looseObject({ gateway: z.string() })) })),
});

/** Everything of a region down, management plane included. */
export function regionDown(region: string, at: number, length: number): readonly unknown[] {
  const common = { at, for: length, region };
  return [
    { kind: "foundryDown", ...common, answer: "timeout" },
    { kind: "gatewayDown", ...common, answer: "timeout" },
    { kind: "resourceManagerDown", ...common },
  ];
}
