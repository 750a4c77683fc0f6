/** The shipped policy documents as trees. Named values stand in for those that Bicep gives a gateway. */
import { readFileSync, readdirSync } from "node:fs";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { z } from "zod";

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

export interface Document {
  /** Below infra/policies and without ".xml": "fragments/route". */
  readonly name: string;
  readonly xml: string;
  readonly root: Element;
}

const FOLDER = new URL("../../../infra/policies/", import.meta.url);

export const NAMED_VALUES: Readonly<Record<string, string>> = {
  "tenant-id": "11111111-1111-1111-1111-111111111111",
  "api-audience": "api://foundry-failover",
  "failover-client-id": "22222222-2222-2222-2222-222222222222",
  "failover-app-url": "https://func-contoso.azurewebsites.net",
  region: "eastus2",
  "model-pools": ",gpt-4o,gpt-4o-mini,o4-mini,",
  "backend-targets":
    ",eastus2=https://aif-contoso-eastus2.openai.azure.com/openai,swedencentral=https://aif-contoso-swedencentral.openai.azure.com/openai,",
  "tokens-per-minute": "20000",
};

export function shippedDocuments(): Document[] {
  const paths = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".xml"));
  return paths.sort().map((path) => parseDocument(path.slice(0, -".xml".length), readFileSync(new URL(path, FOLDER), "utf8")));
}

export function parseDocument(name: string, source: string): Document {
  const xml = source.replaceAll(/\{\{([^{}]+)\}\}/g, (whole, key: string) => NAMED_VALUES[key] ?? whole);
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`${name}:${valid.err.line}: ${valid.err.msg}`);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    parseTagValue: false,
  });
  const [root, ...more] = elementsOf(parser.parse(xml));
  if (root === undefined || more.length > 0) throw new Error(`${name} has ${more.length + (root ? 1 : 0)} roots.`);
  return { name, xml, root };
}

/** Names in double braces; braces that are none would be taken for one by the gateway. */
export function namedValuesIn(name: string): string[] {
  const xml = readFileSync(new URL(`${name}.xml`, FOLDER), "utf8");
  return xml
    .split("{{")
    .slice(1)
    .map((rest) => rest.split("}}")[0] ?? "");
}

export function descendants(element: Element): Element[] {
  return [element, ...element.children.flatMap(descendants)];
}

const Nodes = z.array(z.record(z.string(), z.unknown()));
const Attributes = z.record(z.string(), z.string()).optional();

function elementsOf(nodes: unknown): Element[] {
  return Nodes.parse(nodes).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ":@" && key !== "#text");
    if (name === undefined || name.startsWith("?")) return [];
    const inside = Nodes.parse(node[name]);
    const attributes = Object.entries(Attributes.parse(node[":@"]) ?? {}).map(([key, value]) => [key, normalised(value)]);
    const text = inside.map((child) => (typeof child["#text"] === "string" ? child["#text"] : "")).join("");
    return [{ name, attributes: Object.fromEntries(attributes), children: elementsOf(inside), text: text.trim() }];
  });
}

/** XML 1.0, 3.3.3: white space in an attribute becomes spaces, so that a C# comment there would swallow the rest. */
function normalised(value: string): string {
  return value.replaceAll(/[\t\r\n]/g, " ");
}
