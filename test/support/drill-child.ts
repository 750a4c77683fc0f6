/** A drill process that also tells what ARM accepted and which activities ran, and may kill the host at one of them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../../rehearsal/drill/platform.ts";
import { runDrill } from "../../rehearsal/drill/run-drill.ts";
import type { DrillJob, HostAct, Told } from "./drills.ts";

process.once("message", (job: DrillJob) => {
  const heard = { activities: [] as string[], kills: 0 };
  let told: (() => Told) | undefined;
  const onPlatform = ({ app, writes }: Platform): void => {
    told = () => ({
      writes,
      ...heard,
      instances: app.instances().map(({ instanceId, runtimeStatus, output }) => ({ instanceId, runtimeStatus, output })),
    });
    app.onEvent((event) => {
      if (event.kind === "activityCompleted") heard.activities.push(event.name);
    });
    if (job.act !== null) actOn(app, job.act, join(job.workFolder, job.key, "instances"), () => (heard.kills += 1));
  };
  runDrill(job, onPlatform).then(
    (result) => process.send?.({ result: { ...result, told: told?.() }, peakMegabytes: 0 }, () => process.exit(0)),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, () => process.exit(1)),
  );
});

function actOn(app: Platform["app"], { on, activities, downSeconds, corrupt }: HostAct, folder: string, onKill: () => void): void {
  let count = 0;
  app.onEvent((event) => {
    if (event.kind !== (on === "completed" ? "activityCompleted" : "activityStarted")) return;
    count += 1;
    if (activities !== "all" && !activities.includes(count)) return;
    onKill();
    app.kill();
    if (corrupt === true) corruptHistory(folder, event.instanceId);
    setTimeout(() => void app.start(), downSeconds * 1000);
  });
}

function corruptHistory(folder: string, instanceId: string): void {
  const file = readdirSync(folder).find((name) => name.startsWith(instanceId));
  if (file === undefined) throw new Error(`no history of ${instanceId}`);
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace('"EventType":5', '"EventType":6'));
}
