/** HTTP bodies are read like configuration: every problem at once, with the field, the value found and what is allowed. */
import type { z } from "zod";
import { parseText, type Parsed } from "../config/load.ts";

export function parseJsonBody<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  return parseText(schema, text.trim() === "" ? "{}" : text);
}
