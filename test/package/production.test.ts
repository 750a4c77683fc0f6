import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { productionFolders } from "../../scripts/package/production.ts";

let root = "";
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), "production-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function checkout(locked: Record<string, object>, installed: Record<string, string>): void {
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages: { "": {}, ...locked } }));
  for (const [folder, version] of Object.entries(installed)) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, "package.json"), JSON.stringify({ version }));
  }
}

it("takes what the lock file names for production, nested packages too", async () => {
  const locked = {
    "node_modules/a": { version: "1.0.0" },
    "node_modules/a/node_modules/b": { version: "2.0.0" },
    "node_modules/tool": { version: "3.0.0", dev: true },
  };
  checkout(locked, { "node_modules/a": "1.0.0", "node_modules/a/node_modules/b": "2.0.0", "node_modules/stray": "9.0.0" });
  expect(await productionFolders(root)).toEqual(["node_modules/a", "node_modules/a/node_modules/b"]);
});

describe("refuses", () => {
  it.each([
    ["another version than the locked one", { "node_modules/a": "1.0.1" }, "package-lock.json names 1.0.0, installed is 1.0.1: run npm ci"],
    ["a package that is not installed", {}, "package-lock.json names 1.0.0, installed is nothing"],
  ])("%s", async (_, installed, told) => {
    checkout({ "node_modules/a": { version: "1.0.0" } }, installed);
    await expect(productionFolders(root)).rejects.toThrow(told);
  });

  it("a package that is made for one platform: the app runs on another", async () => {
    checkout({ "node_modules/a": { version: "1.0.0", os: ["darwin"] } }, { "node_modules/a": "1.0.0" });
    await expect(productionFolders(root)).rejects.toThrow("node_modules/a is made for darwin only");
  });
});
