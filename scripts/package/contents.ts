/** What is deployed: path in the archive → where it comes from. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { productionFolders } from "./production.ts";

export interface Entry {
  /** With forward slashes. */
  readonly path: string;
  readonly content: { readonly file: string } | { readonly text: string };
}

export interface Sources {
  /** The checkout. */
  readonly root: string;
  /** The built app. */
  readonly dist: string;
  /** Text of the estate file, already checked. */
  readonly estate: string;
}

export async function packageContents({ root, dist, estate }: Sources): Promise<readonly Entry[]> {
  const folders = await productionFolders(root);
  const packages = await Promise.all(folders.map((folder) => filesOf(root, join(root, folder))));
  const entries = [
    { path: "estate.json", content: { text: estate } },
    { path: "host.json", content: { file: join(root, "host.json") } },
    { path: "package.json", content: { text: await deployedPackageJson(root) } },
    ...(await filesOf(join(dist, ".."), dist)),
    ...packages.flat().filter(({ path }) => !isForDevelopment(path)),
  ];
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** What the host reads. Without scripts and development dependencies nobody can install or run them there. */
async function deployedPackageJson(root: string): Promise<string> {
  const all = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  const kept = ["name", "version", "private", "type", "main", "engines", "dependencies"];
  return `${JSON.stringify(Object.fromEntries(kept.map((key) => [key, all[key]])), null, 2)}\n`;
}

/** Nested packages are named by the lock file, or are none of ours. */
async function filesOf(base: string, folder: string): Promise<readonly Entry[]> {
  const children = await readdir(folder, { withFileTypes: true });
  const nested = children.map(async (child) => {
    const file = join(folder, child.name);
    if (child.isDirectory()) return child.name === "node_modules" ? [] : filesOf(base, file);
    return child.isFile() ? [{ path: relative(base, file).replaceAll(sep, "/"), content: { file } }] : [];
  });
  return (await Promise.all(nested)).flat();
}

/** Types and source maps of packages: more than half of the files, and nothing loads them. */
function isForDevelopment(path: string): boolean {
  return /\.(?:d\.[cm]?ts|map)$/.test(path);
}
