/** Microsoft.ApiManagement: services and their backends (azure-facts 1). */
import { backendName, type PoolMember } from "../../../src/domain/routing.ts";
import type { Constants } from "../../constants.ts";
import type { ControlPlaneFaults } from "../faults.ts";
import type { Reply } from "../http.ts";
import type { ApimService } from "../platform.ts";
import type { Params } from "../routing.ts";
import { contentPaths } from "./apim-contents.ts";
import { backendProblem, membersOf, parseProperties, type Properties } from "./apim-rules.ts";
import { armRoute, type ArmRequest, type ArmRoute } from "./arm.ts";
import { armError, notFound, notImplemented, preconditionFailed, validationError } from "./arm-errors.ts";
import { etagMatches, rowVersions } from "./etags.ts";
import { listRoutes, type Scopes } from "./listing.ts";

interface Backend {
  readonly name: string;
  readonly etag: string;
  readonly properties: Properties;
}

interface Service {
  readonly declared: ApimService;
  /** By lower-cased name. */
  readonly backends: Map<string, Backend>;
}

/** Who wrote: a caller of Resource Manager, or somebody whom the rehearsal plays (a person in the portal, a redeployment). */
export type Writer = "caller" | "other";
export type PoolWritten = (at: number, gateway: string, pool: string, members: readonly PoolMember[], writer: Writer) => void;

export interface ApimOptions {
  readonly services: readonly ApimService[];
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly onPoolWritten: PoolWritten;
  readonly scopes: Scopes;
}

export interface Apim {
  readonly routes: readonly ArmRoute[];
  /** Gateway: its id in the estate. The pool gets a new ETag even when nothing changes, as after any write. */
  editPool(at: number, gateway: string, pool: string, change: (members: readonly PoolMember[]) => readonly PoolMember[]): void;
  /** Writes every declared pool as it was at the start. */
  redeploy(at: number): void;
}

const SERVICE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ApiManagement/service/{service}";

export function apiManagement(options: ApimOptions): Apim {
  const nextEtag = rowVersions();
  const services = new Map(
    options.services.map((declared) => [declared.resourceId.toLowerCase(), initial(declared, options.constants, nextEtag)]),
  );
  const context: Context = { options, nextEtag };
  const listed = listRoutes({
    scopes: options.scopes,
    type: "Microsoft.ApiManagement/service",
    items: options.services,
    body: serviceBody,
  });
  return { routes: [...apimRoutes(context, services), ...listed], ...otherWriters(context, [...services.values()]) };
}

function otherWriters(context: Context, services: readonly Service[]): Omit<Apim, "routes"> {
  const put = (at: number, service: Service, name: string, change: (members: readonly PoolMember[]) => readonly PoolMember[]): void => {
    const before = service.backends.get(name.toLowerCase());
    if (before === undefined) throw new Error(`Gateway ${service.declared.gateway} has no pool ${name}.`);
    const members = change(membersOf(before.properties));
    const properties = { ...before.properties, pool: { services: members.map((member) => ({ ...member })) } };
    service.backends.set(name.toLowerCase(), { name: before.name, etag: context.nextEtag(), properties });
    context.options.onPoolWritten(at, service.declared.gateway, before.name, members, "other");
  };
  return {
    editPool(at, gateway, pool, change) {
      const service = services.find(({ declared }) => declared.gateway === gateway);
      if (service === undefined) throw new Error(`There is no gateway ${gateway}.`);
      put(at, service, pool, change);
    },
    redeploy(at) {
      for (const service of services) for (const { name, members } of service.declared.pools) put(at, service, name, () => members);
    },
  };
}

function apimRoutes(context: Context, services: ReadonlyMap<string, Service>): readonly ArmRoute[] {
  const find = (params: Params): Service | undefined => services.get(serviceId(params).toLowerCase());
  const rest = { provider: "Microsoft.ApiManagement", region: (params: Params) => find(params)?.declared.region };
  const route = (method: string, path: string, handle: (service: Service, request: ArmRequest) => Reply): ArmRoute =>
    armRoute(rest, method, SERVICE + path, (request) => {
      const service = find(request.params);
      return service
        ? handle(service, request)
        : notFound(`The Resource 'Microsoft.ApiManagement/service/${request.params["service"] ?? ""}' was not found.`);
    });
  return [
    route("GET", "", ({ declared }) => ({ status: 200, body: serviceBody(declared) })),
    route("GET", "/backends", list),
    route("GET", "/backends/{backend}", (service, request) => read(service, request)),
    route("HEAD", "/backends/{backend}", (service, request) => ({ ...read(service, request), body: undefined })),
    route("PUT", "/backends/{backend}", (service, request) => write(context, service, request)),
    route("PATCH", "/backends/{backend}", (service, request) => write(context, service, request)),
    route("DELETE", "/backends/{backend}", (service, request) => remove(context, service, request)),
    ...contentPaths().map(([path, handle]) => route("GET", path, ({ declared }, request) => handle(declared, request))),
  ];
}

interface Context {
  readonly options: ApimOptions;
  readonly nextEtag: () => string;
}

