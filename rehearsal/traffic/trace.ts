/** A recorded trace as traffic: CSV with TIMESTAMP,ContextTokens,GeneratedTokens (the Azure Public Dataset's LLM inference traces). */
import type { TrafficRequest } from "./clients.ts";

const FIELDS = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"] as const;
const MAX_PROBLEMS = 10;
const MAX_TOKENS = 10_000_000;

export interface TraceRow {
  /** From the trace's first row. */
  readonly offsetMilliseconds: number;
  readonly contextTokens: number;
  readonly generatedTokens: number;
}

/** Every problem names file, line and field; the first ten are told. */
export class TraceError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.slice(0, MAX_PROBLEMS).join("\n"));
    this.name = "TraceError";
    this.problems = problems;
  }
}

/** `file` only names the trace in errors. Throws a TraceError. */
export function parseTrace(text: string, file: string): readonly TraceRow[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const [header, ...rest] = lines;
  if (header === undefined) throw new TraceError([`${file}: the file is empty; expected the header ${FIELDS.join(",")} and rows.`]);
  if (header.trim() !== FIELDS.join(",")) throw new TraceError([`${file}:1: expected the header ${FIELDS.join(",")}, found "${header}".`]);
  if (rest.length === 0) throw new TraceError([`${file}: there are no rows after the header.`]);
  const problems: string[] = [];
  const rows: TraceRow[] = [];
  let first: number | undefined;
  let previous = -Infinity;
  rest.forEach((line, index) => {
    const row = parseRow(line, `${file}:${index + 2}`, previous, problems);
    if (!row) return;
    first ??= row.at;
    previous = row.at;
    rows.push({ offsetMilliseconds: row.at - first, contextTokens: row.contextTokens, generatedTokens: row.generatedTokens });
  });
  if (problems.length > 0) throw new TraceError(problems);
  return rows;
}

interface ParsedRow {
  readonly at: number;
  readonly contextTokens: number;
  readonly generatedTokens: number;
}

function parseRow(line: string, place: string, previous: number, problems: string[]): ParsedRow | undefined {
  const cells = line.split(",").map((cell) => cell.trim());
  if (cells.length !== FIELDS.length) {
    problems.push(`${place}: expected ${FIELDS.length} fields, found ${cells.length}: "${line}".`);
    return undefined;
  }
  const [timestamp = "", context = "", generated = ""] = cells;
  const before = problems.length;
  const at = parseTimestamp(timestamp);
  if (at === undefined) problems.push(`${place}: TIMESTAMP must look like 2023-11-16 18:15:46.6805900, found "${timestamp}".`);
  else if (at < previous) problems.push(`${place}: TIMESTAMP ${timestamp} is earlier than the row before.`);
  const contextTokens = parseTokens(context, "ContextTokens", place, problems);
  const generatedTokens = parseTokens(generated, "GeneratedTokens", place, problems);
  return at === undefined || problems.length > before ? undefined : { at, contextTokens, generatedTokens };
}

function parseTokens(cell: string, field: string, place: string, problems: string[]): number {
  const tokens = /^\d+$/.test(cell) ? Number(cell) : Infinity;
  if (tokens > MAX_TOKENS) problems.push(`${place}: ${field} must be a whole number from 0 to ${MAX_TOKENS}, found "${cell}".`);
  return tokens;
}

/** Whole milliseconds; without an offset it is taken as UTC. Undefined for what is no date and time, February 30 included. */
function parseTimestamp(cell: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(cell);
  if (!match) return undefined;
  const [, date = "", time = "", fraction = "", offset = "Z"] = match;
  const local = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== `${date}T${time}`) return undefined;
  const seconds = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(seconds) ? undefined : seconds + Math.floor(Number(fraction === "" ? 0 : `0${fraction}`) * 1000);
}

export interface TraceTraffic {
  readonly startAt: number;
  readonly durationSeconds: number;
  readonly clientRegion: (id: number) => string;
}

/** The trace from its start, again and again until the duration is filled; ids go on over the repetitions. */
export function* traceRequests(rows: readonly TraceRow[], traffic: TraceTraffic): Generator<TrafficRequest> {
  const { startAt, durationSeconds, clientRegion } = traffic;
  const span = rows.at(-1)?.offsetMilliseconds ?? 0;
  // A mean gap between the last row and the first one of the next repetition.
  const period = Math.max(1000, span + (rows.length > 1 ? span / (rows.length - 1) : 0));
  for (let id = 0; rows.length > 0; id++) {
    const row = rows[id % rows.length]!;
    const offset = Math.round(Math.floor(id / rows.length) * period + row.offsetMilliseconds);
    if (offset >= durationSeconds * 1000) return;
    const { contextTokens, generatedTokens } = row;
    yield { id, arrivesAt: startAt + offset, clientRegion: clientRegion(id), contextTokens, generatedTokens };
  }
}
