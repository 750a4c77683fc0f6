import { describe, expect, it } from "vitest";
import { TraceError, parseTrace, traceRequests } from "../../rehearsal/traffic/trace.ts";
import { START } from "./support.ts";

const HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens";

function problems(text: string): readonly string[] {
  try {
    parseTrace(text, "trace.csv");
  } catch (error) {
    if (error instanceof TraceError) return error.problems;
    throw error;
  }
  return [];
}

describe("a trace's rows", () => {
  it("are read with seven decimals, CRLF, a byte order mark and no newline at the end", () => {
    const text = `\uFEFF${HEADER}\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109`;
    expect(parseTrace(text, "trace.csv")).toEqual([
      { offsetMilliseconds: 0, contextTokens: 374, generatedTokens: 44 },
      { offsetMilliseconds: 4315, contextTokens: 396, generatedTokens: 109 },
    ]);
  });

  it("may carry an offset from UTC, or no fraction", () => {
    const rows = parseTrace(`${HEADER}\n2024-05-10 00:00:00+00:00,1,1\n2024-05-10T02:00:01+02:00,1,1\n`, "trace.csv");
    expect(rows.map((row) => row.offsetMilliseconds)).toEqual([0, 1000]);
  });

  it.each([
    ["an empty file", "", "trace.csv: the file is empty; expected the header TIMESTAMP,ContextTokens,GeneratedTokens and rows."],
    ["another header", "time,in,out\n", 'trace.csv:1: expected the header TIMESTAMP,ContextTokens,GeneratedTokens, found "time,in,out".'],
    ["no rows", `${HEADER}\n\n`, "trace.csv: there are no rows after the header."],
    ["a missing field", `${HEADER}\n2023-11-16 18:15:46,1\n`, 'trace.csv:2: expected 3 fields, found 2: "2023-11-16 18:15:46,1".'],
    ["no date", `${HEADER}\nnoon,1,1\n`, 'trace.csv:2: TIMESTAMP must look like 2023-11-16 18:15:46.6805900, found "noon".'],
    [
      "a day that is not",
      `${HEADER}\n2023-02-30 18:15:46,1,1\n`,
      'trace.csv:2: TIMESTAMP must look like 2023-11-16 18:15:46.6805900, found "2023-02-30 18:15:46".',
    ],
    [
      "negative tokens",
      `${HEADER}\n2023-11-16 18:15:46,-1,1\n`,
      'trace.csv:2: ContextTokens must be a whole number from 0 to 10000000, found "-1".',
    ],
    [
      "tokens that are no number",
      `${HEADER}\n2023-11-16 18:15:46,1,\n`,
      'trace.csv:2: GeneratedTokens must be a whole number from 0 to 10000000, found "".',
    ],
    [
      "time that runs back",
      `${HEADER}\n2023-11-16 18:15:46,1,1\n2023-11-16 18:15:45,1,1\n`,
      "trace.csv:3: TIMESTAMP 2023-11-16 18:15:45 is earlier than the row before.",
    ],
  ])("%s is refused with file, line and field", (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it("are checked to the end; the message tells the first ten problems", () => {
    const text = `${HEADER}\n${"x,y,z\n".repeat(20)}`;
    expect(problems(text)).toHaveLength(60);
    expect(new TraceError(problems(text)).message.split("\n")).toHaveLength(10);
  });
});

describe("a trace as traffic", () => {
  const rows = parseTrace(`${HEADER}\n2023-11-16 18:15:00,10,1\n2023-11-16 18:15:01,20,2\n2023-11-16 18:15:04,30,3\n`, "trace.csv");
  const requests = [...traceRequests(rows, { startAt: START, durationSeconds: 15, clientRegion: (id) => `r${id % 2}` })];

  it("is repeated with one mean gap in between until the duration is full, ids going on", () => {
    expect(requests.map((request) => request.arrivesAt - START)).toEqual([0, 1000, 4000, 6000, 7000, 10_000, 12_000, 13_000]);
    expect(requests.map((request) => request.id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(requests.map((request) => request.contextTokens)).toEqual([10, 20, 30, 10, 20, 30, 10, 20]);
  });

  it("keeps the client region by id", () => {
    expect(requests.map((request) => request.clientRegion).slice(0, 3)).toEqual(["r0", "r1", "r0"]);
  });

  it("of a single row comes once a second", () => {
    const single = traceRequests(rows.slice(0, 1), { startAt: START, durationSeconds: 3, clientRegion: () => "r" });
    expect([...single].map((request) => request.arrivesAt - START)).toEqual([0, 1000, 2000]);
  });
});
