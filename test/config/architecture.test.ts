/** Every architecture rule bites: each offending module below is caught, by that rule, and a permitted import is not. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult, type IConfiguration } from "dependency-cruiser";
import { afterAll, beforeAll, expect, it } from "vitest";

const configuration = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as IConfiguration;

const OFFENCES: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ["layer-domain", "src/domain/a.ts", "../config/target.ts"],
  ["layer-domain", "src/domain/b.ts", "../ports.ts"],
  ["layer-config", "src/config/a.ts", "../azure/target.ts"],
  ["layer-orchestrations", "src/orchestrations/a.ts", "../activities/target.ts"],
  ["layer-activities", "src/activities/a.ts", "../azure/target.ts"],
  ["layer-activities", "src/activities/b.ts", "../orchestrations/target.ts"],
  ["layer-azure", "src/azure/a.ts", "../config/target.ts"],
  ["layer-app", "src/app/a.ts", "../functions/target.ts"],
  ["layer-functions", "src/functions/a.ts", "../activities/target.ts"],
  ["layer-ports", "src/ports.ts", "./config/target.ts"],
  ["layer-index", "src/index.ts", "./app/target.ts"],
  ["domain-is-pure", "src/domain/c.ts", "zod"],
  ["domain-is-pure", "src/domain/d.ts", "node:fs"],
  ["orchestrations-are-deterministic", "src/orchestrations/b.ts", "node:crypto"],
  ["durable-in-one-file", "src/orchestrations/c.ts", "durable-functions"],
  ["azure-sdks-behind-ports", "src/app/b.ts", "@azure/identity"],
  ["src-ships-alone", "src/app/c.ts", "../../rehearsal/drill/target.ts"],
  ["src-ships-alone", "src/app/d.ts", "../../test/target.ts"],
  ["src-has-no-dev-dependency", "src/app/e.ts", "fast-check"],
  ["rehearsed-azure-is-independent", "rehearsal/azure/a.ts", "../../src/azure/target.ts"],
  ["rehearsed-azure-is-independent", "rehearsal/traffic/a.ts", "../../src/app/target.ts"],
  ["no-cycles", "src/app/cycle-back.ts", "./cycle.ts"],
  ["resolvable", "src/app/f.ts", "./nowhere.ts"],
];

const PERMITTED: readonly (readonly [file: string, imported: string])[] = [
  ["src/domain/ok.ts", "./target.ts"],
  ["src/config/ok.ts", "zod"],
  ["src/orchestrations/durable.ts", "durable-functions"],
  ["src/activities/ok.ts", "../orchestrations/contracts.ts"],
  ["src/azure/ok.ts", "@azure/identity"],
  ["src/app/ok.ts", "../azure/target.ts"],
  // Reported once, at the other end.
  ["src/app/cycle.ts", "./cycle-back.ts"],
  ["src/functions/ok.ts", "@azure/functions"],
  ["rehearsal/drill/ok.ts", "../../src/config/target.ts"],
  ["rehearsal/traffic/ok.ts", "../../src/domain/target.ts"],
];

const TARGETS = [
  ...["domain", "config", "orchestrations", "activities", "azure", "app", "functions"].map((layer) => `src/${layer}/target.ts`),
  "src/orchestrations/contracts.ts",
  "rehearsal/drill/target.ts",
  "test/target.ts",
];
const PACKAGES = ["zod", "durable-functions", "@azure/identity", "@azure/functions"];

const root = mkdtempSync(join(tmpdir(), "architecture-"));
let caught: readonly string[] = [];

async function write(path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function installed(name: string): Promise<void> {
  await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" }));
  await write(`node_modules/${name}/index.js`, "module.exports = {};");
}

beforeAll(async () => {
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, "1.0.0"]));
  await write("package.json", JSON.stringify({ name: "fixture", dependencies, devDependencies: { "fast-check": "1.0.0" } }));
  await Promise.all([...PACKAGES, "fast-check"].map(installed));
  await Promise.all(TARGETS.map((path) => write(path, "export const target = 1;\n")));
  // Imports of types: the weakest form must not slip through.
  const imports = [...OFFENCES.map(([, file, imported]) => [file, imported] as const), ...PERMITTED];
  await Promise.all(imports.map(([file, imported]) => write(file, `import type * as x from "${imported}";\nexport type Y = typeof x;\n`)));

  const { tsConfig: _, ...options } = configuration.options ?? {};
  const { forbidden = [] } = configuration;
  const { output } = await cruise(
    ["src", "rehearsal"],
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden } },
    options.enhancedResolveOptions,
  );
  caught = (output as ICruiseResult).summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

it.each(OFFENCES)("%s refuses %s importing %s", (rule, file) => {
  expect(caught).toContain(`${rule} ${file}`);
});

it.each(PERMITTED)("%s may import %s", (file) => {
  expect(caught.filter((violation) => violation.endsWith(` ${file}`))).toEqual([]);
});

it("every rule has an offence above", () => {
  const rules = configuration.forbidden?.map((rule) => rule.name);
  expect([...new Set(OFFENCES.map(([rule]) => rule))].sort()).toEqual(rules?.sort());
});
