/** One running Bicep compiler for a test file: its types are loaded once, and then a compilation takes milliseconds. */
import { spawn } from "node:child_process";
import { afterAll, describe, it } from "vitest";
import { z } from "zod";
import { findBicep } from "./find-bicep.ts";

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const TENANT = "00000000-0000-4000-8000-00000000000f";

const Position = z.object({ line: z.int() });
const Diagnostic = z.object({
  source: z.string(),
  range: z.object({ start: Position }),
  level: z.string(),
  code: z.string(),
  message: z.string(),
});
const Compiled = z.object({ success: z.boolean(), diagnostics: z.array(Diagnostic), contents: z.string().optional() });
const Answer = z.object({ id: z.int(), result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });
const Json = z.record(z.string(), z.unknown());

export interface Compilation {
  /** `file(line) level code: message`, of the file and of all that it uses. */
  readonly findings: readonly string[];
  readonly template: Readonly<Record<string, unknown>> | undefined;
}

export interface Compiler {
  compile(file: string): Promise<Compilation>;
  /** Every file that goes into the compilation of one, with that one. */
  filesOf(file: string): Promise<readonly string[]>;
  /** Findings about parameters, before anything of them is worked out. */
  checkParameters(parameterFile: string): Promise<readonly string[]>;
  /** What would be deployed. Throws with the deployment's own message when the parameters cannot be. */
  snapshot(parameterFile: string): Promise<unknown>;
}

const found = findBicep();
const reason = "missing" in found ? found.missing : undefined;
// Nobody reads what was skipped in a pipeline, so there the tests need the compiler.
if (reason !== undefined && process.env["CI"]) throw new Error(reason);
if (reason !== undefined) console.warn(`Skipped: the tests of infra/ need the Bicep compiler: ${reason}`);

/** Tests that need the compiler; without one they are skipped and say why. */
export function describeCompiled(name: string, tests: (compiler: Compiler) => void | Promise<void>): void {
  if ("missing" in found) return void it.skip(`${name}: ${found.missing}`);
  describe(name, { timeout: 120_000 }, async () => {
    const { compiler, stop } = start(found.path);
    afterAll(stop);
    await tests(compiler);
  });
}

type Ask = (method: string, params: object) => Promise<unknown>;

function start(path: string): { compiler: Compiler; stop: () => void } {
  const { ask, stop } = connect(path);
  return {
    stop,
    compiler: { compile: compileBy(ask), filesOf: filesBy(ask), checkParameters: parametersBy(ask), snapshot: snapshotBy(ask) },
  };
}

function compileBy(ask: Ask): Compiler["compile"] {
  return async (file) => {
    const { diagnostics, contents } = Compiled.parse(await ask("bicep/compile", { path: file }));
    const findings = diagnostics.map(findingOf);
    return { findings, template: contents === undefined ? undefined : Json.parse(JSON.parse(contents)) };
  };
}

function findingOf({ source, range, level, code, message }: z.infer<typeof Diagnostic>): string {
  return `${source}(${range.start.line + 1}) ${level} ${code}: ${message}`;
}

function parametersBy(ask: Ask): Compiler["checkParameters"] {
  return async (file) => {
    const answer = await ask("bicep/compileParams", { path: file, parameterOverrides: {} });
    return z
      .object({ diagnostics: z.array(Diagnostic) })
      .parse(answer)
      .diagnostics.map(findingOf);
  };
}

function filesBy(ask: Ask): Compiler["filesOf"] {
  return async (file) => z.object({ filePaths: z.array(z.string()) }).parse(await ask("bicep/getFileReferences", { path: file })).filePaths;
}

function snapshotBy(ask: Ask): Compiler["snapshot"] {
  const metadata = { tenantId: TENANT, subscriptionId: SUBSCRIPTION, location: "centralus", resourceGroup: null, deploymentName: "main" };
  return async (file) => {
    const { snapshot } = z
      .object({ snapshot: z.string() })
      .parse(await ask("bicep/getSnapshot", { path: file, metadata, externalInputs: null }));
    return JSON.parse(snapshot) as unknown;
  };
}

/** JSON-RPC over the process's own pipes, each message behind a `Content-Length` header. */
function connect(path: string): { ask: Ask; stop: () => void } {
  const child = spawn(path, ["jsonrpc", "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, (answer: Pick<z.infer<typeof Answer>, "result" | "error">) => void>();
  let [rest, count] = [Buffer.alloc(0), 0];
  const endAll = (message: string): void => waiting.forEach((answer) => answer({ error: { message } }));
  child.on("exit", (code) => endAll(`bicep ended (${code})`));
  child.on("error", ({ message }) => endAll(message));
  child.stdout.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let message = firstMessage(rest); message !== undefined; message = firstMessage(rest)) {
      rest = rest.subarray(message.end);
      const { data: answer, error } = Answer.safeParse(JSON.parse(message.text));
      if (answer === undefined) endAll(`an answer that is none: ${error.message}`);
      else waiting.get(answer.id)?.(answer);
    }
  });
  return {
    ask: (method, params) =>
      new Promise((resolve, reject) => {
        const id = (count += 1);
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error) reject(new Error(error.message));
          else resolve(result);
        });
        const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: [params] });
        child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      }),
    stop: () => void child.kill(),
  };
}

function firstMessage(buffer: Buffer): { text: string; end: number } | undefined {
  const headerEnd = buffer.indexOf("\r\n\r\n");
  const length = Number(/Content-Length: (\d+)/i.exec(buffer.toString("latin1", 0, headerEnd))?.[1]);
  const [from, end] = [headerEnd + 4, headerEnd + 4 + length];
  return headerEnd < 0 || buffer.length < end ? undefined : { text: buffer.toString("utf8", from, end), end };
}
