/** What each example would deploy, told by the compiler, keeps the architecture's promises; and each promise is seen to break. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ESTATE_RULES } from "./rules/estate.ts";
import { GATEWAY_RULES } from "./rules/gateways.ts";
import { CLOSABLE, EXPOSURE_RULES, OPEN_TO_AZURE } from "./rules/exposure.ts";
import { OBSERVABILITY_RULES } from "./rules/observability.ts";
import { NETWORK_RULES } from "./rules/network.ts";
import { describeCompiled } from "./support/compiler.ts";
import { INFRA, infraFiles, scratch } from "./support/files.ts";
import { ofType, platformOf, type Platform } from "./support/platform.ts";

const RULES = [...NETWORK_RULES, ...GATEWAY_RULES, ...ESTATE_RULES, ...EXPOSURE_RULES, ...OBSERVABILITY_RULES];
const EXAMPLES = infraFiles("examples/*.bicepparam");

it("there are examples of both topologies with 2, 3 and 10 regions", () => {
  const wanted = ["hub-and-spoke", "hub-to-hub"].flatMap((topology) =>
    [2, 3, 10].map((count) => `examples/${topology}-${count}.bicepparam`),
  );
  expect(EXAMPLES).toEqual(expect.arrayContaining(wanted));
});

describeCompiled("platform", (compiler) => {
  const folder = scratch();
  const platforms = new Map<string, Promise<Platform>>();
  function platform(file: string): Promise<Platform> {
    const known = platforms.get(file) ?? platformOf(compiler, join(INFRA, file));
    platforms.set(file, known);
    return known;
  }

  describe.each(EXAMPLES)("%s", (file) => {
    it("deploys, with as many regions as its name says", async () => {
      const { diagnostics, ...rest } = await platform(file);
      expect(diagnostics).toEqual([]);
      const accounts = ofType({ diagnostics, ...rest }, "Microsoft.CognitiveServices/accounts");
      expect(accounts).toHaveLength(Number(/-(\d+)\./.exec(file)?.[1]));
    });

    it.each(RULES)("$title", async ({ violations }) => expect(violations(await platform(file))).toEqual([]));
  });

  it("every type that can be closed to the public network is looked at", async () => {
    const all = (await Promise.all(EXAMPLES.map(platform))).flatMap(({ resources }) => resources);
    const types = [...new Map(all.map(({ type, apiVersion }) => [type, `${type}@${String(apiVersion)}`])).values()];
    // What the compiler says of a number there tells whether the type knows the property.
    const lines = types.map((type, index) => `resource r${index} '${type}' = { properties: { publicNetworkAccess: 1 } }\n`);
    const { findings } = await compiler.compile(folder.write("closable.bicep", lines.join("")));
    const closable = findings.flatMap((finding) => {
      const type = types[Number(/\((\d+)\)/.exec(finding)?.[1]) - 1];
      return finding.includes('"publicNetworkAccess" expected a value') && type !== undefined ? [type.split("@")[0]] : [];
    });
    expect(closable.toSorted()).toEqual([...CLOSABLE, ...OPEN_TO_AZURE].toSorted());
  });

  it("every rule can be broken", () => expect(RULES.filter(({ broken }) => Object.keys(broken).length === 0)).toEqual([]));

  describe("a rule bites when", () => {
    const cases = RULES.flatMap(({ violations, broken }) => Object.entries(broken).map(([what, spoil]) => ({ what, violations, spoil })));
    it.each(cases)("$what", async ({ violations, spoil }) => {
      expect(violations(spoil(await platform("examples/hub-to-hub-2.bicepparam")))).not.toEqual([]);
    });
  });
});
