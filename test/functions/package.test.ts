/** The built package: what Azure gets is what the source registers, and needs nothing that is not deployed. */
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseHostJson } from "../../rehearsal/functions-host/host-json.ts";
import { registrationsOfSource } from "../support/app-under-test.ts";

const run = promisify(execFile);
// Within the repository, so that it finds the packages and the module type that dist finds.
mkdirSync(".rehearsal", { recursive: true });
const dist = mkdtempSync(join(process.cwd(), ".rehearsal", "dist-"));
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  main: string;
  type: string;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

beforeAll(
  () =>
    run(process.execPath, [createRequire(import.meta.url).resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", dist]),
  120_000,
);
afterAll(() => rmSync(dist, { recursive: true }));

describe("package.json", () => {
  it("leads to the entry that the build writes", () => {
    const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile("tsconfig.build.json", ts.sys.readFile).config, ts.sys, ".");

    expect(manifest.scripts["build"]).toBe("tsc -p tsconfig.build.json");
    expect(manifest.main).toBe(`${relative(process.cwd(), options.outDir ?? "")}/index.js`);
    expect(existsSync(join(dist, "index.js"))).toBe(true);
  });

  it("says that the package is made of modules, as the built files are", () => {
    expect(manifest.type).toBe("module");
  });
});

it("host.json is one that the host takes", () => {
  const json = JSON.parse(readFileSync("host.json", "utf8")) as { version: string };

  expect(json.version).toBe("2.0");
  // Links in answers begin with it.
  expect(parseHostJson(json).routePrefix).toBe("api");
});

it("the built app registers the functions of the source, with the same bindings", async () => {
  const child = await run(process.execPath, ["test/functions/registrations-child.ts", join(dist, "index.js")], { env: CLEAN });
  const { functions } = await registrationsOfSource();

  expect(JSON.parse(child.stdout)).toEqual(JSON.parse(JSON.stringify(functions.map(({ name, bindings }) => ({ name, bindings })))));
});

/** Nothing of the test runner's: the app is imported as by a worker. */
const CLEAN = { PATH: process.env["PATH"] ?? "" };

describe("imports", () => {
  const imports = (): { file: string; specifier: string }[] =>
    globSync("**/*.js", { cwd: dist }).flatMap((file) =>
      ts.preProcessFile(readFileSync(join(dist, file), "utf8")).importedFiles.map(({ fileName }) => ({ file, specifier: fileName })),
    );

  it("of the package's own files lead to files that are in it", () => {
    const own = imports().filter(({ specifier }) => specifier.startsWith("."));
    const missing = own.filter(({ file, specifier }) => {
      const target = join(dist, dirname(file), specifier);
      return !target.startsWith(dist) || !existsSync(target);
    });

    expect(own.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it("of others are Node's own or production dependencies", () => {
    const others = imports().filter(({ specifier }) => !specifier.startsWith(".") && !isBuiltin(specifier));
    const packages = new Set(others.map(({ specifier }) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")));

    expect([...packages].filter((name) => manifest.dependencies[name] === undefined)).toEqual([]);
    expect([...packages]).toEqual(expect.arrayContaining(["@azure/functions", "durable-functions", "zod"]));
  });

  it("use every production dependency", () => {
    const used = new Set(imports().map(({ specifier }) => specifier));

    expect(Object.keys(manifest.dependencies).filter((name) => !used.has(name))).toEqual([]);
  });
});

it("nothing in it speaks of rehearsing", () => {
  const found = globSync("**/*.js", { cwd: dist }).filter((file) => /rehears|simulat/i.test(readFileSync(join(dist, file), "utf8")));

  expect(found).toEqual([]);
});
