import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const directory = mkdtempSync(join(tmpdir(), "virtual-time-"));
let results: Record<string, unknown> = {};

/** Everything runs in one child: a process is on virtual time as a whole or not at all. */
beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  writeFileSync(join(directory, "key.pem"), pems.private);
  writeFileSync(join(directory, "cert.pem"), pems.cert);
  const child = await promisify(execFile)(
    process.execPath,
    ["--import", "./rehearsal/virtual-time/install.ts", "test/virtual-time/child.ts", directory],
    { cwd: root, env: { ...process.env, NODE_EXTRA_CA_CERTS: join(directory, "cert.pem") } },
  );
  results = JSON.parse(child.stdout) as Record<string, unknown>;
}, 60_000);

afterAll(() => rmSync(directory, { recursive: true }));

describe("virtual time", () => {
  it.each([
    ["lets the real ARM client wait out Retry-After: 30 three times over TLS", "armRetry", "pool", 90],
    ["passes while the server declares a request held, and not before its answer is read whole", "fetchHeld", 300_000, 20],
    ["reaches AbortSignal.timeout of a fetch whose answer never comes", "fetchAborted", "TimeoutError", 7],
    ["reaches AbortSignal.timeout of a node request whose answer never comes", "nodeAborted", "AbortError", 5],
    ["takes a request that is destroyed twice off once", "nodeDestroyedTwice", "closed", 3],
    ["is not held up by a body that nobody reads", "unreadNodeBody", 200, 80],
    ["is not held up by a fetch whose body is read much later", "unreadFetchBody", 300_000, 80],
    ["is not held up by a connection that is refused", "refused", "TypeError", 0],
    ["stands still over a hundred requests on one connection", "keepAlive", "100 rounds", 0],
    ["passes while requests wait inside a timed server, side by side", "timedServer", [300_000, 300_000], 20],
    ["stands still while files are read", "files", true, 0],
    ["drives node:timers/promises", "timersPromises", "slept", 1.5],
  ])("%s", (_rule, name, outcome, seconds) => {
    expect(results[name]).toEqual({ outcome, seconds, onTheWire: 0 });
  });

  it("stops at the instant asked for, whatever timers are left", () => {
    expect(results["instant"]).toEqual({ seconds: 90 });
  });

  it("fails when the awaited state does not come within the limit", () => {
    expect(results["limit"]).toContain("the limit passed");
  });
});
