/** Writes the published JSON Schemas from the zod schemas they describe: `node scripts/write-schemas.ts`. */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { Scenario } from "../rehearsal/drill/scenario.ts";
import { EstateSchema } from "../src/config/schema.ts";

/** File name in `schemas/` → its text. */
export function publishedSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ["estate.schema.json", text(EstateSchema, "Estate")],
    ["scenario.schema.json", text(Scenario, "Scenario")],
  ]);
}

function text(schema: z.ZodType, title: string): string {
  // `input`: what people write, so settings with a default are optional. Draft 7 is what every editor understands.
  const json = z.toJSONSchema(schema, { io: "input", target: "draft-7" });
  return `${JSON.stringify({ title, ...json }, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [name, content] of publishedSchemas()) {
    await writeFile(new URL(`../schemas/${name}`, import.meta.url), content);
  }
}
