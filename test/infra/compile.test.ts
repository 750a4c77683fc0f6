/** Bicep compiles and lints without a warning; a warning is how the compiler tells a property that the ARM type does not have. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { describeCompiled } from "./support/compiler.ts";
import { INFRA, infraFiles, scratch } from "./support/files.ts";

/** What is deployed by itself. */
const ROOTS = ["main.bicep", "after-deploy.bicep"];

describeCompiled("infra", (compiler) => {
  const folder = scratch();
  // The compiler reads the rules beside the file that it compiles: those of infra/.
  beforeAll(() => void folder.write("bicepconfig.json", readFileSync(join(INFRA, "bicepconfig.json"), "utf8")));

  it.each(ROOTS)("%s and all that it uses compile and lint without a finding", async (file) => {
    const { findings, template } = await compiler.compile(join(INFRA, file));
    expect(findings).toEqual([]);
    expect(template).toBeDefined();
  });

  it("every file is a part of them", async () => {
    const used = await Promise.all(ROOTS.map((file) => compiler.filesOf(join(INFRA, file))));
    const files = infraFiles("**/*.bicep").map((file) => join(INFRA, file));
    expect(files.length).toBeGreaterThan(ROOTS.length);
    expect(files.filter((file) => !used.flat().includes(file))).toEqual([]);
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
