/** Texts that mean the same become the same lines: whitespace, comments, the order of attributes and the spelling of entities say nothing. */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  attributesGroupName: "attributes",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  htmlEntities: true,
});

const ATTRIBUTES = ":@";
const Attributes = z.record(z.string(), z.string()).catch({});
const Nodes = z.array(z.record(z.string(), z.unknown()));
type Node = z.infer<typeof Nodes>[number];

/** What keeps a text from being compared; undefined when nothing does. */
export function xmlProblem(text: string): string | undefined {
  const valid = XMLValidator.validate(text);
  return valid === true ? undefined : `is not well-formed XML: ${valid.err.msg} (line ${valid.err.line})`;
}

/** One element or text a line. Texts that are no XML are compared as they are. */
export function xmlLines(text: string): readonly string[] {
  if (xmlProblem(text) !== undefined)
    return text
      .split("\n")
      .map(collapse)
      .filter((line) => line !== "");
  return linesOf(Nodes.parse(parser.parse(text)), "");
}

function linesOf(nodes: readonly Node[], indent: string): readonly string[] {
  return nodes.flatMap((node) => {
    const [name, content] = Object.entries(node).find(([key]) => key !== ATTRIBUTES) ?? [];
    if (name === undefined) return [];
    if (name === "#text") return typeof content === "string" && collapse(content) !== "" ? [indent + collapse(content)] : [];
    const attributes = Object.entries(Attributes.parse(node[ATTRIBUTES]))
      .map(([key, value]) => ` ${key}="${collapse(value)}"`)
      .sort();
    const children = linesOf(Nodes.parse(content), `${indent}  `);
    return [`${indent}<${name}${attributes.join("")}>`, ...children];
  });
}

function collapse(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** JSON with sorted keys and lists, durations in seconds, and without nulls: a circuit breaker as a set of statements. */
export function jsonLines(value: unknown): readonly string[] {
  return (JSON.stringify(normal(value), null, 2) ?? "null").split("\n").map((line) => line.replace(/,$/, ""));
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value === "string") return secondsOf(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null);
  return Object.fromEntries(entries.map(([key, entry]): [string, unknown] => [key, normal(entry)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `PT5M` and `PT300S` are the same time. */
function secondsOf(text: string): string | undefined {
  const found = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text);
  if (found === null) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return `${Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)} s`;
}
