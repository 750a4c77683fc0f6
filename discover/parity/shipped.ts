/** What infra/ ships to every gateway, by folder: the name of a file is the name of what it is the policy of. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../options.ts";
import { jsonLines, xmlLines, xmlProblem } from "./canonical.ts";

export const SCOPES = ["global", "fragments", "apis", "operations", "products"] as const;
export type ScopeName = (typeof SCOPES)[number];

export interface ShippedFile {
  readonly scope: ScopeName;
  /** Of the file, without its ending. */
  readonly name: string;
  /** Within the folder. */
  readonly path: string;
  readonly lines: readonly string[];
}

export interface Shipped {
  readonly files: readonly ShippedFile[];
  readonly breaker: readonly string[];
  /** Named values that the files use: `{{tenant-id}}`. */
  readonly namedValues: ReadonlySet<string>;
}

const BREAKER = "gateway/breaker.json";

export function readShipped(folder: string): Shipped {
  const paths = globSync("policies/**/*.xml", { cwd: folder })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  if (paths.length === 0 || !existsSync(join(folder, BREAKER)))
    throw new UsageError(`--infra: ${folder} has no policies/**/*.xml or no ${BREAKER}`);
  const texts = paths.map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }));
  return {
    files: texts.map(({ path, text }) => shippedFile(path, text)),
    breaker: jsonLines(JSON.parse(readFileSync(join(folder, BREAKER), "utf8"))),
    namedValues: new Set(texts.flatMap(({ text }) => [...text.matchAll(/\{\{([\w.-]+)\}\}/g)].map(([, name = ""]) => name))),
  };
}

function shippedFile(path: string, text: string): ShippedFile {
  const problem = xmlProblem(text);
  if (problem !== undefined) throw new UsageError(`--infra: ${path} ${problem}`);
  // `policies/global.xml` stands by itself, the others in the folder of their scope.
  const folder = basename(dirname(path));
  const named = folder === "policies" ? basename(path, ".xml") : folder;
  const scope = SCOPES.find((known) => known === named);
  if (scope === undefined) throw new UsageError(`--infra: ${path} is in none of the known scopes: ${SCOPES.join(", ")}`);
  return { scope, name: basename(path, ".xml"), path, lines: xmlLines(text) };
}

/**
 * Which of a gateway's things a file is meant for. An API may carry the product's name in front (`foundry-failover` of failover.xml), an
 * operation its method behind (`health-get` of health.xml).
 */
export function isMeantFor({ scope, name }: ShippedFile, thing: string): boolean {
  const [wanted, given] = [name.toLowerCase(), thing.toLowerCase()];
  if (scope === "global" || given === wanted) return true;
  return (scope === "apis" && given.endsWith(`-${wanted}`)) || (scope === "operations" && given.startsWith(`${wanted}-`));
}
