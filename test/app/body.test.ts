import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseForeignBody, parseJsonBody, strictBody } from "../../src/app/body.ts";

const Ours = strictBody({ region: z.string(), share: z.number().max(1).optional() });

describe("our own bodies", () => {
  it.each([
    ["nothing is an empty object", "", [["region", "is required: a string", "nothing"]]],
    [
      "every problem is named at once",
      '{"region":1,"share":2}',
      [
        ["region", "must be a string", "1"],
        ["share", "must be at most 1", "2"],
      ],
    ],
    [
      "an unknown key is told the known ones",
      '{"region":"a","x":1}',
      [["x", "is not a setting; known ones: region, share", "an unknown key"]],
    ],
    [
      "a key given twice is a mistake",
      '{"region":"a","region":"b"}',
      [["region", 'key "region" is given more than once', "a second value"]],
    ],
    [
      "a syntax error has its place",
      '{"region":\n"a"',
      [["line 2, column 4", 'is not valid JSON: expected "," or "}"', "the end of the file"]],
    ],
  ])("%s", (_rule, text, problems) => {
    const parsed = parseJsonBody(Ours, text);

    expect(parsed.ok ? [] : parsed.issues.map(({ path, message, found }) => [path, message, found])).toEqual(problems);
  });
});

describe("somebody else's bodies", () => {
  const Theirs = z.object({ id: z.string() });
  const nested = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;

  it.each([
    ["unknown keys are theirs", '{"id":"a","more":1}'],
    ["keys given twice are theirs", '{"id":"b","id":"a"}'],
    ["depth is theirs", `{"id":"a","deep":${nested}}`],
    ["a byte order mark is theirs", '\uFEFF{"id":"a","id":"a"}'],
  ])("%s", (_rule, text) => {
    expect(parseForeignBody(Theirs, text)).toEqual({ ok: true, value: { id: "a" } });
  });

  it.each([
    ["what we read must be right", '{"id":1,"id":2}', "id"],
    ["it must be JSON", "{id:1}", "line 1, column 2"],
  ])("%s", (_rule, text, path) => {
    const parsed = parseForeignBody(Theirs, text);

    expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.path)).toContain(path);
  });
});
