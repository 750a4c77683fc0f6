import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parity } from "../../discover/parity/main.ts";
import type { ApimContents, ApimService } from "../../rehearsal/azure/platform.ts";
import { CLOUDS } from "../../src/config/clouds.ts";
import { credential, rehearsed, type Rehearsed } from "../rehearsal-azure/start.ts";
import { shippedBreaker, withShipped } from "./hubs.ts";
import { example, platformOf, scratch } from "./support.ts";

const estate = await example("hub-to-hub");
const HUB = "apim-swedencentral";

async function check({ azure, ...rest }: Rehearsed, args: readonly string[] = []) {
  const told: string[] = [];
  const file = join(scratch(), "estate.json");
  writeFileSync(file, JSON.stringify({ ...estate, cloud: { ...CLOUDS.public, resourceManager: azure.url } }));
  const exit = await parity(["--estate", file, ...args], {
    credentialFor: () => credential({ azure, ...rest }),
    wait: async () => undefined,
    print: (text) => told.push(text),
    complain: (text) => told.push(text),
    infra: "infra",
  });
  return { exit, text: told.join("\n") };
}

/** One hub of three is changed. */
function changed(change: (service: ApimService) => ApimService) {
  return withShipped(platformOf(estate), (service) => (service.gateway === HUB ? change(service) : service));
}

function contents(change: (contents: ApimContents) => ApimContents) {
  return changed((service) => (service.contents === undefined ? service : { ...service, contents: change(service.contents) }));
}

function values(change: Record<string, string | undefined>) {
  return contents((all) => ({
    ...all,
    namedValues: all.namedValues.flatMap((one) => {
      const value = Object.hasOwn(change, one.name) ? change[one.name] : one.value;
      return value === undefined ? [] : [{ ...one, value }];
    }),
  }));
}

function fragments(change: (text: string) => string | undefined) {
  return contents((all) => ({
    ...all,
    fragments: all.fragments.flatMap((one) => {
      const value = one.name === "forward" ? change(one.value) : one.value;
      return value === undefined ? [] : [{ ...one, value }];
    }),
  }));
}

/** As API Management may tell it: other line ends and indents, entities, no comments. */
function respelt(text: string): string {
  return text
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll(/>\s+</g, ">\r\n\t<")
    .replaceAll(/='([^']*)'/g, (_, value: string) => `="${value.replaceAll('"', "&quot;").replaceAll("\n", "&#xA;")}"`);
}

describe.each([
  ["runs what is shipped", withShipped(platformOf(estate))],
  [
    "tells the same policies in another spelling",
    contents((all) => ({ ...all, fragments: all.fragments.map((one) => ({ ...one, value: respelt(one.value) })) })),
  ],
  [
    "spells the breaker's times otherwise",
    changed((service) => ({
      ...service,
      backends: service.backends.map((one) => ({
        ...one,
        circuitBreaker: JSON.parse(JSON.stringify(shippedBreaker()).replace("PT5M", "PT300S").replace("PT1M", "PT60S")) as {
          rules: unknown[];
        },
      })),
    })),
  ],
])("a hub that %s", (_, platform) => {
  const running = rehearsed({}, { platform });

  it("is the same", async () => {
    expect(await check(running())).toEqual({ exit: 0, text: "3 gateways run what is shipped." });
  });
});

