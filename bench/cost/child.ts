/** A process that lives one quiet hour on virtual time: a drill's job in, what was counted out. */
import { parseEstate } from "../../src/config/load.ts";
import type { Job } from "../../rehearsal/drill/job.ts";
import { runDrill } from "../../rehearsal/drill/run-drill.ts";
import { countQuietHour, type Counts } from "./counts.ts";

process.once("message", (job: Job) => {
  count(job).then(
    (counts) => process.send?.({ counts }, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function count(job: Job): Promise<Counts> {
  const loaded = parseEstate(job.estateText);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const { intervalSeconds } = loaded.estate.detection;
  let counted: Promise<Counts> | undefined;
  await runDrill(job, (platform) => {
    counted = countQuietHour(platform, intervalSeconds);
    // Awaited below; until then a failure is not unhandled.
    counted.catch(() => undefined);
  });
  if (counted === undefined) throw new Error("the platform was not started");
  return counted;
}
