import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findBicep } from "./support/find-bicep.ts";

const folder = mkdtempSync(join(tmpdir(), "find-bicep-"));
const own = join(folder, "bicep");
const elsewhere = { PATH: "/nowhere", NUGET_PACKAGES: join(folder, "packages") };
writeFileSync(own, "");
chmodSync(own, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the compiler that BICEP names comes first", () => {
  expect(findBicep({ ...elsewhere, BICEP: own, PATH: "/nowhere" })).toEqual({ path: own });
});

it("a compiler that BICEP names and that is not there is missing, whatever else there is", () => {
  expect(findBicep({ ...elsewhere, BICEP: join(folder, "none"), PATH: folder })).toEqual({ missing: expect.stringContaining("none") });
});

it.skipIf(process.platform === "win32")("the PATH's compiler comes next", () => {
  expect(findBicep({ ...elsewhere, PATH: `/nowhere:${folder}` })).toEqual({ path: own });
});

it("where there is none and none can be restored, the reason is told", () => {
  expect(findBicep(elsewhere)).toEqual({ missing: expect.stringContaining("cannot be restored") });
});
