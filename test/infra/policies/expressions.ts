/** The C# expressions of policy documents, and the C# file that compiles them against the documented context. */
import { descendants, type Document } from "./documents.ts";

export interface Expression {
  /** "fragments/route: <when> condition". */
  readonly place: string;
  readonly text: string;
  readonly type: string;
}

/** What a policy needs back; everything else becomes text. set-variable keeps the type: the run checks it. */
const TYPES: Readonly<Record<string, string>> = {
  condition: "bool",
  "first-fast-retry": "bool",
  code: "int",
  count: "int",
  duration: "int",
  interval: "int",
  timeout: "int",
};

export function expressionsOf(documents: readonly Document[]): Expression[] {
  const all = documents.flatMap(({ name, root }) =>
    descendants(root).flatMap((element) => [
      ...Object.entries(element.attributes).map(([key, text]) => ({
        place: `${name}: <${element.name}> ${key}`,
        text,
        type: element.name === "set-variable" ? "object" : (TYPES[key] ?? "string"),
      })),
      { place: `${name}: <${element.name}>`, text: element.text, type: "string" },
    ]),
  );
  return all.filter(({ text }) => text.startsWith("@"));
}

/** Each method's line is called E0, E1, … so that the compiler's message leads back to its expression. */
export function generatedSource(expressions: readonly Expression[]): string {
  const methods = expressions.map(({ text, type }, index) => {
    const isBlock = text.startsWith("@{");
    const code = isBlock ? text.slice(1) : `{ return ${text.slice(1)}; }`;
    return `#line 1 "E${index}"\npublic static ${type} E${index}(IExpressionContext context) ${code}`;
  });
  const entries = new Map(expressions.map(({ text }, index) => [text, index]));
  const table = [...entries].map(([text, index]) => `{ @"${text.replaceAll('"', '""')}", context => E${index}(context) },`);
  return `using System; using System.Collections.Generic; using System.Linq; using System.Net; using System.Text; using System.Text.RegularExpressions;
using Newtonsoft.Json; using Newtonsoft.Json.Linq;
public static class Expressions {
${methods.join("\n")}
}
#line 1 "Generated"
public static class Generated {
  public static readonly Dictionary<string, Func<IExpressionContext, object>> All = new Dictionary<string, Func<IExpressionContext, object>> {
${table.join("\n").replaceAll("context => E", "context => Expressions.E")}
  };
}
`;
}
