/** The command line of discovery against an embedded Azure, files in a folder of its own. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { discover, type Surroundings } from "../../discover/main.ts";
import { platformFromEstate, type Platform } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { CLOUDS } from "../../src/config/clouds.ts";
import { loadEstateFile } from "../../src/config/load.ts";
import { EstateSchema } from "../../src/config/schema.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { credential, type Rehearsed } from "../rehearsal-azure/start.ts";

export type EstateFile = z.infer<typeof EstateSchema>;

export async function example(name: string): Promise<Estate> {
  const loaded = await loadEstateFile(`examples/${name}.estate.json`);
  if (!loaded.ok) throw new Error(`example ${name} does not load`);
  return loaded.estate;
}

export function platformOf(estate: Estate): Platform {
  return platformFromEstate(estate, scaled());
}

export interface Told {
  readonly exit: number;
  readonly printed: string;
  readonly complained: string;
  readonly waits: readonly number[];
  readonly folder: string;
  /** As written; throws when nothing was. */
  estate(): EstateFile;
}

export function scratch(): string {
  return mkdtempSync(join(tmpdir(), "discover-"));
}

/** A file of endpoints that leads to the embedded Azure. */
export function cloudFile(folder: string, { azure }: Rehearsed): string {
  const path = join(folder, "cloud.json");
  writeFileSync(path, JSON.stringify({ ...CLOUDS.public, resourceManager: azure.url }));
  return path;
}

/** `--out` and `--cloud` are given. Waiting costs nothing, but for `onWait`. */
export async function run(
  rehearsed: Rehearsed,
  args: readonly string[],
  { folder = scratch(), onWait = () => undefined, ...rest }: { folder?: string; onWait?: () => void } & Partial<Surroundings> = {},
): Promise<Told> {
  const printed: string[] = [];
  const complained: string[] = [];
  const waits: number[] = [];
  const out = join(folder, "estate.json");
  const exit = await discover(["--cloud", cloudFile(folder, rehearsed), "--out", out, ...args], {
    credentialFor: () => credential(rehearsed),
    wait: async (seconds) => {
      waits.push(seconds);
      onWait();
    },
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
    schemaFile: join(folder, "schemas/estate.schema.json"),
    ...rest,
  });
  const estate = (): EstateFile => EstateSchema.parse(JSON.parse(readFileSync(out, "utf8")));
  return { exit, printed: printed.join("\n"), complained: complained.join("\n"), waits, folder, estate };
}
