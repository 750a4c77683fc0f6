/** Runs a command as a person does, without npm, in a temporary folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMMANDS = { start: join(ROOT, "rehearsal/cli/start.ts"), dev: join(ROOT, "rehearsal/cli/dev.ts") };
const WATCHER = fileURLToPath(new URL("./no-children.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Bench extends Disposable {
  /** Writes a file and returns its path. */
  file(name: string, content: unknown): string;
  /** Every process that the command starts is announced on standard error. */
  run(command: keyof typeof COMMANDS, args: readonly string[]): Promise<Ended>;
  start(command: keyof typeof COMMANDS, args: readonly string[]): ChildProcess;
  /** What the command left in its temporary folder. */
  leftovers(): readonly string[];
}

export function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  const start = (command: keyof typeof COMMANDS, args: readonly string[], ...options: readonly string[]): ChildProcess =>
    spawn(process.execPath, [...options, COMMANDS[command], ...args], { cwd: ROOT, env: { ...process.env, TMPDIR: temporary } });
  return {
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
    async run(command, args) {
      const child = start(command, args, "--import", WATCHER);
      const [out, error, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, "close")]);
      return { code: typeof code === "number" ? code : null, out, error };
    },
    start: (command, args) => start(command, args),
    leftovers: () => readdirSync(temporary),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
