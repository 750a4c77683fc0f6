/** Writes the archive. The same content gives the same bytes, so that a digest tells whether anything changed. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { Entry } from "./contents.ts";

export interface Archive {
  readonly bytes: number;
  readonly sha256: string;
}

/** The format begins with 1980; local time is what it keeps. */
const MTIME = new Date(2020, 0, 1);
const OPTIONS = { mtime: MTIME, mode: 0o100644, forceDosTimestamp: true };

export async function writeArchive(entries: readonly Entry[], out: string): Promise<Archive> {
  const zip = new ZipFile();
  for (const { path, content } of entries) {
    if ("file" in content) zip.addFile(content.file, path, OPTIONS);
    else zip.addBuffer(Buffer.from(content.text), path, OPTIONS);
  }
  zip.end();
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  // The archive tells of a file that it cannot read by an event of its own, not by its stream.
  const failed = new Promise<never>((_, reject) => zip.once("error", reject));
  await Promise.race([pipeline(zip.outputStream, measure, createWriteStream(out)), failed]);
  return { bytes, sha256: hash.digest("hex") };
}
