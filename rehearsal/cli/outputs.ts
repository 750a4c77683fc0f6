/** Where a rehearsal's files go. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemReason, UsageError } from "./options.ts";

/** Before anything starts: results of a minute's work must not be lost to a path that cannot be written. */
export async function checkOutputs({
  json,
  report,
}: {
  readonly json: string | undefined;
  readonly report: string | undefined;
}): Promise<void> {
  for (const [name, file] of [
    ["json", json],
    ["report", report],
  ] as const) {
    if (file === undefined) continue;
    if (file === "") throw new UsageError(`--${name}: a file's name is missing`);
    await mkdir(dirname(resolve(file)), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`--${name}: ${file} cannot be written: ${systemReason(error)}`);
    });
    if (await isDirectory(file)) throw new UsageError(`--${name}: ${file} is a directory`);
  }
}

async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
