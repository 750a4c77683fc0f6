/**
 * The embedded Azure: ARM, Azure Monitor metrics and the data plane over TLS, the managed-identity endpoint over plain HTTP, both
 * on the loopback. It runs on the global `Date` and `setTimeout`, so a process that replaces them before this module is imported replaces its time.
 */
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Constants } from "../constants.ts";
import type { PoolMember } from "../../src/domain/routing.ts";
import type { World } from "../world.ts";
import { apiManagement, type Apim, type PoolWritten } from "./arm/apim.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import { resourceManager, type ArmCall, type ArmRoute } from "./arm/arm.ts";
import { applicationGatewayRoutes } from "./arm/application-gateway.ts";
import { cognitiveServicesRoutes } from "./arm/cognitive-services.ts";
import { classicRoutes } from "./arm/front-door-classic.ts";
import { frontDoorRoutes } from "./arm/front-door.ts";
import { scopesOf } from "./arm/listing.ts";
import { metricsRoutes } from "./arm/metrics.ts";
import { dataPlane } from "./data-plane.ts";
import { noFaults, type ControlPlaneFaults } from "./faults.ts";
import { listener, type Held, type Service } from "./http.ts";
import { identityEndpoint, tokenBook, type TokenBook } from "./identity.ts";
import { createHosts, type ConnectionFaultOf, type Hosts } from "./hosts.ts";
import { close, listen } from "./listen.ts";
import { LOG_ANALYTICS_PATH, logAnalytics } from "./log-analytics.ts";
import { METRICS_BATCH_PATH, metricsBatch } from "./metrics-batch.ts";
import { rehearsedName, type NameAnswer } from "./names.ts";
import type { Platform } from "./platform.ts";
import { tlsOptions, type Certificate } from "./tls.ts";

/** A world without the optional parts has no witnesses, no gateway logs, and names that always resolve. */
export type EmbeddedWorld = Pick<
  World,
  "advanceTo" | "callDeployment" | "callGatewayStatus" | "trafficMinutes" | "poolWritten" | "originWritten"
> &
  Partial<Pick<World, "callThroughGateway" | "requests">> & { readonly connectionFault?: ConnectionFaultOf };

export interface EmbeddedAzureOptions {
  readonly certificate: Certificate;
  readonly platform: Platform;
  /** Told of accepted writes, with the ids of the estate, and asked for every data-plane answer. */
  readonly world: EmbeddedWorld;
  readonly constants: Constants;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Every host of the data plane under a name of its own: the process of the app must ask `nameAnswer` (names.ts). Default: all on 127.0.0.1. */
  readonly names?: boolean;
  readonly userAssignedClientIds?: readonly string[];
  readonly hooks?: {
    readonly held?: Held;
    /** After the world was told. */
    readonly onPoolWritten?: PoolWritten;
    readonly onOriginWritten?: World["originWritten"];
  };
}

export interface EmbeddedAzure {
  /** `https://127.0.0.1:<port>`: the ARM endpoint. */
  readonly url: string;
  /** For IDENTITY_ENDPOINT and IDENTITY_HEADER. */
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  /** Where a data-plane URL such as `https://account.openai.azure.com/openai` is served. */
  localUrl(originalUrl: string): string;
  /** For `installNames`: what the name of a host resolves to now. */
  nameAnswer(name: string): NameAnswer;
  /** The services beside Resource Manager, for the estate's cloud; `{region}` stands for a region's name. */
  readonly endpoints: { readonly resourceManager: string; readonly logAnalytics: string; readonly metricsBatch: string };
  /** What others than the app write, now: a person in the portal, a redeployment. */
  editPool(gateway: string, pool: string, change: (members: readonly PoolMember[]) => readonly PoolMember[]): void;
  redeploy(): void;
  /** Mutable: the next request meets what stands here. */
  readonly faults: ControlPlaneFaults;
  /** Every call that Resource Manager, batch metrics or Log Analytics answered, oldest first. */
  readonly calls: readonly ArmCall[];
  stop(): Promise<void>;
}

export async function startEmbeddedAzure(options: EmbeddedAzureOptions): Promise<EmbeddedAzure> {
  const { certificate, platform, world, hooks = {} } = options;
  const faults = noFaults();
  const shared: Shared = {
    faults,
    calls: [],
    tokens: tokenBook(options.constants.tokenLifetimeSeconds),
    identityHeader: randomUUID(),
    hosts: createHosts(platform, faults, (target) => world.connectionFault?.(target)),
    apim: apiManagement({
      services: platform.services,
      faults,
      constants: options.constants,
      onPoolWritten: poolWritten(options),
      scopes: scopesOf(platform),
    }),
  };
  const held = hooks.held ?? (() => () => undefined);
  const main = createHttpsServer(
    tlsOptions(certificate, (name) => connectionFault(shared.hosts, name) === "tls"),
    listener(mainService(options, shared), held, faults),
  );
  const msi = createHttpServer(listener(identityService(options, shared), held, faults));
  const port = await listen(main, options.port ?? 0);
  const identityPort = await listen(msi, 0);
  return {
    ...addresses(options, shared, port),
    identityEndpoint: `http://127.0.0.1:${identityPort}/msi/token`,
    identityHeader: shared.identityHeader,
    faults,
    calls: shared.calls,
    editPool: (gateway, pool, change) => shared.apim.editPool(Date.now(), gateway, pool, change),
    redeploy: () => shared.apim.redeploy(Date.now()),
    stop: async () => void (await Promise.all([close(main), close(msi)])),
  };
}

