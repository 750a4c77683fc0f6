/** Bad parameters are refused before anything is deployed, each by name, with what was found and what is allowed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeCompiled } from "./support/compiler.ts";
import { scratch } from "./support/files.ts";
import { bicepLiteral } from "./support/literal.ts";

type Parameters = Readonly<Record<string, unknown>>;

const model = { name: "gpt-4o", model: "gpt-4o", version: "2024-11-20", type: "Standard", capacity: 100 };
const GUID = "00000000-0000-4000-8000-0000000000c1";
/** 36 characters, as long as a GUID. */
const NO_GUID = "not-a-guid-but-as-long-as-one-xxxxxx";

function region(location: string, addressPrefix: string, change: object = {}): object {
  return { location, addressPrefix, models: [model], ...change };
}

const GOOD: Parameters = {
  name: "contoso",
  topology: "hubToHub",
  regions: [region("eastus2", "10.1.0.0/16"), region("westus3", "10.2.0.0/16")],
  control: { location: "centralus", addressPrefix: "10.0.0.0/16" },
  entra: { clientId: GUID, identifierUri: `api://${GUID}`, webhookObjectId: GUID },
  publisherEmail: "llm@contoso.example",
  publisherName: "Contoso",
};

/** What is wrong in one set of parameters: field, value, and words of what is allowed. */
type Problem = readonly [field: string, value: string, allowed: string];

const SETS: readonly { readonly what: string; readonly change: Parameters; readonly problems: readonly Problem[] }[] = [
  {
    what: "names, locations and addresses",
    change: {
      name: "Contoso--",
      hubs: [{ location: "northeurope", addressPrefix: "10.3.0.0/16" }],
      regions: [
        region("eastus2", "10.1.0.0/24"),
        region("eastus2", "10.2.0.5/20"),
        region("East US", "10.4.0.0/8", { privateLinkLocation: "West-US" }),
      ],
      control: { location: "eastus2", addressPrefix: "ten/16" },
      entra: { clientId: NO_GUID, identifierUri: "contoso", webhookObjectId: NO_GUID },
      publisherEmail: "nobody",
      deployApplicationGateways: true,
    },
    problems: [
      ["name", '"Contoso--"', "lower-case letters, digits and single inner hyphens"],
      ["hubs", "1 given", "hubToHub has a gateway in every region and no hubs"],
      ["regions[0].addressPrefix", '"10.1.0.0/24"', "/16 to /22"],
      ["regions[1].location", '"eastus2"', "locations must differ"],
      ["regions[1].addressPrefix", '"10.2.0.5/20"', "at its first address"],
      ["regions[2].location", '"East US"', "lower-case letters and digits"],
      ["regions[2].addressPrefix", '"10.4.0.0/8"', "/16 to /22"],
      ["regions[2].privateLinkLocation", '"West-US"', "lower-case letters and digits"],
      ["control.location", '"eastus2"', "must be another location"],
      ["control.addressPrefix", '"ten/16"', "IPv4 address space"],
      ["entra.clientId", NO_GUID, "GUID"],
      ["entra.identifierUri", '"contoso"', "api:// or https://"],
      ["entra.webhookObjectId", NO_GUID, "GUID"],
      ["publisherEmail", '"nobody"', "mail address"],
      ["ingressCertificate", "none given", "deployApplicationGateways needs the certificate"],
    ],
  },
  {
    what: "hubs, boundaries and connections",
    change: {
      topology: "hubAndSpoke",
      connectivity: "virtualWan",
      deployFirewall: true,
      regions: [region("eastus2", "10.1.0.0/16", { dataBoundary: "us" }), region("swedencentral", "10.2.0.0/16", { dataBoundary: " eu" })],
    },
    problems: [
      ["hubs", "0 given", "hubAndSpoke has 1 or 2"],
      ["regions[].dataBoundary", "us,  eu", "one boundary for all"],
      ["regions[1].dataBoundary", '" eu"', "must not be empty or begin or end with a space"],
      ["deployFirewall", "true", "connectivity peering alone"],
    ],
  },
  {
    what: "overlapping addresses, and models",
    change: {
      regions: [
        region("eastus2", "10.1.0.0/16"),
        region("westus3", "10.1.16.0/20", { models: [model, { ...model, name: "GPT-4o" }, { ...model, name: "foundry-x" }] }),
        region("northcentralus", "10.2.0.0/16", { models: [{ ...model, version: "2024-05-13" }] }),
      ],
      control: { location: "centralus", addressPrefix: "10.2.240.0/22" },
    },
    problems: [
      ["regions[1].addressPrefix", "10.1.16.0/20", "overlaps 10.1.0.0/16 of regions[0].addressPrefix"],
      ["control.addressPrefix", "10.2.240.0/22", "overlaps 10.2.0.0/16 of regions[2].addressPrefix"],
      ["regions[1].models[1].name", '"GPT-4o"', "names must differ"],
      ["regions[1].models[1]", "GPT-4o", "one name must mean one model and version"],
      ["regions[1].models[2].name", '"foundry-x"', "not begin with foundry-"],
      ["regions[2].models[0]", "2024-05-13", "one name must mean one model and version"],
    ],
  },
];

