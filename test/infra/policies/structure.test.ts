import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NAMED_VALUES, namedValuesIn, parseDocument, shippedDocuments } from "./documents.ts";
import { problemsOf } from "./structure.ts";

const documents = shippedDocuments();

/** A shipped document with one piece of text replaced, among the others as they are. */
function withChange(name: string, from: string, to: string): string[] {
  const source = documents.find((document) => document.name === name)?.xml ?? "";
  if (!source.includes(from)) throw new Error(`${name} has no ${from}`);
  const changed = parseDocument(name, source.replace(from, to));
  return problemsOf([...documents.filter((document) => document.name !== name), changed]);
}

describe("policy documents", () => {
  it("are all there by the names that infra loads", () => {
    expect(documents.map(({ name }) => name)).toEqual([
      "apis/failover",
      "apis/openai",
      "fragments/entra-token",
      "fragments/forward",
      "fragments/normalise-request",
      "fragments/normalise-response",
      "fragments/route",
      "fragments/token-limit",
      "fragments/token-metrics",
      "global",
      "operations/health",
      "operations/witness",
      "products/standard",
    ]);
  });

  it("use documented elements and attributes only, in the sections where they may stand", () => {
    expect(problemsOf(documents)).toEqual([]);
  });

  it.each(documents.map(({ name }) => name))("%s names only values that a gateway is given", (name) => {
    expect(namedValuesIn(name).filter((value) => !(value in NAMED_VALUES))).toEqual([]);
  });

  it("a value that a gateway is not given is found", () => {
    const bicep = readFileSync(new URL("../../../infra/modules/gateway/policies.bicep", import.meta.url), "utf8");
    expect(Object.keys(NAMED_VALUES).filter((value) => !new RegExp(`^ *'?${value}'?: `, "m").test(bicep))).toEqual([]);
  });
});

describe("a mistake is named", () => {
  it.each<[string, string, string, string]>([
    ["fragments/forward: <retry> knows no intervall", "fragments/forward", 'interval="1"', 'intervall="1"'],
    ["fragments/forward: <retry> has no interval", "fragments/forward", ' interval="1"', ""],
    [
      'products/standard: there is no fragment "token-limits"',
      "products/standard",
      'fragment-id="token-limit"',
      'fragment-id="token-limits"',
    ],
    ["apis/openai: on-error has <base /> 0 times, not 1", "apis/openai", "<on-error>\n    <base />", "<on-error>"],
    ["apis/openai: backend has <base /> 1 times, not 0", "apis/openai", "<backend>", "<backend>\n<base />"],
    [
      "apis/openai: backend holds one policy",
      "apis/openai",
      '<include-fragment fragment-id="forward" />',
      '<include-fragment fragment-id="route" />',
    ],
    [
      "apis/openai: <validate-azure-ad-token> may not stand in outbound",
      "apis/openai",
      '<include-fragment fragment-id="normalise-response" />',
      '<include-fragment fragment-id="entra-token" />',
    ],
    ["apis/openai: <set-body> may not stand in on-error", "apis/openai", "<return-response>", "<set-body>x</set-body><return-response>"],
    ['operations/health: mode="fresh" of <send-request> is none of its values', "operations/health", 'mode="new"', 'mode="fresh"'],
    ["operations/health: <send-request> has no <set-method>", "operations/health", "<set-method>GET</set-method>", ""],
    [
      "operations/health: backend holds one policy",
      "operations/health",
      "<backend>\n    <base />",
      "<backend><base /><set-status code='200' reason='OK' />",
    ],
    ["operations/witness:17: Expected closing tag", "operations/witness", "<audiences>", "<audience>"],
    [
      'fragments/token-metrics: dimension "region" has no value',
      "fragments/token-metrics",
      'name="region" value="eastus2"',
      'name="region"',
    ],
    ["fragments/route: a fragment cannot hold <base>", "fragments/route", "<fragment>", "<fragment><base />"],
    [
      "fragments/entra-token: name of <set-variable> takes no expression",
      "fragments/entra-token",
      '<set-variable name="caller"',
      "<set-variable name='@(\"caller\")'",
    ],
    ["fragments/route: a comment in value of <set-variable>", "fragments/route", "var parts =", "// Why\nvar parts ="],
    ["global: <cors> is not in the reference", "global", "<outbound>", "<outbound><cors />"],
  ])("%s", (problem, name, from, to) => {
    const find = (): string[] => {
      try {
        return withChange(name, from, to);
      } catch (error) {
        return [error instanceof Error ? error.message : ""];
      }
    };
    expect(find()).toContainEqual(expect.stringContaining(problem));
  });
});
