/** Builds and runs C# with the .NET SDK of the machine; what was built once is kept in the project's own cache. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { generatedSource, type Expression } from "./expressions.ts";

const SOURCES = fileURLToPath(new URL("csharp/", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/policy-expressions/", import.meta.url));
const ENVIRONMENT = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: "1", DOTNET_NOLOGO: "1", DOTNET_CLI_UI_LANGUAGE: "en" };

/** NU1101, NU1301 and the like: NuGet. */
const PACKAGE_ERROR = ": error NU";

/** Undefined when C# can be compiled here; else why it cannot. */
export function whyNoSdk(): string | undefined {
  const { status, stdout } = dotnet(["--list-sdks"]);
  if (status !== 0 || stdout.trim() === "") return "no .NET SDK on this machine";
  const newest = Number.parseInt(stdout.trim().split("\n").at(-1) ?? "", 10);
  return newest >= 8 ? undefined : `.NET SDK ${newest} is older than 8`;
}

export interface Built {
  /** "fragments/route: <when> condition: CS1061 'IRequest' does not contain …". */
  readonly errors: readonly string[];
  readonly folder: string;
}

export function whyNotBuilt({ errors }: Built): string | undefined {
  return errors.find((error) => error.includes(PACKAGE_ERROR));
}

export function build(expressions: readonly Expression[], project: "Expressions" | "Run"): Built {
  const source = generatedSource(expressions);
  const hash = createHash("sha256").update(project).update(source);
  for (const file of sourceFiles()) hash.update(readFileSync(join(SOURCES, file)));
  const folder = join(CACHE, hash.digest("hex").slice(0, 16));
  const log = existsSync(folder) ? readFileSync(join(folder, "build.log"), "utf8") : buildInto(folder, source, project);
  return { errors: errorsIn(log, expressions), folder };
}

function sourceFiles(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  return files.filter((file) => /\.(?:cs|csproj)$/.test(file)).sort();
}

/** Built beside and then moved: another process may be building the same. A package that could not be had is asked for again. */
function buildInto(folder: string, source: string, project: string): string {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  cpSync(SOURCES, draft, { recursive: true });
  writeFileSync(join(draft, "Expressions", "Generated.cs"), source);
  const args = ["build", `${project}/${project}.csproj`, "--output", "out", "-nodeReuse:false", "-p:UseSharedCompilation=false"];
  const { stdout, stderr } = dotnet(args, draft);
  const log = stdout + stderr;
  writeFileSync(join(draft, "build.log"), log);
  if (existsSync(folder) || log.includes(PACKAGE_ERROR)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
  return log;
}

/** The compiler says "…/E7(1,23): error CS1002: ; expected [project]"; anything else that went wrong stands as it is. */
function errorsIn(log: string, expressions: readonly Expression[]): string[] {
  const lines = log.split("\n").filter((line) => /: error [A-Z]+\d+: /.test(line));
  const errors = lines.map((line) => {
    const [, index, code, message] = /E(\d+)\(\d+,\d+\): error (CS\d+): (.*?) \[/.exec(line) ?? [];
    const expression = expressions[Number(index)];
    return expression ? `${expression.place}: ${code} ${message}` : line.trim();
  });
  return [...new Set(errors)];
}

export interface Runner {
  readonly ask: (input: object) => Promise<unknown>;
  readonly stop: () => void;
}

/** One process for all questions: it answers a line with a line. */
export function startRunner(folder: string): Runner {
  const child = spawn("dotnet", [join(folder, "out", "Run.dll")], { env: ENVIRONMENT, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (input) => {
      child.stdin.write(`${JSON.stringify(input)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The runner ended with ${child.exitCode}.`);
      const answer: unknown = JSON.parse(value);
      return answer;
    },
    stop: () => child.stdin.end(),
  };
}

function dotnet(args: string[], cwd?: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync("dotnet", args, { encoding: "utf8", env: ENVIRONMENT, cwd, timeout: 120_000 });
  return error ? { status: null, stdout: "", stderr: error.message } : { status, stdout, stderr };
}
