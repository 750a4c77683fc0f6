import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll } from "vitest";

export const INFRA = join(import.meta.dirname, "../../../infra");

/** Paths relative to infra/. */
export function infraFiles(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: INFRA }).sort();
}

export interface Scratch {
  /** Its path. */
  write(name: string, text: string): string;
  /** Path to a file of infra/ as a file of this folder writes it. */
  toInfra(file: string): string;
}

/** A folder for the files that a test file writes; it is gone after the last of its tests. */
export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "infra-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    toInfra: (file) => relative(folder, join(INFRA, file)).replaceAll("\\", "/"),
  };
}
