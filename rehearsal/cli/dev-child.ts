/** The process behind `npm run dev`: world, embedded Azure and app in real time, and a small server that injects faults. */
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { json as readJson } from "node:stream/consumers";
import { z } from "zod";
import { formatIssues } from "../../src/config/issues.ts";
import { parseEstate } from "../../src/config/load.ts";
import { scaled } from "../constants.ts";
import { perform, type Stage } from "../drill/acts.ts";
import { createFaultSwitch, type Impaired } from "../drill/fault-switch.ts";
import { lasts, logFault, plannedFaults, type PlannedFault } from "../drill/faults.ts";
import { appMode } from "../drill/job.ts";
import { normalRouting } from "../drill/normal-routing.ts";
import { askGates, startPlatform, startSurroundings, type Surroundings, type SurroundingsSetting } from "../drill/platform.ts";
import { FaultSchema, Scenario, type Fault } from "../drill/scenario.ts";
import { clientRegionNames } from "../drill/traffic-source.ts";
import { createClientRegions } from "../traffic/clients.ts";
import { syntheticRequests } from "../traffic/synthetic.ts";
import { createWorld, type TrafficWorld } from "../traffic/world.ts";
import type { DevJob } from "./dev.ts";
import { UsageError } from "./options.ts";
import { faultIssues } from "./scenario-fit.ts";

/** Traffic has been running for this long when the app starts, so that Azure Monitor has something to tell. */
const HISTORY_SECONDS = 1200;
const FUNCTION_KEY = "dev";

process.once("disconnect", () => process.exit(0));

process.once("message", (job: DevJob) => {
  serve(job).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
});

async function serve(job: DevJob): Promise<void> {
  const loaded = parseEstate(job.estateText);
  if (!loaded.ok) throw new Error("the estate is not valid");
  const { estate } = loaded;
  const constants = scaled();
  const startAt = Date.now() - HISTORY_SECONDS * 1000;
  const normal = normalRouting(estate);
  const clientRegion = createClientRegions(clientRegionNames(estate), undefined, 1);
  const world = createWorld({
    estate,
    initialPools: normal.pools,
    initialOrigins: normal.origins,
    requests: syntheticRequests({ startAt, durationSeconds: 7 * 86_400, requestsPerSecond: job.requestsPerSecond, seed: 1, clientRegion }),
    maxTokens: job.maxTokens,
    policy: "breaker-and-retry",
    edgeProbe: "shallow",
    constants,
    seed: 1,
    startAt,
  });
  const setting = {
    ...job,
    mode: appMode(job.automation),
    estate,
    constants,
    world,
    stateTable: "dev",
    functionKey: FUNCTION_KEY,
    time: {},
  };
  const { azure, app } = job.settingsFile === null ? await startPlatform(setting) : await surroundRealHost(setting, job.settingsFile);
  const appUrl = (): string => `http://localhost:${job.port}`;
  const stage = { estate, azure, appUrl, functionKey: FUNCTION_KEY };
  await serveFaults(job.faultPort, { world, faults: azure.faults, app }, stage, world, (fault) => {
    const issues = faultIssues(fault, "", estate);
    if (issues.length > 0) throw new UsageError(formatIssues(issues, "fault"));
    return plannedFaults(Scenario.parse({ ...NO_SCENARIO, faults: [fault] }), estate, Date.now(), 0);
  });
  console.info(welcome(job, estate.regions[0]?.name ?? ""));
}

