import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { CONSTANTS } from "../../../rehearsal/constants.ts";
import { readShippedPolicies } from "../../../rehearsal/shipped-policies.ts";
import { isBackendFailure } from "../../../rehearsal/traffic/breaker.ts";
import { descendants, shippedDocuments } from "./documents.ts";

function infra(path: string): string {
  return readFileSync(new URL(`../../../infra/${path}`, import.meta.url), "utf8");
}

const documents = shippedDocuments();

function attribute(document: string, element: string, name: string): string | undefined {
  const root = documents.find((it) => it.name === document)?.root;
  return root && descendants(root).find((it) => it.name === element)?.attributes[name];
}

const Breaker = z.object({
  rules: z.array(
    z.object({
      failureCondition: z.object({
        count: z.number(),
        interval: z.string(),
        statusCodeRanges: z.array(z.object({ min: z.number(), max: z.number() })),
      }),
      tripDuration: z.string(),
      acceptRetryAfter: z.boolean(),
    }),
  ),
});
const rule = Breaker.parse(JSON.parse(infra("gateway/breaker.json"))).rules[0];

describe("what the drills model", () => {
  it.each([
    ["retryCount", attribute("fragments/forward", "retry", "count"), `${CONSTANTS.retryCount.value}`],
    ["retryIntervalSeconds", attribute("fragments/forward", "retry", "interval"), `${CONSTANTS.retryIntervalSeconds.value}`],
    ["retryFirstAtOnce", attribute("fragments/forward", "retry", "first-fast-retry"), `${CONSTANTS.retryFirstAtOnce.value === 1}`],
    ["gateTimeoutSeconds", attribute("operations/health", "send-request", "timeout"), `${CONSTANTS.gateTimeoutSeconds.value}`],
    ["gateCacheSeconds", attribute("operations/health", "cache-store-value", "duration"), `${CONSTANTS.gateCacheSeconds.value}`],
    ["witnessTimeoutSeconds", attribute("operations/witness", "send-request", "timeout"), `${CONSTANTS.witnessTimeoutSeconds.value}`],
    ["breakerFailures", `${rule?.failureCondition.count}`, `${CONSTANTS.breakerFailures.value}`],
    ["breakerIntervalSeconds", rule?.failureCondition.interval, `PT${CONSTANTS.breakerIntervalSeconds.value / 60}M`],
    ["breakerTripSeconds", rule?.tripDuration, `PT${CONSTANTS.breakerTripSeconds.value / 60}M`],
    ["breakerAcceptsRetryAfter", `${rule?.acceptRetryAfter}`, `${CONSTANTS.breakerAcceptsRetryAfter.value === 1}`],
  ])("%s is what infra ships", (_, shipped, modelled) => {
    expect(modelled).toBe(shipped);
  });

  it("the time-out of a call that streams is the one that the policy computes", () => {
    expect(attribute("fragments/forward", "forward-request", "timeout")).toBe(
      `@(context.Variables.GetValueOrDefault("streams", false) ? ${CONSTANTS.gatewayForwardTimeoutSeconds.value} : 120)`,
    );
  });

  it("retries wait for a fixed time: the model knows no delta", () => {
    expect(attribute("fragments/forward", "retry", "delta")).toBeUndefined();
  });

  it.each([200, 400, 401, 404, 408, 429, 500, 503, 599] as const)("the modelled breaker counts %i as the shipped one does", (status) => {
    const ranges = rule?.failureCondition.statusCodeRanges ?? [];
    expect(isBackendFailure(status)).toBe(ranges.some(({ min, max }) => min <= status && status <= max));
  });
});

describe("shipped policies that a drill could not model are refused", () => {
  it.each<[string, string, string, string]>([
    ["two retries", "policies/fragments/forward.xml", "</fragment>", '<retry condition="@(true)" count="1" interval="1" /></fragment>'],
    ["a count that is computed", "policies/fragments/forward.xml", 'count="2"', 'count="@(2)"'],
    ["no time-out for calls that stream", "policies/fragments/forward.xml", '"streams"', '"flows"'],
    ["no cache", "policies/operations/health.xml", "cache-store-value", "cache-remove-value"],
    ["two rules of a breaker", "gateway/breaker.json", '"rules": [', '"rules": [{},'],
    ["a duration that is none", "gateway/breaker.json", "PT5M", "5m"],
  ])("%s", (_, path, from, to) => {
    const changed = (asked: string): string => (asked === path ? infra(asked).replace(from, to) : infra(asked));
    expect(changed(path)).not.toBe(infra(path));
    expect(() => readShippedPolicies(changed)).toThrow();
  });
});
