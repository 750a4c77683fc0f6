/** Gateways that run what infra/ ships, named as its modules name it. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ApimContents, ApimService, Platform } from "../../rehearsal/azure/platform.ts";

const policy = (path: string): string => readFileSync(`infra/policies/${path}.xml`, "utf8");
const Breaker = z.object({ rules: z.array(z.unknown()) });

const FRAGMENTS = ["entra-token", "token-limit", "token-metrics", "route", "forward", "normalise-request", "normalise-response"];
const VALUES = [
  "tenant-id",
  "api-audience",
  "failover-client-id",
  "failover-app-url",
  "model-pools",
  "backend-targets",
  "tokens-per-minute",
];

function shippedContents(region: string): ApimContents {
  const openai = ["delete", "get", "post"].map((name) => ({ name, method: name.toUpperCase(), urlTemplate: "/*" }));
  const health = ["get", "head"].map((method) => ({
    name: `health-${method}`,
    method: method.toUpperCase(),
    urlTemplate: "/health",
    policy: policy("operations/health"),
  }));
  const witness = { name: "witness", method: "GET", urlTemplate: "/witness/{backend}", policy: policy("operations/witness") };
  return {
    policy: policy("global"),
    apis: [
      { name: "openai", path: "openai", policy: policy("apis/openai"), operations: openai },
      { name: "foundry-failover", path: "foundry-failover", policy: policy("apis/failover"), operations: [...health, witness] },
    ],
    products: [{ name: "standard", policy: policy("products/standard") }],
    fragments: FRAGMENTS.map((name) => ({ name, value: policy(`fragments/${name}`) })),
    namedValues: [...VALUES.map((name) => ({ name, value: `value of ${name}` })), { name: "region", value: region }],
  };
}

export function shippedBreaker(): { readonly rules: readonly unknown[] } {
  return Breaker.parse(JSON.parse(readFileSync("infra/gateway/breaker.json", "utf8")));
}

/** Every gateway of the platform runs what is shipped; `change` is what somebody did to one of them. */
export function withShipped(platform: Platform, change: (service: ApimService) => ApimService = (service) => service): Platform {
  const circuitBreaker = shippedBreaker();
  const shipped = (service: ApimService): ApimService => ({
    ...service,
    contents: shippedContents(service.region),
    backends: service.backends.map((backend) => ({ ...backend, circuitBreaker })),
  });
  return { ...platform, services: platform.services.map((service) => change(shipped(service))) };
}
