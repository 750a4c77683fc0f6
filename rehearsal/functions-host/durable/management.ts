/**
 * The extension's HTTP API over instances, as recorded: the same routes serve the durable client (`/durabletask/`, no key) and people
 * (`/runtime/webhooks/durabletask/`, with a key). What the app does not use answers 501 by name.
 */
import type { HttpAnswer, HttpCall } from "../http-triggers.ts";
import type { Delivery, TaskHub } from "./hub.ts";
import type { InstanceStatus } from "./instances.ts";
import { managementUrls, type Webhooks } from "./client-binding.ts";

interface ManagementRequest {
  readonly method: string;
  /** Below the base, decoded, without slashes at the ends. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  /** As the caller sent it: the `Location` of a status answer. */
  readonly url: string;
}

interface ManagementAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent = no body. */
  readonly body?: unknown;
}

/** Answers a call below `base`. */
export function durableAnswer(hub: TaskHub, webhooks: Webhooks, call: HttpCall, base: string): HttpAnswer {
  const answer = manage(hub, webhooks, {
    method: call.method,
    path: call.url.pathname
      .slice(base.length)
      .split("/")
      .filter((part) => part !== "")
      .map(decodeURIComponent),
    query: call.url.searchParams,
    contentType: call.headers["content-type"] ?? "",
    body: Buffer.from(call.body).toString("utf8"),
    url: call.url.href,
  });
  if (answer.body === undefined) {
    return { status: answer.status, ...(answer.headers && { headers: answer.headers }) };
  }
  const headers = { "content-type": "application/json; charset=utf-8", ...answer.headers };
  return { status: answer.status, headers, body: JSON.stringify(answer.body) };
}

const DELIVERY_STATUS: Readonly<Record<Delivery, number>> = { accepted: 202, ended: 410, unknown: 404 };

function manage(hub: TaskHub, webhooks: Webhooks, request: ManagementRequest): ManagementAnswer {
  const [collection, first, verb, eventName] = request.path;
  const route = `${request.method} ${collection ?? ""}${verb === undefined ? "" : `/${verb}`}`;
  if (request.method === "POST" && collection === "orchestrators" && first !== undefined) {
    return start(hub, webhooks, first, verb, request.body);
  }
  if (route === "GET instances") {
    return first === undefined ? list(hub, request.query) : status(hub, first, request);
  }
  if (route === "POST instances/raiseEvent" && first !== undefined && eventName !== undefined) {
    return raiseEvent(hub, first, eventName, request);
  }
  if (route === "POST instances/terminate" && first !== undefined) {
    return { status: DELIVERY_STATUS[hub.terminate(first, request.query.get("reason") ?? "")] };
  }
  return unserved(route);
}

function unserved(what: string): ManagementAnswer {
  return { status: 501, body: { Message: `The local Functions host does not serve ${what} of the durable HTTP API.` } };
}

function start(hub: TaskHub, webhooks: Webhooks, name: string, instanceId: string | undefined, body: string): ManagementAnswer {
  const input = jsonText(body);
  if (input === undefined) {
    return invalidJson();
  }
  const started = hub.start(name, input, instanceId);
  if ("conflict" in started) {
    return { status: 409, body: { Message: `An Orchestration instance with the status ${started.conflict} already exists.` } };
  }
  const { rewindPostUri: _rewindPostUri, ...urls } = managementUrls(webhooks, started.instanceId);
  return { status: 202, headers: { location: urls.statusQueryGetUri, "retry-after": "10" }, body: urls };
}

function status(hub: TaskHub, instanceId: string, { query, url }: ManagementRequest): ManagementAnswer {
  const found = hub.instances.status(instanceId);
  if (query.get("showHistory") === "true") {
    return unserved("showHistory");
  }
  if (found === undefined) {
    return { status: 404 };
  }
  const isOpen = found.runtimeStatus === "Pending" || found.runtimeStatus === "Running";
  const body = statusBody(found, query.get("showInput") !== "false");
  return isOpen ? { status: 202, headers: { location: url, "retry-after": "5" }, body } : { status: 200, body };
}

function list(hub: TaskHub, query: URLSearchParams): ManagementAnswer {
  const wanted = query
    .get("runtimeStatus")
    ?.split(",")
    .map((each) => each.toLowerCase());
  const from = Date.parse(query.get("createdTimeFrom") ?? "") || 0;
  const to = Date.parse(query.get("createdTimeTo") ?? "") || Number.MAX_SAFE_INTEGER;
  const prefix = query.get("instanceIdPrefix") ?? "";
  const found = hub.instances
    .list()
    .filter(
      (each) =>
        (wanted === undefined || wanted.includes(each.runtimeStatus.toLowerCase())) &&
        each.createdAt >= from &&
        each.createdAt <= to &&
        each.instanceId.startsWith(prefix),
    );
  return { status: 200, body: found.map((each) => statusBody(each, query.get("showInput") !== "false")) };
}

function statusBody(found: InstanceStatus, showInput: boolean): unknown {
  return {
    name: found.name,
    instanceId: found.instanceId,
    runtimeStatus: found.runtimeStatus,
    input: showInput ? found.input : null,
    customStatus: found.customStatus,
    output: found.output,
    createdTime: wholeSeconds(found.createdAt),
    lastUpdatedTime: wholeSeconds(found.updatedAt),
  };
}

function wholeSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function raiseEvent(hub: TaskHub, instanceId: string, name: string, { contentType, body }: ManagementRequest): ManagementAnswer {
  const known = hub.instances.status(instanceId);
  const isLive = known?.runtimeStatus === "Pending" || known?.runtimeStatus === "Running";
  const input = jsonText(body);
  // Recorded: 404 and 410 come before the content is looked at.
  if (isLive && !contentType.startsWith("application/json")) {
    return { status: 400, body: { Message: "Only application/json request content is supported" } };
  }
  if (isLive && input === undefined) {
    return invalidJson();
  }
  return { status: DELIVERY_STATUS[hub.raiseEvent(instanceId, name, input ?? "null")] };
}

function invalidJson(): ManagementAnswer {
  return { status: 400, body: { Message: "Invalid JSON content" } };
}

/** Compact JSON text; no body at all becomes the empty string (recorded). */
function jsonText(body: string): string | undefined {
  if (body === "") {
    return '""';
  }
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return undefined;
  }
}
