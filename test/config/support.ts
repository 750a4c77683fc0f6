import { readFileSync } from "node:fs";
import { parseEstate } from "../../src/config/load.ts";
import type { Issue } from "../../src/config/issues.ts";

export const HUB_TO_HUB = readFileSync(new URL("../../examples/hub-to-hub.estate.json", import.meta.url), "utf8");

/** The hub-to-hub example with the value at each path replaced; `undefined` removes it. */
export function estateWith(changes: Readonly<Record<string, unknown>>): string {
  const root: unknown = JSON.parse(HUB_TO_HUB);
  for (const [path, value] of Object.entries(changes)) setAt(root, path.match(/[^.[\]]+/g) ?? [], value);
  return JSON.stringify(root);
}

function setAt(node: unknown, keys: readonly string[], value: unknown): void {
  if (typeof node !== "object" || node === null) throw new Error(`nothing at ${keys.join(".")}`);
  const [key = "", ...rest] = keys;
  const child: unknown = Reflect.get(node, key);
  if (rest.length === 0) Reflect.set(node, key, value);
  else if (child === undefined) Reflect.set(node, key, nested(rest, value));
  else setAt(child, rest, value);
}

function nested(keys: readonly string[], value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

export function issuesOf(text: string): readonly Issue[] {
  const result = parseEstate(text);
  return result.ok ? [] : result.issues;
}
