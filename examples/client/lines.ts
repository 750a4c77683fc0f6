import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Reads nothing before the first line is wanted: readline drops what comes while nobody listens. */
export async function* linesOf(input: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input })) if (line.trim() !== "") yield line;
}
