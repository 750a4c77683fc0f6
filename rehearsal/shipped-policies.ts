/** What infra/ ships to the gateways: the drills model these very files, and nothing here is written twice. */
import { readFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

type Attributes = Readonly<Record<string, string>>;

const Breaker = z.object({
  rules: z
    .tuple([
      z.object({
        failureCondition: z.object({ count: z.int().positive(), interval: z.string() }),
        tripDuration: z.string(),
        acceptRetryAfter: z.boolean(),
      }),
    ])
    .describe("API Management takes one rule per backend (azure-facts 1.4)."),
});
const BREAKER_FILE = "gateway/breaker.json";

export interface ShippedPolicies {
  readonly breaker: {
    readonly failures: number;
    readonly intervalSeconds: number;
    readonly tripSeconds: number;
    readonly acceptsRetryAfter: boolean;
  };
  readonly retry: { readonly count: number; readonly intervalSeconds: number; readonly isFirstAtOnce: boolean };
  /** Until the first byte of a call that streams. */
  readonly forwardTimeoutSeconds: number;
  readonly gate: { readonly timeoutSeconds: number; readonly cacheSeconds: number };
  readonly witness: { readonly timeoutSeconds: number };
}

export function readShippedPolicies(read: (path: string) => string = readInfra): ShippedPolicies {
  const only = (path: string, element: string): Attributes => onlyElement(path, read(path), element);
  const retry = only("policies/fragments/forward.xml", "retry");
  const gate = "policies/operations/health.xml";
  return {
    breaker: readBreaker(read(BREAKER_FILE)),
    retry: {
      count: numberOf(retry, "count"),
      intervalSeconds: numberOf(retry, "interval"),
      isFirstAtOnce: retry["first-fast-retry"] === "true",
    },
    forwardTimeoutSeconds: whileStreaming(only("policies/fragments/forward.xml", "forward-request")),
    gate: {
      timeoutSeconds: numberOf(only(gate, "send-request"), "timeout"),
      cacheSeconds: numberOf(only(gate, "cache-store-value"), "duration"),
    },
    witness: { timeoutSeconds: numberOf(only("policies/operations/witness.xml", "send-request"), "timeout") },
  };
}

function readInfra(path: string): string {
  return readFileSync(new URL(`../infra/${path}`, import.meta.url), "utf8");
}

function readBreaker(json: string): ShippedPolicies["breaker"] {
  const [{ failureCondition, tripDuration, acceptRetryAfter }] = Breaker.parse(JSON.parse(json)).rules;
  return {
    failures: failureCondition.count,
    intervalSeconds: seconds(failureCondition.interval),
    tripSeconds: seconds(tripDuration),
    acceptsRetryAfter: acceptRetryAfter,
  };
}

/** ISO 8601, as Resource Manager writes it: PT5M. */
function seconds(duration: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
  if (!match || duration === "PT") throw new Error(`${BREAKER_FILE}: "${duration}" is no duration such as PT5M.`);
  const [hours = 0, minutes = 0, rest = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (hours * 60 + minutes) * 60 + rest;
}

/** `@(… streams … ? 25 : 120)`: calls that stream are what the traffic model sends. */
function whileStreaming({ timeout = "" }: Attributes): number {
  const found = /"streams".*\?\s*(\d+)\s*:/.exec(timeout)?.[1];
  if (found === undefined) throw new Error(`forward-request: no time-out for calls that stream in "${timeout}".`);
  return Number(found);
}

function numberOf(attributes: Attributes, name: string): number {
  const value = attributes[name] ?? "";
  if (!/^\d+$/.test(value)) throw new Error(`${name}="${value}" is no whole number that a drill could model.`);
  return Number(value);
}

/** With two of them nobody could say which one a drill models. */
function onlyElement(path: string, xml: string, element: string): Attributes {
  const found: Attributes[] = [];
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    updateTag: (name, _path, attributes: unknown) => {
      if (name === element) found.push(z.record(z.string(), z.string()).parse(attributes));
      return true;
    },
  });
  parser.parse(xml);
  const [first, ...more] = found;
  if (first === undefined || more.length > 0) throw new Error(`${path} has ${found.length} elements <${element}>, not one.`);
  return first;
}
