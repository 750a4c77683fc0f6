/** The estate file from the deployment's outputs. What the infrastructure says wins; what only people write into the file stays. */
import { z } from "zod";
import { UsageError } from "../../rehearsal/cli/options.ts";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate, parseText } from "../../src/config/load.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const JsonObject = z.record(z.string(), z.json());

export interface Outputs {
  /** JSON of the output `estate`. */
  readonly estate: string;
  /** Which only Azure can tell; the template leaves its place empty. */
  readonly workspaceCustomerId: string;
}

/** Throws with every problem when the app would not take it. */
export function estateFile({ estate, workspaceCustomerId }: Outputs, before: string | undefined): string {
  const told: JsonObject = { ...objectOf(estate, "output estate"), signals: { logs: { workspaceId: workspaceCustomerId } } };
  const kept = before === undefined ? {} : objectOf(before, "estate file");
  const text = `${JSON.stringify(merged(kept, told), null, 2)}\n`;
  const loaded = parseEstate(text);
  if (!loaded.ok) throw new UsageError(formatIssues(loaded.issues, "estate from the deployment's outputs"));
  return text;
}

function objectOf(text: string, what: string): JsonObject {
  const parsed = parseText(JsonObject, text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(formatIssues(parsed.issues, what));
}

/** A template's null is what it does not say. Lists are the infrastructure's: what it no longer has goes. */
function merged(before: Json | undefined, told: Json): Json {
  if (isList(told)) return told.map((item) => merged(isList(before) ? before.find((other) => isSame(other, item)) : undefined, item));
  if (!isObject(told)) return told;
  const stated = Object.entries(told).filter(([, value]) => value !== null);
  const own = isObject(before) ? before : {};
  return { ...own, ...Object.fromEntries(stated.map(([key, value]) => [key, merged(own[key], value)])) };
}

/** By which the estate's lists tell their items apart. */
function isSame(one: Json, other: Json): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  const key = ["id", "backend", "name"].find((name) => other[name] !== undefined);
  return key !== undefined && one[key] === other[key];
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
