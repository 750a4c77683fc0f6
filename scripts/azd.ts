/**
 * One of azd's hooks: `node scripts/azd.ts HOOK [--dry-run] [--outputs FILE]`. A dry run tells what would be run and written.
 * Without azd, or where the estate outgrows what a variable may hold, the deployment's outputs come in a file, as `az` prints them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { runCommand, say } from "../rehearsal/cli/command.ts";
import { UsageError } from "../rehearsal/cli/options.ts";
import { HOOKS, environmentOf, type Hands } from "./infra/hooks.ts";

const REAL: Hands = {
  say,
  run: (command) => void spawn(command, "inherit"),
  ask: (command) => spawn(command, "pipe"),
  write(file, text) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    say(`written: ${file}`);
  },
};

const DRY: Hands = {
  say,
  run: (command) => say(`would run: ${command.join(" ")}`),
  ask(command, otherwise) {
    say(`would run: ${command.join(" ")}`);
    return otherwise;
  },
  write: (file, text) => say(`would write ${file}:\n${text}`),
};

function spawn([file = "", ...args]: readonly string[], output: "inherit" | "pipe"): string {
  const ended = spawnSync(file, args, { encoding: "utf8", stdio: ["ignore", output, "inherit"] });
  if (ended.status === 0) return ended.stdout ?? "";
  throw new UsageError(`${[file, ...args].join(" ")}\nended with ${ended.error?.message ?? ended.status ?? ended.signal}`);
}

async function main(): Promise<void> {
  const options = { "dry-run": { type: "boolean", default: false }, outputs: { type: "string" } } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  const hook = Object.entries(HOOKS).find(([name]) => name === positionals[0])?.[1];
  if (hook === undefined) throw new UsageError(`name one of ${Object.keys(HOOKS).join(", ")}`);
  const told = values.outputs === undefined ? {} : environmentOf(readFileSync(values.outputs, "utf8"));
  hook({ ...process.env, ...told }, values["dry-run"] ? DRY : REAL);
}

runCommand(main);