function serviceId({ subscription, group, service }: Params): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ApiManagement/service/${service}`;
}

function initial(declared: ApimService, constants: Constants, nextEtag: () => string): Service {
  const rule = {
    name: "foundry",
    failureCondition: {
      count: constants.breakerFailures,
      interval: `PT${constants.breakerIntervalSeconds}S`,
      statusCodeRanges: [
        { min: 429, max: 429 },
        { min: 500, max: 599 },
      ],
    },
    tripDuration: `PT${constants.breakerTripSeconds}S`,
    acceptRetryAfter: constants.breakerAcceptsRetryAfter === 1,
  };
  const singles = declared.backends.map(({ name, url, circuitBreaker = { rules: [rule] } }) => ({
    name,
    properties: { type: "Single", url, protocol: "http", circuitBreaker: { rules: [...circuitBreaker.rules] } } satisfies Properties,
  }));
  const pools = declared.pools.map(({ name, members }) => ({
    name,
    properties: { type: "Pool", pool: { services: members.map((member) => ({ ...member })) } } satisfies Properties,
  }));
  const backends = [...singles, ...pools].map(({ name, properties }): [string, Backend] => [
    name.toLowerCase(),
    { name, etag: nextEtag(), properties },
  ]);
  return { declared, backends: new Map(backends) };
}

function serviceBody({ resourceId, name, region, host, customHosts = [] }: ApimService): unknown {
  const properties = {
    provisioningState: "Succeeded",
    targetProvisioningState: "",
    gatewayUrl: `https://${host}`,
    hostnameConfigurations: [host, ...customHosts].map((hostName) => ({ type: "Proxy", hostName, negotiateClientCertificate: false })),
    additionalLocations: null,
    disableGateway: false,
    publisherEmail: "llm-platform@example.com",
    publisherName: "LLM platform",
  };
  return {
    id: resourceId,
    name,
    type: "Microsoft.ApiManagement/service",
    location: region,
    sku: { name: "StandardV2", capacity: 2 },
    properties,
  };
}

function backendBody({ declared }: Service, { name, properties }: Backend): unknown {
  const { type, title = null, description = null, url = null, protocol = null, circuitBreaker } = properties;
  const own = type === "Pool" ? { pool: { services: membersOf(properties) } } : circuitBreaker ? { circuitBreaker } : {};
  return {
    id: `${declared.resourceId}/backends/${name}`,
    type: "Microsoft.ApiManagement/service/backends",
    name,
    properties: { title, description, url, protocol, type: type ?? "Single", ...own },
  };
}

function list(service: Service, { call }: ArmRequest): Reply {
  if (call.query.has("$filter")) return notImplemented(call.method, call.path, "$filter");
  const all = [...service.backends.values()];
  const skip = Number(call.query.get("$skip") ?? 0);
  const top = Number(call.query.get("$top") ?? all.length);
  const page = all.slice(skip, skip + top);
  const more =
    skip + top < all.length
      ? {
          nextLink: `${call.base}${service.declared.resourceId}/backends?api-version=${call.query.get("api-version") ?? ""}&$top=${top}&$skip=${skip + top}`,
        }
      : {};
  return { status: 200, body: { value: page.map((backend) => backendBody(service, backend)), count: all.length, ...more } };
}

function stored(service: Service, { params }: ArmRequest): Backend | undefined {
  return service.backends.get((params["backend"] ?? "").toLowerCase());
}

function read(service: Service, request: ArmRequest): Reply {
  const backend = stored(service, request);
  if (!backend) return notFound("Backend not found.");
  return { status: 200, headers: { etag: backend.etag }, body: backendBody(service, backend) };
}

/** PUT replaces, PATCH merges the given properties; either replaces `pool.services` as a whole. */
function write(context: Context, service: Service, request: ArmRequest): Reply {
  const before = stored(service, request);
  const isPatch = request.call.method === "PATCH";
  if (isPatch && !before) return notFound("Backend not found.");
  const refusal = before && precondition(context, service, before, request);
  if (refusal) return refusal;
  const parsed = parseProperties(request.call.body);
  if ("refusal" in parsed) return parsed.refusal;
  const properties = { ...(isPatch ? before?.properties : {}), ...parsed.properties };
  const problem = backendProblem(properties, (name) => kindOf(service, name));
  if (problem) return problem;
  const name = before?.name ?? request.params["backend"] ?? "";
  const after = { name, etag: context.nextEtag(), properties };
  service.backends.set(name.toLowerCase(), after);
  if (parsed.properties.pool) context.options.onPoolWritten(request.at, service.declared.gateway, name, membersOf(properties), "caller");
  return { status: before ? 200 : 201, headers: { etag: after.etag }, body: backendBody(service, after) };
}

function kindOf(service: Service, name: string): "Single" | "Pool" | undefined {
  const backend = service.backends.get(name);
  return backend && (backend.properties.type ?? "Single");
}

function remove(context: Context, service: Service, request: ArmRequest): Reply {
  const backend = stored(service, request);
  if (!backend) return { status: 204 };
  const refusal = precondition(context, service, backend, request);
  if (refusal) return refusal;
  const user = [...service.backends.values()].find((pool) =>
    membersOf(pool.properties).some(({ id }) => backendName(id) === backend.name.toLowerCase()),
  );
  if (user) return validationError("backendId", `Backend '${backend.name}' is used by backend pool '${user.name}'.`);
  service.backends.delete(backend.name.toLowerCase());
  if (backend.properties.type === "Pool") context.options.onPoolWritten(request.at, service.declared.gateway, backend.name, [], "caller");
  return { status: 200 };
}

/** If-Match is required on PATCH and DELETE; PUT checks it when given. */
function precondition({ options, nextEtag }: Context, service: Service, backend: Backend, { call }: ArmRequest): Reply | undefined {
  const ifMatch = call.headers["if-match"];
  if (ifMatch === undefined)
    return call.method === "PUT" ? undefined : armError(400, "ValidationError", "The If-Match header is required for this operation.");
  const conflicts = options.faults.etagConflicts[service.declared.region] ?? 0;
  if (conflicts > 0 && ifMatch !== "*") {
    options.faults.etagConflicts[service.declared.region] = conflicts - 1;
    service.backends.set(backend.name.toLowerCase(), { ...backend, etag: nextEtag() });
    return preconditionFailed();
  }
  return etagMatches(ifMatch, backend.etag) ? undefined : preconditionFailed();
}
