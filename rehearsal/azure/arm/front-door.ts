/** Microsoft.Cdn: Front Door Standard/Premium profiles, origin groups and origins (azure-facts 2.2, 13.1-4). */
import { z } from "zod";
import type { Constants } from "../../constants.ts";
import type { ControlPlaneFaults } from "../faults.ts";
import type { Call, Reply } from "../http.ts";
import type { FrontDoor } from "../platform.ts";
import type { Params } from "../routing.ts";
import { armRoute, type ArmRequest, type ArmRoute } from "./arm.ts";
import { badRequest, impaired, LAST_ENABLED, notFound } from "./arm-errors.ts";
import { profileReads } from "./budgets.ts";
import { endpointBody, lowered, routeBodies } from "./front-door-endpoints.ts";
import { listRoutes, type Scopes } from "./listing.ts";
import { operations, scheduleAt, type Operation, type Operations } from "./operations.ts";

export type OriginWritten = (at: number, edge: string, group: string, origin: string, enabled: boolean) => void;

export interface FrontDoorOptions {
  readonly frontDoors: readonly FrontDoor[];
  readonly faults: ControlPlaneFaults;
  readonly constants: Constants;
  readonly onOriginWritten: OriginWritten;
  readonly scopes: Scopes;
}

const OriginPatch = z.object({
  properties: z.object({
    enabledState: z.enum(["Enabled", "Disabled"]).optional(),
    priority: z.int().min(1).max(5).nullish(),
    weight: z.int().min(1).max(1000).nullish(),
  }),
});
type OriginState = Required<z.infer<typeof OriginPatch>["properties"]>;

interface Origin {
  readonly group: string;
  readonly name: string;
  readonly hostName: string;
  readonly privateLink?: string;
  state: OriginState;
  /** Virtual milliseconds since the Unix epoch. */
  updatingUntil: number;
}

interface Profile {
  readonly declared: FrontDoor;
  readonly origins: readonly Origin[];
}

const PROVIDER = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Cdn";
const PROFILE = `${PROVIDER}/profiles/{profile}`;
const ORIGINS = `${PROFILE}/originGroups/{originGroup}/origins`;
const RESULTS = `${PROVIDER}/operationresults`;
const ORIGIN_RESULT = `profileresults/{profile}/origingroupresults/{originGroup}/originresults/{origin}`;

