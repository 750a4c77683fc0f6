/**
 * JSON with what `JSON.parse` keeps to itself: the line and column of a syntax error, and keys given twice (of which it silently
 * takes the last). Its own messages are not used because they quote the text around the error, which may hold a secret.
 */
import { formatPath, type Issue, type Path } from "./issues.ts";
import { MESSAGES } from "./messages.ts";

export type ParsedJson =
  { readonly ok: true; readonly value: unknown; readonly duplicates: readonly Issue[] } | { readonly ok: false; readonly issue: Issue };

const TOKEN =
  /[{}[\],:]|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
/** No configuration is nested this deeply; the limit keeps the scanner's recursion bounded. */
const MAX_DEPTH = 100;

export function parseJson(text: string): ParsedJson {
  // Editors on Windows begin a file with a byte order mark.
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const scanned = scan(body);
  if (scanned.failure) return { ok: false, issue: syntaxIssue(body, scanned.failure) };
  return { ok: true, value: JSON.parse(body), duplicates: scanned.duplicates };
}

interface SyntaxFailure {
  readonly at: number;
  readonly expected: string;
}

function syntaxIssue(text: string, { at, expected }: SyntaxFailure): Issue {
  const before = text.slice(0, at).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const found = at >= text.length ? "the end of the file" : JSON.stringify(text.slice(at, at + 1));
  return { path: `line ${line}, column ${column}`, message: MESSAGES.syntax(expected), found };
}

interface Scanner {
  readonly text: string;
  at: number;
  failure?: SyntaxFailure;
  readonly duplicates: Issue[];
}

function scan(text: string): Scanner {
  const scanner: Scanner = { text, at: 0, duplicates: [] };
  if (value(scanner, []) && (peek(scanner) !== "" || scanner.at < text.length)) fail(scanner, "nothing more");
  return scanner;
}

function fail(scanner: Scanner, expected: string): false {
  scanner.failure = { at: scanner.at, expected };
  return false;
}

/** The token after white space; empty at the end and where no token begins. */
function peek(scanner: Scanner): string {
  SPACE.lastIndex = scanner.at;
  scanner.at += SPACE.exec(scanner.text)?.[0].length ?? 0;
  TOKEN.lastIndex = scanner.at;
  return TOKEN.exec(scanner.text)?.[0] ?? "";
}

function take(scanner: Scanner, token: string): boolean {
  if (peek(scanner) !== token) return false;
  scanner.at += token.length;
  return true;
}

function value(scanner: Scanner, path: Path): boolean {
  const token = peek(scanner);
  if (path.length > MAX_DEPTH) return fail(scanner, `at most ${MAX_DEPTH} levels`);
  if (token === "{") return members(scanner, path);
  if (token === "[") return elements(scanner, path);
  if (token === "" && scanner.text[scanner.at] === '"') return fail(scanner, "a string that ends on its line and has JSON's escapes only");
  if (token === "" || "}],:".includes(token)) return fail(scanner, "a value");
  return take(scanner, token);
}

function elements(scanner: Scanner, path: Path): boolean {
  take(scanner, "[");
  if (take(scanner, "]")) return true;
  for (let index = 0; ; index += 1) {
    if (!value(scanner, [...path, index])) return false;
    if (take(scanner, "]")) return true;
    if (!take(scanner, ",")) return fail(scanner, '"," or "]"');
  }
}

function members(scanner: Scanner, path: Path): boolean {
  take(scanner, "{");
  if (take(scanner, "}")) return true;
  const keys = new Set<string>();
  for (;;) {
    const token = peek(scanner);
    if (!token.startsWith('"')) return fail(scanner, "a property name in double quotes");
    const key = String(JSON.parse(token));
    if (keys.has(key))
      scanner.duplicates.push({ path: formatPath([...path, key]), message: MESSAGES.duplicateKey(key), found: "a second value" });
    keys.add(key);
    take(scanner, token);
    if (!take(scanner, ":")) return fail(scanner, '":"');
    if (!value(scanner, [...path, key])) return false;
    if (take(scanner, "}")) return true;
    if (!take(scanner, ",")) return fail(scanner, '"," or "}"');
  }
}
