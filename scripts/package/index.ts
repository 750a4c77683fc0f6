/** `npm run package`: builds the app and writes the archive that is deployed, with the estate file in it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { runCommand, say, temporaryFolder } from "../../rehearsal/cli/command.ts";
import { systemReason, UsageError } from "../../rehearsal/cli/options.ts";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate } from "../../src/config/load.ts";
import { writeArchive } from "./archive.ts";
import { packageContents } from "./contents.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const USAGE = `npm run package                  builds the app and writes the deployment archive
  --estate FILE                the estate that it is to watch over (estate.json)
  --out FILE                   the archive (app.zip)`;

async function main(): Promise<void> {
  const { estate: estateFile, out, help } = options(process.argv.slice(2));
  if (help) return say(USAGE);
  const estate = await readEstate(estateFile);
  if (!existsSync(dirname(resolve(out)))) throw new UsageError(`${out} cannot be written: there is no such folder`);
  const dist = join(await temporaryFolder("foundry-failover-package-"), "dist");
  await build(dist);
  const entries = await packageContents({ root: ROOT, dist, estate: estate.text });
  const { bytes, sha256 } = await writeArchive(entries, resolve(out));
  say(`${out}: ${(bytes / 1e6).toFixed(1)} MB, ${entries.length} files, sha256 ${sha256}`);
  say(`estate ${estate.name}: ${estate.regions} regions, ${estate.deployments} deployments, mode ${estate.mode}`);
}

function options(args: readonly string[]): { readonly estate: string; readonly out: string; readonly help: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        estate: { type: "string", default: "estate.json" },
        out: { type: "string", default: "app.zip" },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

interface PackagedEstate {
  readonly text: string;
  readonly name: string;
  readonly regions: number;
  readonly deployments: number;
  readonly mode: string;
}

/** An app with a bad estate answers 500 to everything: better no archive at all. */
async function readEstate(file: string): Promise<PackagedEstate> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${systemReason(error)}\nName your estate file: npm run package -- --estate FILE`);
  });
  const loaded = parseEstate(text);
  if (!loaded.ok) throw new UsageError(formatIssues(loaded.issues, file));
  const { name, regions, deployments, safety } = loaded.estate;
  return { text, name, regions: regions.length, deployments: deployments.length, mode: safety.mode };
}

/** Without source maps, which would tell where this checkout lies. The compiler says what is wrong on its standard output. */
async function build(outDir: string): Promise<void> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", join(ROOT, "tsconfig.build.json"), "--outDir", outDir, "--sourceMap", "false"];
  await promisify(execFile)(process.execPath, args).catch((error: Error & { stdout?: string }) => {
    throw new UsageError(`the app does not compile:\n${error.stdout ?? error.message}`);
  });
}

runCommand(main);
