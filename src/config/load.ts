/** Reading an estate: all problems of a file at once, or an estate that everything downstream may trust. */
import { readFile } from "node:fs/promises";
import type { z } from "zod";
import type { Estate } from "../domain/estate.ts";
import { fromZod, type Issue } from "./issues.ts";
import { parseJson } from "./json.ts";
import { MESSAGES } from "./messages.ts";
import { EstateSchema } from "./schema.ts";
import { crossIssues } from "./validate.ts";

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] };
export type LoadedEstate = { readonly ok: true; readonly estate: Estate } | { readonly ok: false; readonly issues: readonly Issue[] };

/** JSON text by a schema, with every problem at once; `across` finds what the schema cannot see, also in text that fails it. */
export function parseText<T>(schema: z.ZodType<T>, text: string, across: (root: unknown) => readonly Issue[] = () => []): Parsed<T> {
  const json = parseJson(text);
  if (!json.ok) return { ok: false, issues: [json.issue] };
  const parsed = schema.safeParse(json.value);
  const issues = [...json.duplicates, ...(parsed.success ? [] : fromZod(parsed.error, json.value)), ...across(json.value)];
  return parsed.success && issues.length === 0 ? { ok: true, value: parsed.data } : { ok: false, issues };
}

/** Never throws. For text that a person is to see, give the issues to `formatIssues`. */
export function parseEstate(text: string): LoadedEstate {
  const parsed = parseText(EstateSchema, text, crossIssues);
  if (!parsed.ok) return parsed;
  const { $schema: _, ...estate } = parsed.value;
  return { ok: true, estate };
}

/** `parseEstate` on a file; a file that cannot be read is an issue too. */
export async function loadEstateFile(path: string): Promise<LoadedEstate> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => ({ code: error.code ?? error.name }));
  if (typeof text === "string") return parseEstate(text);
  return { ok: false, issues: [{ path: "", message: MESSAGES.unreadable(text.code), found: "nothing" }] };
}
