/** The example client: `node examples/client/main.ts --help`. */
import { setTimeout as sleep } from "node:timers/promises";
import { openInBrowser } from "./browser.ts";
import { converse } from "./converse.ts";
import { linesOf } from "./lines.ts";
import { parseSettings, USAGE, type Settings } from "./settings.ts";

async function run(settings: Settings): Promise<number> {
  return converse(settings, {
    write: (text) => void process.stdout.write(text),
    openBrowser: async (url) => {
      process.stdout.write(`Sign in at\n${url}\n`);
      if (settings.browser) openInBrowser(url);
    },
    questions: settings.questions.length > 0 ? settings.questions : linesOf(process.stdin),
    surroundings: { now: Date.now, random: Math.random, sleep: (milliseconds) => sleep(milliseconds) },
  });
}

const parsed = parseSettings(process.argv.slice(2), process.env);
if (parsed === "help") process.stdout.write(`${USAGE}\n`);
else if ("problems" in parsed) {
  process.stderr.write(`${parsed.problems.join("\n")}\n\n${USAGE}\n`);
  process.exitCode = 2;
} else {
  run(parsed.settings).then(
    (unanswered) => void (process.exitCode = unanswered > 0 ? 1 : 0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
