/** Problems of a file, all at once, each with its exact path and what was found there. */
import type { z } from "zod";
import { MESSAGES } from "./messages.ts";
import { redact } from "./redact.ts";

export interface Issue {
  /** Such as `gateways[0].pools[1].name`; `line 3, column 7` for a syntax error; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** The value found there, ready to print: shortened, never a secret. */
  readonly found: string;
}

export type Path = readonly PropertyKey[];

const MAX_SHOWN = 120;
type ZodIssue = z.core.$ZodIssue;

export function formatPath(path: Path): string {
  const parts = path.map((key) => {
    if (typeof key === "number") return `[${key}]`;
    const name = String(key);
    return /^[\w$]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return parts.join("").replace(/^\./, "");
}

/** How a value appears in a message. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value) && !value.every((item) => typeof item === "number")) return `an array of ${value.length}`;
  if (isRecord(value) && !Array.isArray(value)) return "an object";
  const text = JSON.stringify(typeof value === "string" ? redact(value) : value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** The value at a path of parsed JSON; undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), root);
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

/** Strict parsing's problems as issues; `root` is what was parsed. */
export function fromZod(error: z.ZodError, root: unknown): readonly Issue[] {
  return error.issues.flatMap((issue) => fromZodIssue(issue, [], root));
}

function fromZodIssue(issue: ZodIssue, parent: Path, root: unknown): readonly Issue[] {
  const path = [...parent, ...issue.path];
  const found = valueAt(root, path);
  if (issue.code === "unrecognized_keys") {
    // The value stays out: nobody knows what an unknown key holds.
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), message: issue.message, found: "an unknown key" }));
  }
  if (issue.code === "invalid_union") return fromUnion(issue, path, root);
  return [{ path: formatPath(path), message: messageOf(issue, found), found: show(found) }];
}

/** Of a union, the branch that the value was meant for: the one that does not refuse it outright. */
function fromUnion(union: z.core.$ZodIssueInvalidUnion, path: Path, root: unknown): readonly Issue[] {
  const branches: readonly (readonly ZodIssue[])[] = union.errors;
  const meant = branches.find((issues) => issues.some((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"));
  if (meant) return meant.flatMap((issue) => fromZodIssue(issue, path, root));
  const found = valueAt(root, path);
  // No branches: the key that tells the alternatives apart matches none of them.
  const alternatives =
    "options" in union
      ? [MESSAGES.oneOf(union.options.map(String))]
      : branches.flatMap((issues) => issues.slice(0, 1).map((issue) => messageOf(issue, found)));
  return [{ path: formatPath(path), message: alternatives.join(", or "), found: show(found) }];
}

function messageOf(issue: ZodIssue, found: unknown): string {
  switch (issue.code) {
    case "invalid_type": {
      const type = TYPES[issue.expected] ?? issue.expected;
      return found === undefined ? MESSAGES.required(type) : MESSAGES.type(type);
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      return found === undefined ? MESSAGES.required(`one of ${values.join(", ")}`) : MESSAGES.oneOf(values);
    }
    case "too_small": {
      if (issue.origin === "array") return MESSAGES.atLeastEntries(String(issue.minimum));
      return issue.inclusive === false ? MESSAGES.above(String(issue.minimum)) : MESSAGES.atLeast(String(issue.minimum));
    }
    case "too_big": {
      if (issue.origin === "array") return MESSAGES.atMostEntries(String(issue.maximum));
      return issue.inclusive === false ? MESSAGES.below(String(issue.maximum)) : MESSAGES.atMost(String(issue.maximum));
    }
    default:
      return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "an array",
  null: "null",
};

/** Issues as text, one a line. */
export function formatIssues(issues: readonly Issue[], file: string): string {
  const head = `${file}: ${issues.length === 1 ? "1 problem" : `${issues.length} problems`}`;
  const lines = issues.map(({ path, message, found }) => `  ${path === "" ? "(whole file)" : path}: ${message} (found ${found})`);
  return [head, ...lines].join("\n");
}
