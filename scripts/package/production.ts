/** The packages that the app needs at run time, as the lock file names them and as they are installed. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../../rehearsal/cli/options.ts";

const Locked = z.object({
  version: z.string().optional(),
  dev: z.boolean().default(false),
  devOptional: z.boolean().default(false),
  optional: z.boolean().default(false),
  os: z.array(z.string()).default([]),
  cpu: z.array(z.string()).default([]),
});
const Lock = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Locked) });
const Installed = z.object({ version: z.string() });

/** Folders below the root, such as `node_modules/zod`; a nested one is named apart from the package that it is nested in. */
export async function productionFolders(root: string): Promise<readonly string[]> {
  const lock = Lock.parse(JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")));
  const wanted = Object.entries(lock.packages).filter(([folder, locked]) => folder !== "" && !locked.dev && !locked.devOptional);
  await Promise.all(wanted.map(([folder, locked]) => checkInstalled(root, folder, locked)));
  return wanted.map(([folder]) => folder);
}

/** What is packed must be what was tested: the lock file's version, and the same on every machine. */
async function checkInstalled(root: string, folder: string, locked: z.infer<typeof Locked>): Promise<void> {
  // The app runs on Linux, wherever it is packed: a package of one platform would have to be fetched for that one.
  if (locked.os.length > 0 || locked.cpu.length > 0)
    throw new Error(`${folder} is made for ${[...locked.os, ...locked.cpu].join(", ")} only`);
  const text = await readFile(join(root, folder, "package.json"), "utf8").catch(() => "{}");
  const installed = Installed.safeParse(JSON.parse(text)).data?.version ?? "nothing";
  if (installed !== locked.version)
    throw new UsageError(`${folder}: package-lock.json names ${locked.version}, installed is ${installed}: run npm ci`);
}