/** The same embedded Azure for a real Functions host, which is started by hand: it finds everything in its settings file. */
async function surroundRealHost(setting: SurroundingsSetting & DevJob, file: string): Promise<Impaired & Pick<Surroundings, "azure">> {
  const { azure, settings } = await startSurroundings(setting);
  const own = { FUNCTIONS_WORKER_RUNTIME: "node", NODE_EXTRA_CA_CERTS: process.env["NODE_EXTRA_CA_CERTS"], NOTIFY_WEBHOOK_URL: "" };
  await writeFile(file, `${JSON.stringify({ IsEncrypted: false, Values: { ...settings, ...own } }, null, 2)}\n`);
  askGates(setting, () => `http://localhost:${setting.port}`);
  const byHand = (): never => {
    throw new Error("a real host is killed and started by hand");
  };
  return { azure, world: setting.world, faults: azure.faults, app: { kill: byHand, start: byHand } };
}

const NO_SCENARIO = { name: "dev", title: "dev", durationMinutes: 1, estate: "-", traffic: {} };

const Injected = z.looseObject({ kind: z.string() });

/** POST a fault of the scenario format without `at` (it starts now); GET tells how clients fare. */
async function serveFaults(
  port: number,
  impaired: Impaired,
  stage: Stage,
  world: TrafficWorld,
  plan: (fault: Fault) => readonly PlannedFault[],
): Promise<void> {
  const switchFault = createFaultSwitch(impaired);
  const inject = (planned: PlannedFault): void => {
    const unique = { ...planned, id: `${planned.id}-${Date.now()}` };
    later(planned.startsAt, () => void begin(stage, unique, switchFault));
    if (lasts(planned)) later(planned.endsAt, () => (logFault(planned, false), void switchFault(unique, false)));
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body, null, 2)}\n`);
    if (request.method !== "POST") {
      answer(200, lastMinute(world));
      return;
    }
    readJson(request)
      .then((body) => FaultSchema.parse({ at: 0, for: 600, ...Injected.parse(body) }))
      .then((fault) => plan(fault).forEach(inject))
      .then(() => answer(202, { injected: true }))
      .catch((error: unknown) =>
        answer(400, {
          error: error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error),
        }),
      );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

function later(at: number, work: () => void): void {
  setTimeout(work, Math.max(0, at - Date.now()));
}

async function begin(stage: Stage, planned: PlannedFault, switchFault: ReturnType<typeof createFaultSwitch>): Promise<void> {
  logFault(planned, true);
  if (lasts(planned)) return switchFault(planned, true);
  const outcome = await perform(stage, planned, [planned]).catch((error: unknown) => ({ text: String(error) }));
  if (outcome !== null) console.info(outcome.text);
}

function lastMinute(world: TrafficWorld): unknown {
  const now = Date.now();
  world.advanceTo(now);
  const recent = world.requests.filter((request) => request.endedAt > now - 60_000);
  const results: Record<string, number> = {};
  for (const { result } of recent) results[result] = (results[result] ?? 0) + 1;
  return { lastMinute: { requests: recent.length, results } };
}

function welcome({ port, faultPort, automation, settingsFile }: DevJob, region: string): string {
  const key = settingsFile === null ? `-H 'x-functions-key: ${FUNCTION_KEY}'` : "";
  const served = `The app runs at http://localhost:${port} (automation ${automation}) in front of an embedded Azure with live traffic.`;
  const byHand = `An embedded Azure with live traffic runs, and ${settingsFile ?? ""} leads to it. Now: npm run build, then start the Functions host in this folder (port ${port}).`;
  return `
${settingsFile === null ? served : byHand} Try:
  curl -s ${key} http://localhost:${port}/api/status
  curl -s ${key} -X POST http://localhost:${port}/api/runbooks/evacuate/plan -d '{"region":"${region}","reason":"try"}'
  curl -s ${key} -X POST http://localhost:${port}/api/runbooks/evacuate -d '{"region":"${region}","mode":"ungraceful","reason":"try"}'
  curl -s ${key} http://localhost:${port}/api/runs
Break something, and see how clients fare:
  curl -s -X POST http://localhost:${faultPort}/ -d '{"kind":"foundryDown","region":"${region}","for":300}'
  curl -s http://localhost:${faultPort}/
What happens is shown below; Ctrl-C ends it.
`;
}
