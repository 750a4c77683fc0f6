import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/config/json.ts";

describe("a syntax error is told with line and column, and never quotes the text around it", () => {
  it.each([
    ["", "line 1, column 1", "a value", "the end of the file"],
    ['{\n  "a": 1,\n}', "line 3, column 1", "a property name in double quotes", '"}"'],
    ['{\n  "a": 1\n  "b": 2 }', "line 3, column 3", '"," or "}"', '"\\""'],
    ['{"a" 1}', "line 1, column 6", '":"', '"1"'],
    ["[1 2]", "line 1, column 4", '"," or "]"', '"2"'],
    ["[1,]", "line 1, column 4", "a value", '"]"'],
    ["{} x", "line 1, column 4", "nothing more", '"x"'],
    ["[01]", "line 1, column 3", '"," or "]"', '"1"'],
    ["// c\n{}", "line 1, column 1", "a value", '"/"'],
    ['{"a": "x\ny"}', "line 1, column 7", "a string that ends on its line and has JSON's escapes only", '"\\""'],
    ["[".repeat(200), "line 1, column 102", "at most 100 levels", '"["'],
  ])("%j", (text, path, expected, found) => {
    expect(parseJson(text)).toEqual({ ok: false, issue: { path, message: `is not valid JSON: expected ${expected}`, found } });
  });
});

it("a key given twice is an issue with its path", () => {
  const parsed = parseJson('{"a": [{"b": 1, "c": 2, "\\u0062": 3}], "a": 4}');
  expect(parsed).toMatchObject({
    duplicates: [
      { path: "a[0].b", message: 'key "b" is given more than once' },
      { path: "a", message: 'key "a" is given more than once' },
    ],
  });
});

it("a byte order mark at the beginning is skipped", () => {
  expect(parseJson('\uFEFF{"a":1}')).toMatchObject({ ok: true, value: { a: 1 } });
});

it("accepts what JSON.parse accepts, with the same value", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      expect(parseJson(text)).toMatchObject({ ok: true, value: JSON.parse(text) as unknown });
    }),
    { numRuns: 200 },
  );
});

it("refuses what JSON.parse refuses: one character deleted or added anywhere", () => {
  const source = '{"a": [1.5e-3, true, null, "\\u00e9\\n"], "b": {"c": -0}}';
  fc.assert(
    fc.property(fc.nat(source.length), fc.constantFrom("", "{", "]", '"', ",", ":", "0", "-", ".", "\\", "e", "\n"), (at, added) => {
      const text = source.slice(0, at) + added + source.slice(added === "" ? at + 1 : at);
      expect(parseJson(text).ok).toBe(isJson(text));
    }),
    { numRuns: 1000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
