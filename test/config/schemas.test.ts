import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { publishedSchemas } from "../../scripts/write-schemas.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { loadEstateFile, parseText } from "../../src/config/load.ts";

const examples = new URL("../../examples/", import.meta.url);
const scenarios = new URL("scenarios/", examples);
const estateFiles = readdirSync(examples).filter((name) => name.endsWith(".estate.json"));
const scenarioFiles = readdirSync(scenarios).filter((name) => name.endsWith(".json"));

it.each([...publishedSchemas()])("schemas/%s is what `npm run schemas` writes", (name, text) => {
  expect(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8")).toBe(text);
});

it.each([...publishedSchemas()])("every setting in schemas/%s says what it means", (_, text) => {
  expect(undescribed(JSON.parse(text), "")).toEqual([]);
});

/** Paths of properties without a description; a constant tells by its name. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((item, index) => undescribed(item, `${path}[${index}]`));
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== "properties") return undescribed(value, `${path}.${key}`);
    const properties = Object.entries(value as Record<string, object>);
    const missing = properties
      .filter(([, property]) => !("description" in property || "const" in property))
      .map(([name]) => `${path}.${name}`);
    return [...missing, ...properties.flatMap(([name, property]) => undescribed(property, `${path}.${name}`))];
  });
}

it.each(estateFiles)("examples/%s is a valid estate", async (name) => {
  expect(await loadEstateFile(fileURLToPath(new URL(name, examples)))).toMatchObject({ ok: true });
});

it.each(scenarioFiles)("examples/scenarios/%s is a valid scenario on an estate that exists and has the regions it hits", async (name) => {
  const url = new URL(name, scenarios);
  const parsed = parseText(Scenario, readFileSync(url, "utf8"));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const loaded = await loadEstateFile(fileURLToPath(new URL(parsed.value.estate, url)));
  const regions = loaded.ok ? loaded.estate.regions.map((region) => region.name) : [];
  expect(regions).toEqual(expect.arrayContaining(parsed.value.faults.flatMap((fault) => ("region" in fault ? [fault.region] : []))));
});

it.each([...estateFiles.map((name) => new URL(name, examples)), ...scenarioFiles.map((name) => new URL(name, scenarios))])(
  "the $schema of %s leads to a published schema",
  (url) => {
    const { $schema } = JSON.parse(readFileSync(url, "utf8")) as { $schema: string };
    expect(existsSync(new URL($schema, url))).toBe(true);
  },
);
