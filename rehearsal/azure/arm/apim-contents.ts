/** What API Management runs: APIs, operations, products, policies, fragments, named values. Read-only here. */
import type { Reply } from "../http.ts";
import type { ApimApi, ApimContents, ApimService } from "../platform.ts";
import type { ArmRequest } from "./arm.ts";
import { armError, notFound } from "./arm-errors.ts";

type Handle = (declared: ApimService, request: ArmRequest) => Reply;

/** What stands in a gateway whose contents are not given: the operation that its witness is asked at. */
function contentsOf({ contents, witnessPath }: ApimService): ApimContents {
  const empty = { apis: [], products: [], fragments: [], namedValues: [] };
  if (contents !== undefined || witnessPath === null) return contents ?? empty;
  // `/foundry-failover/witness/{backend}` is the operation `/witness/{backend}` of the API `foundry-failover`.
  const [path = "", ...rest] = witnessPath.replace(/^\//, "").split("/");
  const operations = [{ name: "witness", method: "GET", urlTemplate: `/${rest.join("/")}` }];
  return { ...empty, apis: [{ name: path, path, operations }] };
}

/** Paths under the service. */
export function contentPaths(): readonly (readonly [path: string, handle: Handle])[] {
  return [
    ["/policies/policy", (service, request) => policy(service, "policies", contentsOf(service).policy, request)],
    ["/apis", (service) => list(service, "apis", contentsOf(service).apis, apiProperties)],
    ["/apis/{api}/policies", ofApi(listApiPolicies)],
    ["/apis/{api}/policies/policy", ofApi((service, api, request) => policy(service, `apis/${api.name}/policies`, api.policy, request))],
    ["/apis/{api}/operations", ofApi((service, api) => list(service, `apis/${api.name}/operations`, api.operations, operationProperties))],
    ["/apis/{api}/operations/{operation}/policies/policy", ofApi(operationPolicy)],
    ["/products", (service) => list(service, "products", contentsOf(service).products, productProperties)],
    ["/products/{product}/policies/policy", productPolicy],
    ["/policyFragments", (service) => list(service, "policyFragments", contentsOf(service).fragments, policyProperties)],
    ["/policyFragments/{fragment}", fragment],
    ["/namedValues", (service) => list(service, "namedValues", contentsOf(service).namedValues, namedValueProperties)],
  ];
}

interface Named {
  readonly name: string;
}

function list<Item extends Named>(
  { resourceId }: ApimService,
  under: string,
  items: readonly Item[],
  properties: (item: Item) => unknown,
): Reply {
  const type = `Microsoft.ApiManagement/service/${typeOf(under)}`;
  const value = items.map((item) => ({ id: `${resourceId}/${under}/${item.name}`, type, name: item.name, properties: properties(item) }));
  return { status: 200, body: { value, count: value.length, nextLink: "" } };
}

/** `apis/openai/operations` is of the type `apis/operations`. */
function typeOf(under: string): string {
  return under
    .split("/")
    .filter((_, index) => index % 2 === 0)
    .join("/");
}

function byName<Item extends Named>(items: readonly Item[], name = ""): Item | undefined {
  return items.find((item) => item.name.toLowerCase() === name.toLowerCase());
}

function ofApi(handle: (service: ApimService, api: ApimApi, request: ArmRequest) => Reply): Handle {
  return (service, request) => {
    const api = byName(contentsOf(service).apis, request.params["api"]);
    return api ? handle(service, api, request) : notFound("API not found.");
  };
}

/** In the format `xml`: the list takes no other. */
function listApiPolicies(service: ApimService, { name, policy: value }: ApimApi): Reply {
  const policies = value === undefined ? [] : [{ name: "policy", value }];
  return list(service, `apis/${name}/policies`, policies, policyProperties);
}

function operationPolicy(service: ApimService, api: ApimApi, request: ArmRequest): Reply {
  const operation = byName(api.operations, request.params["operation"]);
  if (!operation) return notFound("Operation not found.");
  return policy(service, `apis/${api.name}/operations/${operation.name}/policies`, operation.policy, request);
}

function productPolicy(service: ApimService, request: ArmRequest): Reply {
  const product = byName(contentsOf(service).products, request.params["product"]);
  return product ? policy(service, `products/${product.name}/policies`, product.policy, request) : notFound("Product not found.");
}

/** The text is kept as well-formed XML, which is what the format `xml` tells; `rawxml` would tell C# expressions unescaped. */
function policy({ resourceId }: ApimService, under: string, value: string | undefined, { call }: ArmRequest): Reply {
  const refused = otherFormat(call.query);
  if (refused) return refused;
  if (value === undefined) return notFound("Policy not found.");
  const type = `Microsoft.ApiManagement/service/${typeOf(under)}`;
  return {
    status: 200,
    headers: { etag: '"AAAAAAAAAAE="' },
    body: { id: `${resourceId}/${under}/policy`, type, name: "policy", properties: { format: "xml", value } },
  };
}

function fragment(service: ApimService, { params, call }: ArmRequest): Reply {
  const refused = otherFormat(call.query);
  if (refused) return refused;
  const found = byName(contentsOf(service).fragments, params["fragment"]);
  if (!found) return notFound("PolicyFragment not found.");
  const { name } = found;
  const type = "Microsoft.ApiManagement/service/policyFragments";
  return {
    status: 200,
    headers: { etag: '"AAAAAAAAAAE="' },
    body: { id: `${service.resourceId}/policyFragments/${name}`, type, name, properties: policyProperties(found) },
  };
}

function otherFormat(query: URLSearchParams): Reply | undefined {
  const format = query.get("format") ?? "xml";
  return format === "xml" ? undefined : armError(501, "NotImplemented", `The embedded Azure has no policy format ${format}.`);
}

function apiProperties({ name, path }: ApimApi): unknown {
  return { displayName: name, apiRevision: "1", serviceUrl: null, path, protocols: ["https"], isCurrent: true };
}

function productProperties({ name }: Named): unknown {
  return { displayName: name, state: "published" };
}

function policyProperties({ value }: { readonly value: string }): unknown {
  return { format: "xml", value };
}

function operationProperties({ name, method, urlTemplate }: ApimApi["operations"][number]): unknown {
  return { displayName: name, method, urlTemplate };
}

/** The value of a secret is never listed. */
function namedValueProperties({ name, value, secret = false }: ApimContents["namedValues"][number]): unknown {
  return { displayName: name, ...(secret ? {} : { value }), secret };
}