export function frontDoorRoutes(options: FrontDoorOptions): readonly ArmRoute[] {
  const profiles = options.frontDoors.filter(({ kind }) => kind === "standard").map(initial);
  const running = operations(options.constants.originOperationSeconds);
  const throttle = profileReads(options.constants);
  const find = ({ subscription, group, profile }: Params): Profile | undefined => {
    const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Cdn/profiles/${profile}`.toLowerCase();
    return profiles.find(({ declared }) => declared.resourceId.toLowerCase() === id);
  };
  const route = (method: string, path: string, handle: (profile: Profile, request: ArmRequest) => Reply): ArmRoute =>
    armRoute({ provider: "Microsoft.Cdn" }, method, path, (request) => {
      const profile = find(request.params);
      return profile ? handle(profile, request) : notFound("The requested resource was not found.");
    });
  const context: Context = { options, running };
  const items = profiles.map(({ declared }) => declared);
  return [
    ...listRoutes({ scopes: options.scopes, type: "Microsoft.Cdn/profiles", items, body: profileBody, refusal: throttle }),
    route("GET", PROFILE, ({ declared }, { at }) => throttle(at) ?? { status: 200, body: profileBody(declared) }),
    route("GET", `${PROFILE}/afdEndpoints`, ({ declared }) => ({ status: 200, body: { value: [endpointBody(declared)] } })),
    route("GET", `${PROFILE}/afdEndpoints/{endpoint}/routes`, ({ declared }) => ({ status: 200, body: { value: routeBodies(declared) } })),
    route("GET", `${PROFILE}/originGroups`, (profile) => ({
      status: 200,
      body: { value: groupNames(profile).map((group) => groupBody(options.constants, profile, group)) },
    })),
    route("GET", `${PROFILE}/originGroups/{originGroup}`, (profile, { params }) => readGroup(options.constants, profile, params)),
    route("GET", ORIGINS, listOrigins),
    route("GET", `${ORIGINS}/{origin}`, readOrigin),
    route("PATCH", `${ORIGINS}/{origin}`, (profile, request) => patchOrigin(context, profile, request)),
    armRoute({ provider: "Microsoft.Cdn" }, "GET", `${RESULTS}/{operation}`, (request) => poll(context, request)),
    route("GET", `${RESULTS}/{operation}/${ORIGIN_RESULT}`, (profile, request) => pollLocation(context, profile, request)),
  ];
}

interface Context {
  readonly options: FrontDoorOptions;
  readonly running: Operations;
}

function initial(declared: FrontDoor): Profile {
  const origins = declared.origins.map((origin): Origin => ({
    ...origin,
    state: { enabledState: "Enabled", priority: 1, weight: 1000 },
    updatingUntil: 0,
  }));
  return { declared, origins };
}

function groupNames({ origins }: Profile): readonly string[] {
  return [...new Set(origins.map(({ group }) => group))];
}

function originsOf(profile: Profile, { originGroup }: Params): readonly Origin[] {
  return profile.origins.filter(({ group }) => group.toLowerCase() === originGroup?.toLowerCase());
}

function profileBody(declared: FrontDoor): unknown {
  const properties = {
    originResponseTimeoutSeconds: 60,
    frontDoorId: "00000000-0000-4000-8000-000000000000",
    provisioningState: "Succeeded",
    resourceState: "Active",
    extendedProperties: {},
  };
  return {
    id: lowered(declared.resourceId),
    type: "Microsoft.Cdn/profiles",
    name: declared.name,
    location: "Global",
    kind: "frontdoor",
    tags: {},
    sku: { name: "Standard_AzureFrontDoor" },
    properties,
  };
}

function groupBody(constants: Constants, { declared }: Profile, group: string): unknown {
  const properties = {
    loadBalancingSettings: {
      sampleSize: constants.edgeSampleSize,
      successfulSamplesRequired: constants.edgeSuccessfulSamplesRequired,
      additionalLatencyInMilliseconds: 50,
    },
    healthProbeSettings: {
      probePath: "/status-0123456789abcdef",
      probeRequestType: "GET",
      probeProtocol: "Https",
      probeIntervalInSeconds: constants.edgeProbeIntervalSeconds,
    },
    trafficRestorationTimeToHealedOrNewEndpointsInMinutes: null,
    sessionAffinityState: "Disabled",
    provisioningState: "Succeeded",
    deploymentStatus: "NotStarted",
  };
  return {
    id: `${lowered(declared.resourceId)}/origingroups/${group}`,
    type: "Microsoft.Cdn/profiles/origingroups",
    name: group,
    properties,
  };
}

function readGroup(constants: Constants, profile: Profile, params: Params): Reply {
  const origin = originsOf(profile, params)[0];
  return origin ? { status: 200, body: groupBody(constants, profile, origin.group) } : notFound("The requested resource was not found.");
}

function originBody({ declared }: Profile, { group, name, hostName, privateLink, state, updatingUntil }: Origin, at: number): unknown {
  const properties = {
    originGroupName: group,
    hostName,
    originHostHeader: hostName,
    httpPort: 80,
    httpsPort: 443,
    ...state,
    sharedPrivateLinkResource:
      privateLink === undefined ? null : { privateLink: { id: privateLink }, groupId: "Gateway", status: "Approved" },
    enforceCertificateNameCheck: true,
    provisioningState: at < updatingUntil ? "Updating" : "Succeeded",
    deploymentStatus: "NotStarted",
  };
  return {
    id: `${lowered(declared.resourceId)}/origingroups/${group}/origins/${name}`,
    type: "Microsoft.Cdn/profiles/origingroups/origins",
    name,
    properties,
  };
}

function listOrigins(profile: Profile, { params, at }: ArmRequest): Reply {
  const origins = originsOf(profile, params);
  if (origins.length === 0) return notFound("The requested resource was not found.");
  return { status: 200, body: { value: origins.map((origin) => originBody(profile, origin, at)) } };
}

function findOrigin(profile: Profile, params: Params): Origin | undefined {
  return originsOf(profile, params).find(({ name }) => name.toLowerCase() === params["origin"]?.toLowerCase());
}

function readOrigin(profile: Profile, { params, at }: ArmRequest): Reply {
  const origin = findOrigin(profile, params);
  return origin ? { status: 200, body: originBody(profile, origin, at) } : notFound("The requested resource was not found.");
}

/** No ETag: the last writer wins. The new state shows at once; the edges hear of it when the operation's turn comes. */
function patchOrigin({ options, running }: Context, profile: Profile, { params, at, call }: ArmRequest): Reply {
  const origin = findOrigin(profile, params);
  if (!origin) return notFound("The requested resource was not found.");
  if (options.faults.frontDoorFrozen) return impaired(503, "Microsoft.Cdn");
  const parsed = OriginPatch.safeParse(call.body);
  if (!parsed.success) return badRequest(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  const {
    enabledState = origin.state.enabledState,
    priority = origin.state.priority,
    weight = origin.state.weight,
  } = parsed.data.properties;
  const others = originsOf(profile, params).filter((other) => other !== origin);
  if (enabledState === "Disabled" && !others.some(({ state }) => state.enabledState === "Enabled")) return badRequest(LAST_ENABLED);
  const operation = running.start(at, profile.declared.resourceId.toLowerCase());
  const written = enabledState !== origin.state.enabledState;
  origin.state = { enabledState, priority, weight };
  origin.updatingUntil = operation.endsAt;
  if (written)
    scheduleAt(operation.startsAt, at, () =>
      options.onOriginWritten(operation.startsAt, profile.declared.edge, origin.group, origin.name, enabledState === "Enabled"),
    );
  return { status: 202, headers: acceptedHeaders(options, running, call, params, operation), body: originBody(profile, origin, at) };
}

function acceptedHeaders(
  { constants }: FrontDoorOptions,
  running: Operations,
  { base, query }: Call,
  params: Params,
  operation: Operation,
): Record<string, string> {
  const results = `/subscriptions/${params["subscription"]}/resourcegroups/${params["group"]}/providers/Microsoft.Cdn/operationresults`;
  const version = query.get("api-version") ?? "";
  const suffix = `/profileresults/${params["profile"]}/origingroupresults/${params["originGroup"]}/originresults/${params["origin"]}`;
  return {
    "azure-asyncoperation": running.url(base, results, "", version, operation),
    location: running.url(base, results, suffix, version, operation),
    "retry-after": String(constants.originOperationRetryAfterSeconds),
  };
}

/** `error` is there even when nothing is wrong (azure-facts 13.1). */
function poll({ options, running }: Context, { params, at, call }: ArmRequest): Reply {
  const operation = running.find(call, params["operation"] ?? "");
  if ("refusal" in operation) return operation.refusal;
  const done = at >= operation.endsAt;
  const headers = done ? {} : { "retry-after": String(options.constants.originOperationRetryAfterSeconds) };
  return { status: 200, headers, body: { status: done ? "Succeeded" : "InProgress", error: { code: "None", message: null } } };
}

function pollLocation({ options, running }: Context, profile: Profile, request: ArmRequest): Reply {
  const operation = running.find(request.call, request.params["operation"] ?? "");
  if ("refusal" in operation) return operation.refusal;
  if (request.at >= operation.endsAt) return readOrigin(profile, request);
  return {
    status: 202,
    headers: {
      location: request.call.base + request.call.path + request.call.search,
      "retry-after": String(options.constants.originOperationRetryAfterSeconds),
    },
  };
}
