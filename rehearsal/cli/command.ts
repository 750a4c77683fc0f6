/** What the commands have in common: how they end, and what ends with them. */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "./options.ts";

/** Exit codes: 2 for what the user must mend, 1 for what we must, and those of the shell for a signal. */
export function runCommand(main: () => Promise<void>): void {
  // Without a listener a signal would end the process before its "exit" listeners: folders and services would stay behind.
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  main().catch((error: unknown) => {
    const text = error instanceof UsageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}

/** Gone when the process ends. */
export async function temporaryFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