/** What the types of the parameters refuse. */
const TYPED: readonly (readonly [field: string, value: unknown, words: string])[] = [
  ["topology", "moon", "'hubAndSpoke' | 'hubToHub'"],
  ["regions", [region("eastus2", "10.1.0.0/16")], "minimum allowable length is 2"],
  ["connectivity", "carrier", "'peering' | 'virtualWan'"],
  ["gatewaySku", "Developer", "'PremiumV2' | 'StandardV2'"],
  ["gatewayUnits", 0, "minimum allowable value is 1"],
  ["productTokensPerMinute", 0, "minimum allowable value is 1"],
  ["probeIntervalSeconds", 7, "10 | 12 | 15 | 20 | 30"],
  ["mode", "on", "'approve' | 'auto' | 'off' | 'recommend'"],
  ["control", { location: "centralus", addresses: "10.0.0.0/16" }, "addressPrefix"],
  ["rewriteRoutings", true, "rewriteRoutings"],
];

describeCompiled("parameters", (compiler) => {
  const folder = scratch();

  function file(name: string, parameters: Parameters): string {
    const lines = Object.entries(parameters).map(([key, value]) => `param ${key} = ${bicepLiteral(value)}\n`);
    return folder.write(`${name}.bicepparam`, `using '${folder.toInfra("main.bicep")}'\n${lines.join("")}`);
  }

  it("that are right are accepted", async () => expect(await compiler.checkParameters(file("good", GOOD))).toEqual([]));

  describe.each(SETS)("$what", async ({ change, problems }) => {
    const refusal = await compiler.snapshot(file("bad", { ...GOOD, ...change })).then(
      () => "nothing was refused",
      (error: unknown) => String(error),
    );
    const told = refusal.split("\n- ").slice(1);

    it.each(problems)("%s: %s is refused: %s", (field, value, allowed) => {
      const own = told.filter((line) => line.startsWith(`${field}: `));
      expect(own, refusal).toContainEqual(expect.stringMatching(/./));
      expect(
        own.some((line) => line.includes(value) && line.includes(allowed)),
        refusal,
      ).toBe(true);
    });

    it("nothing else is refused", () => expect(told.length, refusal).toBe(problems.length));
  });

  // What a secret has touched is not worked out before a deployment, so the check is asked without its parameter.
  it.each([
    ["http://hooks.example", "notifyWebhookUrl: (not shown) must be empty or begin with https://"],
    ["https://hooks.example", undefined],
    ["", undefined],
  ])("notifyWebhookUrl = %j: %s", async (url, refusal) => {
    const text = `import { checkedWebhook } from '${folder.toInfra("checks.bicep")}'\nparam url string\noutput checked string = checkedWebhook(url)\n`;
    folder.write("webhook.bicep", text);
    const told = await compiler.snapshot(folder.write("webhook.bicepparam", `using 'webhook.bicep'\nparam url = '${url}'\n`)).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    expect(told).toEqual(refusal === undefined ? undefined : expect.stringContaining(refusal));
  });

  describe("by their types", async () => {
    const typed = Object.fromEntries(TYPED.map(([field, value]) => [field, value]));
    const path = file("typed", { ...GOOD, ...typed });
    const findings = await compiler.checkParameters(path);
    const lines = readFileSync(path, "utf8").split("\n");

    /** The parameter that a finding's line belongs to. */
    function fieldOf(finding: string): string | undefined {
      const own = lines.slice(0, Number(/\((\d+)\)/.exec(finding)?.[1]));
      return /^param (\w+)/.exec(own.findLast((line) => line.startsWith("param ")) ?? "")?.[1];
    }

    it.each(TYPED)("%s = %j is refused: %s", (field, _value, words) => {
      expect(findings.filter((finding) => fieldOf(finding) === field).join()).toContain(words);
    });

    it("nothing else is refused", () => {
      expect(new Set(findings.map(fieldOf))).toEqual(new Set(TYPED.map(([field]) => field)));
    });
  });
});
