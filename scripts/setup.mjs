/**
 * Makes the checkout ready, on any Node from 20 on and nothing else: installs what package-lock.json names when that has not been
 * done since it last changed. The `node` package among it brings the Node that the SDKs need; npm scripts find it first.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.installed`;
const wanted = createHash("sha256")
  .update(readFileSync(`${root}package-lock.json`))
  .digest("hex");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Installing dependencies (npm ci) …");
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (installed.status !== 0) {
    console.error("npm ci failed: nothing was started. Its own message is above.");
    process.exit(installed.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
