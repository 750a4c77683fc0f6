/** HTTP bodies are read like configuration: every problem at once, with the field, the value found and what is allowed. */
import type { z } from "zod";
import { parseText, type Parsed } from "../config/load.ts";

export { strict as strictBody } from "../config/strict.ts";

export function parseJsonBody<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  return parseText(schema, text.trim() === "" ? "{}" : text);
}

/** Duplicate keys and depth are our rules: somebody else's body only has to be JSON that fits the schema. */
export function parseForeignBody<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  const strict = parseJsonBody(schema, text);
  if (strict.ok) return strict;
  const lenient = schema.safeParse(jsonOf(text));
  return lenient.success ? { ok: true, value: lenient.data } : strict;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}