interface Shared {
  readonly faults: ControlPlaneFaults;
  readonly calls: ArmCall[];
  readonly tokens: TokenBook;
  readonly identityHeader: string;
  readonly hosts: Hosts;
  readonly apim: Apim;
}

function connectionFault(hosts: Hosts, name: string): ReturnType<Hosts["connectionFault"]> {
  const host = hosts.byName(name);
  return host && hosts.connectionFault(host);
}

function addresses(
  { names = false }: EmbeddedAzureOptions,
  { hosts }: Shared,
  port: number,
): Pick<EmbeddedAzure, "url" | "endpoints" | "localUrl" | "nameAnswer"> {
  const url = `https://127.0.0.1:${port}`;
  return {
    url,
    endpoints: { resourceManager: url, logAnalytics: url, metricsBatch: `${url}/metrics-batch/{region}` },
    localUrl(originalUrl) {
      const { host, pathname, search } = new URL(originalUrl);
      const base = names && hosts.byHost(host) ? `https://${rehearsedName(host)}:${port}` : url;
      return `${base}/hosts/${host}${pathname === "/" ? "" : pathname}${search}`;
    },
    nameAnswer(name) {
      if (hosts.byName(name) === undefined) return undefined;
      return connectionFault(hosts, name) === "dns" ? "notFound" : "loopback";
    },
  };
}

function poolWritten({ world, hooks }: EmbeddedAzureOptions): PoolWritten {
  return (at, gateway, pool, members, writer) => {
    world.poolWritten(at, gateway, pool, members);
    hooks?.onPoolWritten?.(at, gateway, pool, members, writer);
  };
}

function mainService(options: EmbeddedAzureOptions, shared: Shared): Service {
  const { platform, world, constants } = options;
  const { faults, calls, tokens, hosts } = shared;
  const audience = platform.audiences.resourceManager;
  const metrics = { accounts: platform.accounts, metricNames: platform.metricNames, faults, constants, world };
  const log = (call: ArmCall): void => void calls.push(call);
  const batch = metricsBatch({ ...metrics, audience: platform.audiences.metricsBatch, tokens, log });
  const logs = logAnalytics({ platform, world, tokens, faults, constants, log });
  const arm = resourceManager({ routes: armRoutes(options, shared), audience, tokens, faults, constants, log });
  const data = dataPlane({ platform, hosts, world, tokens, faults, constants });
  return (call, wait) => {
    if (call.path.startsWith("/hosts/")) return data(call, wait);
    if (call.path.startsWith(METRICS_BATCH_PATH)) return batch(call, wait);
    if (call.path.startsWith(LOG_ANALYTICS_PATH)) return logs(call, wait);
    if (/^\/subscriptions\//i.test(call.path)) return arm(call, wait);
    return Promise.resolve(notImplemented(call.method, call.path));
  };
}

function identityService(
  { platform, constants, userAssignedClientIds = [] }: EmbeddedAzureOptions,
  { faults, tokens, identityHeader }: Shared,
): Service {
  return identityEndpoint({
    header: identityHeader,
    audiences: Object.values(platform.audiences),
    userAssignedClientIds,
    tokens,
    faults,
    constants,
  });
}

function armRoutes({ platform, world, constants, hooks = {} }: EmbeddedAzureOptions, { faults, apim }: Shared): readonly ArmRoute[] {
  const onOriginWritten: World["originWritten"] = (...written) => {
    world.originWritten(...written);
    hooks.onOriginWritten?.(...written);
  };
  const scopes = scopesOf(platform);
  const frontDoor = { frontDoors: platform.frontDoors, faults, constants, onOriginWritten, scopes };
  return [
    ...apim.routes,
    ...frontDoorRoutes(frontDoor),
    ...classicRoutes(frontDoor),
    ...metricsRoutes({ accounts: platform.accounts, metricNames: platform.metricNames, faults, constants, world }),
    ...cognitiveServicesRoutes(platform.accounts, constants, scopes),
    ...applicationGatewayRoutes(platform.applicationGateways ?? [], scopes),
  ];
}
