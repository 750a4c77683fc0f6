/** Files that people name on the command line. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "./options.ts";

export async function readText(path: string, option: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${option}: ${path} cannot be read (${error.code ?? error.name})`);
  });
}

interface Target {
  readonly option: string;
  readonly force: boolean;
}

/** Before the long reading, so that it is not in vain. */
export function checkTarget(path: string, { option, force }: Target): void {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new UsageError(`${option}: ${path} cannot be written: there is no folder ${folder}`);
  if (!force && existsSync(path)) throw new UsageError(exists(path, option));
}

function exists(path: string, option: string): string {
  return `${option}: ${path} exists; --force overwrites it`;
}

/** Never over a file that exists, unless told to. */
export async function writeText(path: string, text: string, { option, force }: Target): Promise<void> {
  await writeFile(path, text, { flag: force ? "w" : "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") throw new UsageError(exists(path, option));
    throw new UsageError(`${option}: ${path} cannot be written (${error.code ?? error.name})`);
  });
}
