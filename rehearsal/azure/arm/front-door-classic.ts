/** Microsoft.Network/frontDoors: Front Door (classic), read and written as a whole (azure-facts 2.1). */
import { z } from "zod";
import type { Reply } from "../http.ts";
import type { FrontDoor } from "../platform.ts";
import type { Params } from "../routing.ts";
import { armRoute, type ArmRequest, type ArmRoute } from "./arm.ts";
import { badRequest, impaired, LAST_ENABLED, notFound } from "./arm-errors.ts";
import type { FrontDoorOptions } from "./front-door.ts";
import { listRoutes } from "./listing.ts";
import { operations, scheduleAt, type Operations } from "./operations.ts";

const Backend = z.looseObject({
  address: z.string().min(1),
  enabledState: z.enum(["Enabled", "Disabled"]),
  priority: z.int().min(1).max(5).optional(),
  weight: z.int().min(1).max(1000).optional(),
});
const Pools = z.array(z.looseObject({ name: z.string(), properties: z.looseObject({ backends: z.array(Backend).min(1) }) }));
const Body = z.looseObject({ properties: z.looseObject({ backendPools: Pools.min(1) }) });
type Properties = z.infer<typeof Body>["properties"];

interface Classic {
  readonly declared: FrontDoor;
  properties: Properties;
  /** Virtual milliseconds since the Unix epoch. */
  updatingUntil: number;
}

const RESOURCE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/frontDoors/{frontDoor}";
const RESULTS = "/subscriptions/{subscription}/providers/Microsoft.Network/operationresults";

export function classicRoutes(options: FrontDoorOptions): readonly ArmRoute[] {
  const all = options.frontDoors.filter(({ kind }) => kind === "classic").map(initial);
  const running = operations(options.constants.originOperationSeconds);
  const find = ({ subscription, group, frontDoor }: Params): Classic | undefined => {
    const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/frontDoors/${frontDoor}`.toLowerCase();
    return all.find(({ declared }) => declared.resourceId.toLowerCase() === id);
  };
  const route = (method: string, handle: (classic: Classic, request: ArmRequest) => Reply): ArmRoute =>
    armRoute({ provider: "Microsoft.Network" }, method, RESOURCE, (request) => {
      const classic = find(request.params);
      return classic
        ? handle(classic, request)
        : notFound(`The Resource 'Microsoft.Network/frontDoors/${request.params["frontDoor"] ?? ""}' was not found.`);
    });
  return [
    ...listRoutes({
      scopes: options.scopes,
      type: "Microsoft.Network/frontDoors",
      items: all.map((classic) => ({ resourceId: classic.declared.resourceId, classic })),
      body: ({ classic }, at) => classicBody(classic, at),
    }),
    route("GET", (classic, { at }) => ({ status: 200, body: classicBody(classic, at) })),
    route("PUT", (classic, request) => put(options, running, classic, request)),
    armRoute({ provider: "Microsoft.Network" }, "GET", `${RESULTS}/{operation}`, ({ at, call, params }) => {
      const operation = running.find(call, params["operation"] ?? "");
      if ("refusal" in operation) return operation.refusal;
      return { status: 200, body: { status: at >= operation.endsAt ? "Succeeded" : "InProgress" } };
    }),
  ];
}

function initial(declared: FrontDoor): Classic {
  const backend = (hostName: string): z.infer<typeof Backend> => ({
    address: hostName,
    httpPort: 80,
    httpsPort: 443,
    enabledState: "Enabled",
    priority: 1,
    weight: 50,
    backendHostHeader: hostName,
  });
  const groups = [...new Set(declared.origins.map(({ group }) => group))];
  const backendPools = groups.map((name) => ({
    id: `${declared.resourceId}/backendPools/${name}`,
    name,
    // Classic has no origin names: a backend is known by its address.
    properties: { backends: declared.origins.filter(({ group }) => group === name).map((origin) => backend(origin.name)) },
  }));
  return {
    declared,
    updatingUntil: 0,
    properties: {
      backendPools,
      enabledState: "Enabled",
      friendlyName: declared.name,
      frontendEndpoints: [],
      healthProbeSettings: [],
      loadBalancingSettings: [],
      routingRules: [],
    },
  };
}

function classicBody({ declared, properties, updatingUntil }: Classic, at: number): unknown {
  const state =
    at < updatingUntil
      ? { provisioningState: "Updating", resourceState: "Enabling" }
      : { provisioningState: "Succeeded", resourceState: "Enabled" };
  return {
    id: declared.resourceId,
    type: "Microsoft.Network/frontdoors",
    name: declared.name,
    location: "Global",
    tags: {},
    properties: { ...properties, ...state },
  };
}

function put(
  { faults, onOriginWritten }: FrontDoorOptions,
  running: Operations,
  classic: Classic,
  { at, call, params }: ArmRequest,
): Reply {
  if (faults.frontDoorFrozen) return impaired(503, "Microsoft.Network");
  const parsed = Body.safeParse(call.body);
  if (!parsed.success) return badRequest(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  const { properties } = parsed.data;
  if (properties.backendPools.some((pool) => !pool.properties.backends.some(({ enabledState }) => enabledState === "Enabled")))
    return badRequest(LAST_ENABLED);
  const before = states(classic.properties);
  const operation = running.start(at, classic.declared.resourceId.toLowerCase());
  classic.properties = properties;
  classic.updatingUntil = operation.endsAt;
  for (const [key, { group, origin, enabled }] of states(properties)) {
    if (before.get(key)?.enabled === enabled) continue;
    scheduleAt(operation.startsAt, at, () => onOriginWritten(operation.startsAt, classic.declared.edge, group, origin, enabled));
  }
  const url = running.url(
    call.base,
    `/subscriptions/${params["subscription"]}/providers/Microsoft.Network/operationresults`,
    "",
    "2020-05-01",
    operation,
  );
  return { status: 202, headers: { "azure-asyncoperation": url }, body: classicBody(classic, at) };
}

function states({ backendPools }: Properties): Map<string, { group: string; origin: string; enabled: boolean }> {
  const rows = backendPools.flatMap((pool) =>
    pool.properties.backends.map(({ address, enabledState }) => ({
      group: pool.name,
      origin: address,
      enabled: enabledState === "Enabled",
    })),
  );
  return new Map(rows.map((row) => [`${row.group}/${row.origin}`.toLowerCase(), row]));
}
