/** Bicep compiles and lints without a warning; a warning is how the compiler tells a property that the ARM type does not have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { describeCompiled, type Compilation } from "./support/compiler.ts";
import { INFRA, infraFiles, scratch } from "./support/files.ts";
import { parametersOf, secretOutputs, written, type Placed } from "./support/template.ts";

/** What is deployed by itself. */
const ROOTS = ["main.bicep", "after-deploy.bicep"];

const MOVED = ["Microsoft.ApiManagement/service/backends", "Microsoft.Cdn/profiles/originGroups/origins"];

/** A single backend's address and breaker are nobody's but the template's. */
function isMoved({ resource: { type, properties } }: Placed): boolean {
  return MOVED.includes(type) && !JSON.stringify(properties).includes('"type":"Single"');
}

function howOften({ resource }: Placed): "once" | "always" {
  return "onlyIfNotExists" in (resource["@options"] ?? {}) ? "once" : "always";
}

/** How each resource that the app moves at run time is written, and under which condition of rewriteRouting. */
function howMoved(template: unknown): readonly string[] {
  const moved = written(template).filter(isMoved);
  return moved
    .map((placed) => {
      const asked = placed.conditions.filter((condition) => condition.includes("rewriteRouting"));
      return [placed.resource.type, howOften(placed), ...asked.map((condition) => `if ${condition}`)].join(" ");
    })
    .toSorted();
}

/** Names the Application Insights component, which takes no keys (a rule of its own says so). */
const NO_SECRETS = ["connectionString"];

describeCompiled("infra", (compiler) => {
  const folder = scratch();
  const compiled = new Map<string, Promise<Compilation>>();
  function compile(file: string): Promise<Compilation> {
    const known = compiled.get(file) ?? compiler.compile(join(INFRA, file));
    compiled.set(file, known);
    return known;
  }
  // The compiler reads the rules beside the file that it compiles: those of infra/.
  beforeAll(() => void folder.write("bicepconfig.json", readFileSync(join(INFRA, "bicepconfig.json"), "utf8")));

  it.each(ROOTS)("%s and all that it uses compile and lint without a finding", async (file) => {
    const { findings, template } = await compile(file);
    expect(findings).toEqual([]);
    expect(template).toBeDefined();
  });

  it("every file is a part of them", async () => {
    const used = await Promise.all(ROOTS.map((file) => compiler.filesOf(join(INFRA, file))));
    const files = infraFiles("**/*.bicep").map((file) => join(INFRA, file));
    expect(files.length).toBeGreaterThan(ROOTS.length);
    expect(files.filter((file) => !used.flat().includes(file))).toEqual([]);
  });

  it.each(ROOTS)("no output of %s tells a secret", async (file) => {
    const { template } = await compile(file);
    expect(secretOutputs(template, NO_SECRETS)).toEqual([]);
  });

  it.each([
    [
      "a key that is read",
      "#disable-next-line outputs-should-not-contain-secrets\noutput value string = account.listKeys().key1!\n",
      "value reads keys",
    ],
    [
      "a parameter that is secure",
      "@secure()\nparam hidden string\n#disable-next-line outputs-should-not-contain-secrets\noutput value string = hidden\n",
      "value tells hidden",
    ],
    ["a name that sounds like a secret", "output apiKey string = location\n", "apiKey sounds secret"],
  ])("%s would be found in an output of a module", async (_what, text, found) => {
    folder.write("leaks.bicep", account("disableLocalAuth: true") + "\n" + text);
    const hidden = text.includes("param hidden") ? ", hidden: 'x'" : "";
    const user = folder.write("around.bicep", `module leaks 'leaks.bicep' = { params: { location: 'eastus2'${hidden} } }\n`);
    expect(secretOutputs((await compiler.compile(user)).template, NO_SECRETS)).toEqual([found]);
  });

  it("a redeploy leaves pools and origins as the app has moved them, unless rewriteRouting asks for it", async () => {
    const { template } = await compile("main.bicep");
    const [asFound, asDeclared] = ["once if [not(parameters('rewriteRouting'))]", "always if [parameters('rewriteRouting')]"];
    expect(howMoved(template)).toEqual(MOVED.flatMap((type) => [`${type} ${asDeclared}`, `${type} ${asFound}`]));
    expect(parametersOf(template)["rewriteRouting"]?.defaultValue).toBe(false);
  });

  it("a pool that is written at every deployment would be found", async () => {
    const pool = "{ name: 'apim/pool', properties: { type: 'Pool', pool: { services: [{ id: '/x' }] } } }\n";
    const { template } = await compiler.compile(folder.write("pool.bicep", `resource pool '${MOVED[0]}@2024-05-01' = ${pool}`));
    expect(howMoved(template)).toEqual([`${MOVED[0]} always`]);
  });

  it("what is deployed after the app moves nothing either", async () => {
    expect(howMoved((await compile("after-deploy.bicep")).template)).toEqual([]);
  });

  it("a gateway is open to the public network only while it does not exist", async () => {
    const { template } = await compile("main.bicep");
    const services = written(template).filter(({ resource }) => resource.type === "Microsoft.ApiManagement/service");
    const closed = services.map((placed) => [
      howOften(placed),
      JSON.stringify(placed.resource.properties).includes('"publicNetworkAccess":"Disabled"'),
    ]);
    expect(Object.fromEntries(closed)).toEqual({ once: false, always: true });
  });

  const account = (properties: string): string => `
@description('Where it stands.')
param location string
resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'contoso'
  location: location
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: { ${properties} }
}`;

  it.each<[what: string, text: string, found: string]>([
    ["a property that is misspelt", account("disableLocalAuht: true"), "Warning BCP089"],
    ["a property that does not exist", account("colour: 'red'"), "Warning BCP037"],
    ["a value of another type", account("disableLocalAuth: 'yes'"), "Warning BCP036"],
    ["a value that is too short", account("disableLocalAuth: true").replace("contoso", "c"), "Warning BCP333"],
    ["a version that the type does not have", account("disableLocalAuth: true").replace("2025-06-01", "2025-06-02"), "Warning BCP081"],
    ["what a rule of bicepconfig.json refuses", "param nobodyUsesIt string\n", "Error no-unused-params"],
  ])("%s is a finding, in a module too", async (_what, text, found) => {
    const file = folder.write("faulty.bicep", text);
    expect((await compiler.compile(file)).findings).toEqual([expect.stringContaining(found)]);
    const parameter = /^param \w+/m.exec(text)?.[0].slice(6) ?? "";
    const user = folder.write("uses.bicep", `module faulty 'faulty.bicep' = { params: { ${parameter}: 'eastus2' } }\n`);
    expect((await compiler.compile(user)).findings).toContainEqual(expect.stringContaining(found));
  });

  it("what is right is no finding", async () => {
    const { findings } = await compiler.compile(folder.write("right.bicep", account("disableLocalAuth: true")));
    expect(findings).toEqual([]);
  });
});
