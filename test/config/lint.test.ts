/** The lint rules that carry an invariant of the product bite, and let clean code pass. */
import { join } from "node:path";
import { ESLint } from "eslint";
import { expect, it } from "vitest";

const eslint = new ESLint({ cwd: join(import.meta.dirname, "../..") });

/** Rules broken by `code` if it stood in that file, which must exist: the type-checked rules look it up in the project. */
async function broken(file: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: file });
  return result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? [];
}

const CORE = "src/domain/estate.ts";
const RUNBOOK = "src/orchestrations/runbook.ts";
const SHELL = "src/config/load.ts";
const durable = (body: string): string => `
import { sleepUnless, type Durable, type DurableContext } from "./durable.ts";
function* helper(context: DurableContext): Durable<number> {
  yield* sleepUnless(context, 1, "wake");
  return 1;
}
export function* body(context: DurableContext): Durable<number> {
  ${body}
}`;

const LONG_FUNCTION = `export function long(): number {\n${"  Math.abs(1);\n".repeat(40)}  return 1;\n}\n`;
const LONG_FILE = "export const a = 1;\n" + Array.from({ length: 300 }, (_, n) => `export const a${n} = 1;\n`).join("");

it.each<[rule: string, file: string, code: string]>([
  ["durable/yield-durable", RUNBOOK, durable("sleepUnless(context, 1, 'wake'); return yield* helper(context);")],
  ["durable/yield-durable", RUNBOOK, durable("const n = helper(context); void n; return yield* helper(context);")],
  ["durable/yield-durable", RUNBOOK, durable("return Number(helper(context));")],
  ["no-restricted-syntax", RUNBOOK, durable("yield context.toString() as never; return 1;")],
  ["no-restricted-syntax", RUNBOOK, durable("context.df.continueAsNew(1); return yield* helper(context);")],
  ["no-restricted-syntax", RUNBOOK, "export const at = (): number => new Date().getTime();\n"],
  ["no-restricted-syntax", RUNBOOK, "export const at = (): string => Date();\n"],
  ["no-restricted-syntax", CORE, "export const at = (): number => Date.now();\n"],
  ["no-restricted-syntax", CORE, "export const at = (): number => Math.random();\n"],
  ["no-restricted-syntax", CORE, "export async function f(p: Promise<void>): Promise<void> { return p; }\n"],
  ["no-restricted-syntax", CORE, "const p: Promise<number> = Promise.resolve(1);\nexport const n = await p;\n"],
  ["no-restricted-globals", CORE, "export const home = process.env;\n"],
  ["no-restricted-globals", CORE, "export const id = (): string => crypto.randomUUID();\n"],
  ["no-restricted-globals", RUNBOOK, "setTimeout(() => undefined, 1);\n"],
  ["no-restricted-globals", RUNBOOK, "void fetch('https://host');\n"],
  ["no-console", SHELL, "console.log(1);\n"],
  ["no-restricted-exports", SHELL, "export default 1;\n"],
  ["@typescript-eslint/no-floating-promises", SHELL, "Promise.resolve(1);\n"],
  ["@typescript-eslint/no-explicit-any", SHELL, "export const a: any = 1;\n"],
  ["@typescript-eslint/consistent-type-imports", SHELL, 'import { Issue } from "./issues.ts";\nexport type A = Issue;\n'],
  ["@typescript-eslint/explicit-function-return-type", SHELL, "function f() { return 1; }\nf();\n"],
  ["@typescript-eslint/explicit-module-boundary-types", SHELL, "export function f() { return 1; }\n"],
  ["@typescript-eslint/switch-exhaustiveness-check", SHELL, 'export function f(a: "x" | "y"): void { switch (a) { case "x": return; } }\n'],
  ["eqeqeq", SHELL, "export const f = (a: number): boolean => a == 1;\n"],
  ["no-param-reassign", SHELL, "export function f(a: number): number { a = 1; return a; }\n"],
  ["max-lines-per-function", SHELL, LONG_FUNCTION],
  ["max-lines", SHELL, LONG_FILE],
])("%s bites in %s (%#)", async (rule, file, code) => {
  expect(await broken(file, code)).toContain(rule);
});

it.each<[what: string, file: string, code: string]>([
  ["an orchestration that delegates", RUNBOOK, durable("yield* sleepUnless(context, 1, 'wake'); return yield* helper(context);")],
  ["a core that reads the time it is given", CORE, "export const at = (now: string): number => new Date(now).getTime();\n"],
  ["a shell that asks the clock", SHELL, "export const at = (): number => Date.now();\n"],
])("%s passes", async (_, file, code) => {
  expect(await broken(file, code)).toEqual([]);
});
