/** Rehearses a quiet hour of an estate (automation on, no fault) in a process of its own. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onStage } from "../../rehearsal/cli/stage.ts";
import { Scenario } from "../../rehearsal/drill/scenario.ts";
import type { Job } from "../../rehearsal/drill/job.ts";
import { MINUTES_NEEDED, type Counts } from "./counts.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
const VIRTUAL_TIME = fileURLToPath(new URL("../../rehearsal/virtual-time/install.ts", import.meta.url));
const MODE = { automation: "on", gateway: "breaker-and-retry", edge: "shallow", propagation: 1, breaker: 1 } as const;

export function measureQuietHour(estateText: string, minutes = MINUTES_NEEDED): Promise<Counts> {
  const scenario = Scenario.parse({
    name: "quiet-hour",
    title: "Nothing happens",
    durationMinutes: minutes,
    estate: "estate.json",
    traffic: {},
    faults: [],
  });
  return onStage(async (stage) =>
    run(stage.job({ mode: MODE, scenario, estateText, trace: null, onsetShiftSeconds: 0, key: "quiethour" }), stage.caFile),
  );
}

async function run(job: Job, caFile: string): Promise<Counts> {
  const child = fork(CHILD, {
    execArgv: ["--import", VIRTUAL_TIME],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let counts: Counts | undefined;
  child.on("message", (message: { readonly counts: Counts }) => void (counts = message.counts));
  child.send(job);
  await once(child, "exit");
  if (counts === undefined) throw new Error("the quiet hour was not lived to its end");
  return counts;
}
