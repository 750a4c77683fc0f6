/** `npm run cost`: what the app costs a month, for 3 and 30 regions, from a counted quiet hour. Prints it and writes it into docs/cost.md. */
import { readFile, writeFile } from "node:fs/promises";
import { runCommand, say } from "../../rehearsal/cli/command.ts";
import { estateOf } from "./estate.ts";
import { measureQuietHour } from "./measure.ts";
import { costTables, withTables, type Measured } from "./table.ts";

const REGIONS = [3, 30];
const DOCUMENT = new URL("../../docs/cost.md", import.meta.url);

async function main(): Promise<void> {
  const measured: Measured[] = [];
  for (const regions of REGIONS) {
    say(`A quiet hour of ${regions} regions …`);
    measured.push({ regions, counts: await measureQuietHour(estateOf(regions)) });
  }
  const tables = costTables(measured);
  say(`\n${tables}\n`);
  await writeFile(DOCUMENT, withTables(await readFile(DOCUMENT, "utf8"), tables));
  say("Written into docs/cost.md.");
}

runCommand(main);
