/** What runs on one gateway, as lines that can be compared. */
import { ApiManagementClient } from "@azure/arm-apimanagement";
import { parseResourceId } from "../../src/azure/arm/resource-id.ts";
import type { Gateway } from "../../src/domain/estate.ts";
import type { Reader } from "../read/reader.ts";
import { jsonLines, xmlLines } from "./canonical.ts";
import { isMeantFor, type ScopeName, type ShippedFile } from "./shipped.ts";

export interface Thing {
  readonly scope: ScopeName;
  readonly name: string;
  /** Unique on the gateway: `operation openai/post`. */
  readonly item: string;
  /** Empty: it is there, without a policy. */
  readonly lines: readonly string[];
}

export interface NamedValue {
  readonly name: string;
  /** Undefined for secrets, which are not told. */
  readonly value: string | undefined;
}

export interface Backend {
  readonly name: string;
  readonly url: string;
  readonly breaker: readonly string[];
}

export interface Running {
  readonly gateway: Gateway;
  readonly things: readonly Thing[];
  readonly namedValues: readonly NamedValue[];
  /** Single ones. */
  readonly backends: readonly Backend[];
}

/** Well-formed, so that expressions come with entities. */
const XML = { format: "xml" } as const;

interface Place {
  readonly reader: Reader;
  readonly client: ApiManagementClient;
  readonly group: string;
  readonly service: string;
}

/** `files` tell whose operations are read: a gateway may have hundreds that are none of ours. */
export async function readRunning(reader: Reader, gateway: Gateway, files: readonly ShippedFile[]): Promise<Running> {
  const id = parseResourceId(gateway.resourceId);
  const client = new ApiManagementClient(reader.credential, id.subscription, reader.options);
  const place: Place = { reader, client, group: id.resourceGroup, service: id.nameOf("service") };
  const things = [...(await globalPolicy(place)), ...(await fragments(place)), ...(await products(place)), ...(await apis(place, files))];
  return { gateway, things, namedValues: await namedValues(place), backends: await backends(place) };
}

async function globalPolicy({ reader, client, group, service }: Place): Promise<readonly Thing[]> {
  const found = await reader.get(`policy of ${service}`, (options) => client.policy.get(group, service, "policy", { ...options, ...XML }));
  return found === undefined ? [] : [{ scope: "global", name: "policy", item: "global policy", lines: xmlLines(found.value ?? "") }];
}

async function fragments({ reader, client, group, service }: Place): Promise<readonly Thing[]> {
  const names = await namesOf(reader, `fragments of ${service}`, (options) => client.policyFragment.listByService(group, service, options));
  return thingsOf("fragments", "fragment", names, (name) =>
    reader.get(`fragment ${service}/${name}`, (options) => client.policyFragment.get(group, service, name, { ...options, ...XML })),
  );
}

async function products({ reader, client, group, service }: Place): Promise<readonly Thing[]> {
  const names = await namesOf(reader, `products of ${service}`, (options) => client.product.listByService(group, service, options));
  return thingsOf("products", "product", names, (name) =>
    reader.get(`policy of product ${service}/${name}`, (options) =>
      client.productPolicy.get(group, service, name, "policy", { ...options, ...XML }),
    ),
  );
}

async function apis(place: Place, files: readonly ShippedFile[]): Promise<readonly Thing[]> {
  const { reader, client, group, service } = place;
  const names = await namesOf(reader, `APIs of ${service}`, (options) => client.api.listByService(group, service, options));
  const found = await thingsOf("apis", "API", names, (name) =>
    // Not `apiPolicy.get`, alone of its kind: it takes the JSON for XML and loses the value (azure-sdk-for-js issue 31566).
    reader.get(`policy of API ${service}/${name}`, async (options) => {
      const { value = [] } = await client.apiPolicy.listByApi(group, service, name, options);
      return value[0];
    }),
  );
  const own = names.filter((name) => files.some((file) => file.scope === "apis" && isMeantFor(file, name)));
  const operations: Thing[] = [];
  for (const api of own) operations.push(...(await operationsOf(place, api)));
  return [...found, ...operations];
}

async function operationsOf({ reader, client, group, service }: Place, api: string): Promise<readonly Thing[]> {
  const where = `operations of ${service}/${api}`;
  const names = await namesOf(reader, where, (options) => client.apiOperation.listByApi(group, service, api, options));
  return thingsOf("operations", `operation ${api}/`, names, (name) =>
    reader.get(`policy of operation ${service}/${api}/${name}`, (options) =>
      client.apiOperationPolicy.get(group, service, api, name, "policy", { ...options, ...XML }),
    ),
  );
}

async function thingsOf(
  scope: ScopeName,
  kind: string,
  names: readonly string[],
  policyOf: (name: string) => Promise<{ value?: string } | undefined>,
): Promise<readonly Thing[]> {
  const things: Thing[] = [];
  for (const name of names) {
    const policy = await policyOf(name);
    things.push({ scope, name, item: kind.endsWith("/") ? kind + name : `${kind} ${name}`, lines: xmlLines(policy?.value ?? "") });
  }
  return things;
}

async function namesOf(
  reader: Reader,
  where: string,
  start: Parameters<typeof reader.list<{ name?: string }>>[1],
): Promise<readonly string[]> {
  return ((await reader.list(where, start)) ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
}

async function namedValues({ reader, client, group, service }: Place): Promise<readonly NamedValue[]> {
  const found = await reader.list(`named values of ${service}`, (options) => client.namedValue.listByService(group, service, options));
  // Policies use the display name, which is not the resource's.
  return (found ?? []).flatMap(({ displayName, secret, value }) =>
    displayName === undefined ? [] : [{ name: displayName, value: secret === true ? undefined : value }],
  );
}

async function backends({ reader, client, group, service }: Place): Promise<readonly Backend[]> {
  const found = await reader.list(`backends of ${service}`, (options) => client.backend.listByService(group, service, options));
  return (found ?? []).flatMap(({ name, url, pool, circuitBreaker }) =>
    name === undefined || pool?.services !== undefined ? [] : [{ name, url: url ?? "", breaker: jsonLines(circuitBreaker ?? null) }],
  );
}
