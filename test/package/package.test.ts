/** `npm run package`: what the archive holds and leaves out, that it runs by itself, and what stops it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeArchive } from "../../scripts/package/archive.ts";
import { readZip } from "./zip.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ESTATE = "examples/hub-to-hub.estate.json";
const MINUTE = 60_000;

interface Manifest {
  readonly main: string;
  readonly dependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { readonly packages: Record<string, { dev?: boolean }> };
let folder = "";
let files: ReadonlyMap<string, Buffer>;

function pack(...args: readonly string[]): ReturnType<typeof spawnSync> & { readonly stderr: string; readonly stdout: string } {
  return spawnSync(process.execPath, ["scripts/package/index.ts", ...args], { cwd: ROOT, encoding: "utf8" });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "package-test-"));
  const out = join(folder, "app.zip");
  const packed = pack("--estate", ESTATE, "--out", out);
  expect(packed.stderr).toBe("");
  expect(packed.stdout).toMatch(/app\.zip: \d+\.\d MB, \d+ files, sha256 [0-9a-f]{64}\nestate contoso-hub-to-hub: 3 regions/);
  files = readZip(readFileSync(out));
}, 3 * MINUTE);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the archive", () => {
  it("has the app, its settings, the estate and packages at its top, and nothing else", () => {
    const top = new Set([...files.keys()].map((path) => path.split("/", 1)[0]));
    expect([...top].toSorted()).toEqual(["dist", "estate.json", "host.json", "node_modules", "package.json"]);
  });

  it("keeps the estate as it was written", () => {
    expect(files.get("estate.json")?.toString()).toBe(readFileSync(join(ROOT, ESTATE), "utf8"));
  });

  it("has every production dependency and no development dependency", () => {
    const has = (name: string): boolean => files.has(`node_modules/${name}/package.json`);
    expect(Object.keys(manifest.dependencies).filter((name) => !has(name))).toEqual([]);
    const dev = Object.entries(lock.packages).filter(([, locked]) => locked.dev === true);
    expect(dev.map(([path]) => path).filter((path) => files.has(`${path}/package.json`))).toEqual([]);
    expect(dev.map(([path]) => path)).toEqual(
      expect.arrayContaining(["node_modules/vitest", "node_modules/typescript", "node_modules/azurite"]),
    );
    expect(JSON.parse(files.get("package.json")?.toString() ?? "")).not.toHaveProperty("devDependencies");
  });

  it("mentions no rehearsal in what is ours", () => {
    const ours = [...files].filter(([path]) => !path.startsWith("node_modules/"));
    expect(ours.filter(([, content]) => /rehears/i.test(content.toString())).map(([path]) => path)).toEqual([]);
  });

  it("has no source maps: they tell where it was packed", () => {
    expect([...files.keys()].filter((path) => path.endsWith(".map"))).toEqual([]);
    expect([...files].filter(([path, content]) => path.startsWith("dist/") && content.includes("sourceMappingURL"))).toEqual([]);
  });

  it(
    "loads where nothing else is installed and registers its functions",
    () => {
      const unpacked = join(folder, "unpacked");
      for (const [path, content] of files) {
        mkdirSync(dirname(join(unpacked, path)), { recursive: true });
        writeFileSync(join(unpacked, path), content);
      }
      const load = `import(${JSON.stringify(`./${manifest.main}`)}).then(() => console.log("loaded"))`;
      const loaded = spawnSync(process.execPath, ["-e", load], { cwd: unpacked, encoding: "utf8" });
      expect(loaded.stdout).toContain("loaded");
      // Without a host the SDK names each function that it would register.
      for (const name of ["probe", "knowledge", "reconcile", "alerts", "breakerEvents", "status"])
        expect(loaded.stderr).toContain(`register function "${name}"`);
    },
    3 * MINUTE,
  );
});

it("the same content gives the same bytes, whatever the files' times are", async () => {
  const file = join(folder, "content");
  const digests = [1_000_000_000, 1_700_000_000].map(async (seconds, index) => {
    writeFileSync(`${file}${index}`, "the same");
    utimesSync(`${file}${index}`, seconds, seconds);
    const entries = [
      { path: "a.txt", content: { file: `${file}${index}` } },
      { path: "b.txt", content: { text: "and this" } },
    ];
    return writeArchive(entries, join(folder, `${index}.zip`));
  });
  const [first, second] = await Promise.all(digests);
  expect(first).toEqual(second);
  expect(
    readZip(readFileSync(join(folder, "1.zip")))
      .get("a.txt")
      ?.toString(),
  ).toBe("the same");
});

it("a file that cannot be read fails the archive instead of leaving it out", async () => {
  const missing = [{ path: "a.txt", content: { file: join(folder, "none") } }];
  await expect(writeArchive(missing, join(folder, "broken.zip"))).rejects.toThrow("ENOENT");
});

describe("nothing is packed, and the reason is told, for", () => {
  const refused = (file: string): string => {
    const out = join(folder, "refused.zip");
    const packed = pack("--estate", file, "--out", out);
    expect(packed.status).toBe(2);
    expect(() => readFileSync(out)).toThrow("ENOENT");
    return packed.stderr;
  };

  it("an estate file that is not there", () => {
    expect(refused(join(folder, "none.json"))).toMatch(/none\.json cannot be read: ENOENT.*\n.*--estate FILE/);
  });

  it("an estate with problems, all of them by path", () => {
    const file = join(folder, "bad.json");
    const estate = JSON.parse(readFileSync(join(ROOT, ESTATE), "utf8")) as { regions: object[]; name: unknown };
    writeFileSync(file, JSON.stringify({ ...estate, name: 7, regions: [...estate.regions, { name: "Nowhere!" }] }));
    const told = refused(file);
    expect(told).toContain("name");
    expect(told).toContain("regions[3]");
  });

  it("a folder that is not there, before anything is built", () => {
    expect(pack("--estate", ESTATE, "--out", join(folder, "none/app.zip"))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no such folder"),
    });
  });

  it("an option that does not exist", () => {
    expect(pack("--estates", ESTATE).stderr).toContain("--estates");
  });
});
