/**
 * The embedded Azure: ARM, Azure Monitor metrics and the data plane over TLS, the managed-identity endpoint over plain HTTP, both
 * on the loopback. It runs on the global `Date` and `setTimeout`, so a process that replaces them before this module is imported replaces its time.
 */
import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Constants } from "../constants.ts";
import type { World } from "../world.ts";
import { apimRoutes } from "./arm/apim.ts";
import { notImplemented } from "./arm/arm-errors.ts";
import { resourceManager, type ArmCall, type ArmRoute } from "./arm/arm.ts";
import { cognitiveServicesRoutes } from "./arm/cognitive-services.ts";
import { classicRoutes } from "./arm/front-door-classic.ts";
import { frontDoorRoutes } from "./arm/front-door.ts";
import { metricsRoutes } from "./arm/metrics.ts";
import { dataPlane } from "./data-plane.ts";
import { noFaults, type ControlPlaneFaults } from "./faults.ts";
import { listener, type Held, type Service } from "./http.ts";
import { identityEndpoint, tokenBook, type TokenBook } from "./identity.ts";
import type { Platform } from "./platform.ts";
import type { Certificate } from "./tls.ts";

export interface EmbeddedAzureOptions {
  readonly certificate: Certificate;
  readonly platform: Platform;
  /** Told of accepted writes, with the ids of the estate, and asked for every data-plane answer. */
  readonly world: Pick<World, "advanceTo" | "callDeployment" | "callGatewayStatus" | "trafficMinutes" | "poolWritten" | "originWritten">;
  readonly constants: Constants;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly userAssignedClientIds?: readonly string[];
  readonly hooks?: {
    readonly held?: Held;
    /** After the world was told. */
    readonly onPoolWritten?: World["poolWritten"];
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
  /** Mutable: the next request meets what stands here. */
  readonly faults: ControlPlaneFaults;
  /** Every call that ARM answered, oldest first. */
  readonly calls: readonly ArmCall[];
  stop(): Promise<void>;
}

export async function startEmbeddedAzure(options: EmbeddedAzureOptions): Promise<EmbeddedAzure> {
  const { certificate, hooks = {} } = options;
  const shared: Shared = {
    faults: noFaults(),
    calls: [],
    tokens: tokenBook(options.constants.tokenLifetimeSeconds),
    identityHeader: randomUUID(),
  };
  const held = hooks.held ?? (() => () => undefined);
  const main = createHttpsServer(
    { cert: certificate.certificate, key: certificate.privateKey },
    listener(mainService(options, shared), held),
  );
  const msi = createHttpServer(listener(identityService(options, shared), held));
  const url = `https://127.0.0.1:${await listen(main, options.port ?? 0)}`;
  const { faults, calls, identityHeader } = shared;
  return {
    url,
    identityEndpoint: `http://127.0.0.1:${await listen(msi, 0)}/msi/token`,
    identityHeader,
    localUrl: (originalUrl) => localUrl(url, originalUrl),
    faults,
    calls,
    stop: async () => void (await Promise.all([close(main), close(msi)])),
  };
}

interface Shared {
  readonly faults: ControlPlaneFaults;
  readonly calls: ArmCall[];
  readonly tokens: TokenBook;
  readonly identityHeader: string;
}

function mainService(options: EmbeddedAzureOptions, { faults, calls, tokens }: Shared): Service {
  const { platform, world, constants } = options;
  const audience = platform.audiences.resourceManager;
  const arm = resourceManager({ routes: armRoutes(options, faults), audience, tokens, faults, constants, log: (call) => calls.push(call) });
  const data = dataPlane({ platform, world, tokens, faults, constants });
  return (call, wait) => {
    if (call.path.startsWith("/hosts/")) return data(call, wait);
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

function localUrl(url: string, originalUrl: string): string {
  const { host, pathname, search } = new URL(originalUrl);
  return `${url}/hosts/${host}${pathname === "/" ? "" : pathname}${search}`;
}

function armRoutes({ platform, world, constants, hooks = {} }: EmbeddedAzureOptions, faults: ControlPlaneFaults): readonly ArmRoute[] {
  const onPoolWritten: World["poolWritten"] = (...written) => {
    world.poolWritten(...written);
    hooks.onPoolWritten?.(...written);
  };
  const onOriginWritten: World["originWritten"] = (...written) => {
    world.originWritten(...written);
    hooks.onOriginWritten?.(...written);
  };
  const frontDoor = { frontDoors: platform.frontDoors, faults, constants, onOriginWritten };
  return [
    ...apimRoutes({ services: platform.services, faults, constants, onPoolWritten }),
    ...frontDoorRoutes(frontDoor),
    ...classicRoutes(frontDoor),
    ...metricsRoutes({ accounts: platform.accounts, faults, constants, world }),
    ...cognitiveServicesRoutes(platform.accounts, constants),
  ];
}

/** Node's own connection timeouts run in real time, which virtual time may outlast: off. */
function listen(server: Server, port: number): Promise<number> {
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
