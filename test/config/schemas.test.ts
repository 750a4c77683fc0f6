import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { z } from "zod";
import { publishedSchemas } from "../../scripts/write-schemas.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import { loadEstateFile, parseText } from "../../src/config/load.ts";
import { estateWith, HUB_TO_HUB, issuesOf } from "./support.ts";

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

it.each([...publishedSchemas()])("every pattern in schemas/%s compiles as editors compile it", (_, text) => {
  const patterns = [...text.matchAll(/"pattern": (".*")/g)].map(([, pattern = ""]) => String(JSON.parse(pattern)));
  expect(patterns.length).toBeGreaterThan(0);
  expect(() => patterns.map((pattern) => new RegExp(pattern, "u"))).not.toThrow();
});

it("what an editor checks by the published schema agrees with the loader", () => {
  const published = z.fromJSONSchema(JSON.parse(publishedSchemas().get("estate.schema.json") ?? "") as z.core.JSONSchema.JSONSchema);
  const accepts = (text: string): boolean => published.safeParse(JSON.parse(text)).success;
  expect(accepts(HUB_TO_HUB)).toBe(true);
  expect(accepts(estateWith({ cloud: "china", safety: {}, edges: undefined }))).toBe(true);
  for (const change of [
    { name: "X" },
    { extra: 1 },
    { "deployments[0].endpoint": "http://h" },
    { detection: { window: 1.5 } },
    { safety: { mode: "on" } },
  ]) {
    expect(accepts(estateWith(change))).toBe(false);
    expect(issuesOf(estateWith(change))).not.toEqual([]);
  }
});

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
