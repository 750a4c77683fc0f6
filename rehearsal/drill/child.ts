/** A drill process: one job in, one result out. Started on virtual time, trusting the embedded Azure's certificate. */
import type { Job } from "./job.ts";
import { runDrill } from "./run-drill.ts";

// Whoever asked is gone: nobody will read the result.
process.once("disconnect", () => process.exit(1));

process.once("message", (job: Job) => {
  runDrill(job).then(
    (result) => process.send?.({ result, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }, () => process.exit(0)),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () => process.exit(1)),
  );
});
