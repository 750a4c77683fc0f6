/** Reading an estate: all problems of a file at once, or an estate that everything downstream may trust. */
import { readFile } from "node:fs/promises";
import type { Estate } from "../domain/estate.ts";
import { fromZod, type Issue } from "./issues.ts";
import { parseJson } from "./json.ts";
import { MESSAGES } from "./messages.ts";
import { EstateSchema } from "./schema.ts";
import { crossIssues } from "./validate.ts";

export type LoadedEstate = { readonly ok: true; readonly estate: Estate } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Never throws. For text that a person is to see, give the issues to `formatIssues`. */
export function parseEstate(text: string): LoadedEstate {
  const json = parseJson(text);
  if (!json.ok) return { ok: false, issues: [json.issue] };
  const parsed = EstateSchema.safeParse(json.value);
  const issues = [...json.duplicates, ...(parsed.success ? [] : fromZod(parsed.error, json.value)), ...crossIssues(json.value)];
  if (!parsed.success || issues.length > 0) return { ok: false, issues };
  const { $schema: _, ...estate } = parsed.data;
  return { ok: true, estate };
}

/** `parseEstate` on a file; a file that cannot be read is an issue too. */
export async function loadEstateFile(path: string): Promise<LoadedEstate> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => ({ code: error.code ?? error.name }));
  if (typeof text === "string") return parseEstate(text);
  return { ok: false, issues: [{ path: "", message: MESSAGES.unreadable(text.code), found: "nothing" }] };
}