describe.each([
  [
    "another retry",
    fragments((text) => text.replace(/count="\d+"/, 'count="9"')),
    ["fragment forward differs from policies/fragments/forward.xml", 'count="9"'],
  ],
  ["a fragment less", fragments(() => undefined), ["policies/fragments/forward.xml is missing"]],
  [
    "another policy of an operation",
    contents((all) => ({
      ...all,
      apis: all.apis.map((api) => ({
        ...api,
        operations: api.operations.map((one) =>
          one.name === "health-head" ? { ...one, policy: "<policies><inbound /></policies>" } : one,
        ),
      })),
    })),
    ["operation foundry-failover/health-head differs from policies/operations/health.xml"],
  ],
  [
    "an operation without its policy",
    contents((all) => ({
      ...all,
      apis: all.apis.map((api) => ({ ...api, operations: api.operations.map(({ policy: _policy, ...one }) => one) })),
    })),
    ["operation foundry-failover/witness differs from policies/operations/witness.xml"],
  ],
  ["no product", contents((all) => ({ ...all, products: [] })), ["policies/products/standard.xml is missing"]],
  [
    "an API of its own",
    contents((all) => ({ ...all, apis: [...all.apis, { name: "own", path: "own", operations: [] }] })),
    ["API own is there, and others do not have it"],
  ],
  [
    "another value",
    values({ "tokens-per-minute": "5" }),
    ["named value tokens-per-minute differs from the others", "- value of tokens-per-minute", "+ 5"],
  ],
  ["a value less", values({ "tenant-id": undefined }), ["named value tenant-id is missing, and the shipped policies use it"]],
  [
    "another's location",
    values({ region: "eastus2" }),
    ["named value region is not where the gateway stands", "- swedencentral", "+ eastus2"],
  ],
  [
    "the breaker of the guidance on one backend",
    changed((service) => ({
      ...service,
      backends: service.backends.map((one, index) => (index > 0 ? one : { ...one, circuitBreaker: { rules: [] } })),
    })),
    ["backend foundry-eastus2 has another circuit breaker than gateway/breaker.json"],
  ],
  [
    "a backend that leads elsewhere",
    changed((service) => ({
      ...service,
      backends: service.backends.map((one, index) => (index > 0 ? one : { ...one, url: "https://elsewhere.example/openai" })),
    })),
    ["backend foundry-eastus2 differs from the others", "+ https://elsewhere.example/openai"],
  ],
])("a hub with %s", (_, platform, wanted) => {
  const running = rehearsed({}, { platform });

  it("is named, and it alone, with how it differs", async () => {
    const { exit, text } = await check(running());
    expect(exit).toBe(1);
    for (const part of wanted) expect(text).toContain(part);
    expect(text.match(/^\S+ differs/gm)).toEqual([`${HUB} differs`]);
  });
});

describe("secrets", () => {
  const secret = (value: string) =>
    contents((all) => ({ ...all, namedValues: [...all.namedValues, { name: "key", value, secret: true }] }));
  const running = rehearsed({}, { platform: { ...secret("hidden"), services: secret("hidden").services.map(withSecret) } });

  /** On the others too, with another value. */
  function withSecret(service: ApimService): ApimService {
    if (service.gateway === HUB || service.contents === undefined) return service;
    const key = { name: "key", value: `of ${service.name}`, secret: true };
    return { ...service, contents: { ...service.contents, namedValues: [...service.contents.namedValues, key] } };
  }

  it("their values are neither told nor compared", async () => {
    expect(await check(running())).toEqual({ exit: 0, text: "3 gateways run what is shipped." });
  });
});

describe("parity", () => {
  const running = rehearsed({}, { platform: withShipped(platformOf(estate)) });

  it("a hub that cannot be read is not called the same", async () => {
    running().azure.faults.resourceManager = { swedencentral: { answer: 403 } };
    const { exit, text } = await check(running());
    running().azure.faults.resourceManager = {};
    expect(exit).toBe(1);
    expect(text).toMatch(/could not be read: 403/);
    expect(text).toContain(`${HUB} was not compared (`);
    expect(text).not.toContain("differs");
  });

  it.each([
    [["--estate", "none.json"], "none.json"],
    [["--infra", "docs"], "has no policies"],
    [["--colour"], "--colour"],
  ])("%j: says what is wrong, exit 2", async (args, text) => {
    const told = await check(running(), args);
    expect(told.exit).toBe(2);
    expect(told.text).toContain(text);
  });
});
