/** One of azd's hooks, as azure.yaml names them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { runCommand, say } from "../rehearsal/cli/command.ts";
import { asUsage, systemReason, UsageError } from "../rehearsal/cli/options.ts";
import { HOOKS, environmentOf, type Hands } from "./infra/hooks.ts";

const USAGE = `node scripts/azd.ts ${Object.keys(HOOKS).join("|")}
  --dry-run                    tells what would be run and written
  --outputs FILE               the deployment's outputs as az prints them, instead of azd's environment: without azd, or where the
                               estate outgrows what a variable may hold`;

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

function readOutputs(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--outputs: ${error instanceof Error ? systemReason(error) : String(error)}: ${file}`);
  }
}

async function main(): Promise<void> {
  const options = { "dry-run": { type: "boolean", default: false }, outputs: { type: "string" }, help: { type: "boolean" } } as const;
  const { positionals, values } = asUsage(() => parseArgs({ allowPositionals: true, options }));
  if (values.help) return say(USAGE);
  const hook = Object.entries(HOOKS).find(([name]) => name === positionals[0])?.[1];
  if (hook === undefined) throw new UsageError(`name one of ${Object.keys(HOOKS).join(", ")}`);
  const told = values.outputs === undefined ? {} : environmentOf(readOutputs(values.outputs));
  hook({ ...process.env, ...told }, values["dry-run"] ? DRY : REAL);
}

runCommand(main);
