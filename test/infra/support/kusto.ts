/** Microsoft's own analyser of Kusto queries. It is written for browsers: scripts that share a global object. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createContext, runInContext } from "node:vm";

/** The parts of its types that are used here; constructors are overloaded by name. */
interface Language {
  readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
  readonly KustoCode: {
    ParseAndAnalyze(text: string, globals: object): { GetDiagnostics(): { Count: number; getItem(index: number): Found } };
  };
  readonly Symbols: {
    readonly DatabaseSymbol: { readonly ctor: new (name: string, members: readonly object[]) => object };
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, description: string | null) => object };
  };
}
interface Found {
  readonly Severity: string;
  readonly Message: string;
  readonly Start: number;
}

const require = createRequire(import.meta.url);
const SCRIPTS = [
  require.resolve("@kusto/language-service-next/bridge.min.js"),
  require.resolve("@kusto/language-service-next/Kusto.Language.Bridge.min.js"),
];

function load(): Language {
  const context = createContext({});
  for (const script of SCRIPTS) runInContext(readFileSync(script, "utf8"), context, { filename: script });
  const language: Language = runInContext("Kusto.Language", context);
  return language;
}

/** Problems of a query over tables that have these columns (`name: type, …`); empty when it is sound. */
export function queryChecker(tables: Readonly<Record<string, string>>): (query: string) => readonly string[] {
  const { GlobalState, KustoCode, Symbols } = load();
  const members = Object.entries(tables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns})`, null));
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", members));
  return (query) => {
    const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    const all = Array.from({ length: found.Count }, (_, index) => found.getItem(index));
    return all.map(({ Severity, Message, Start }) => `${Severity} at line ${query.slice(0, Start).split("\n").length}: ${Message}`);
  };
}
