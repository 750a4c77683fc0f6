/** Every file of the scenario library, drilled with automation on and off under the gateway policy that it names. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { makeCertificate } from "../../rehearsal/azure/tls.ts";
import { readInputs, type Inputs } from "../../rehearsal/cli/inputs.ts";
import { runJobs } from "../../rehearsal/cli/run-jobs.ts";
import { startTableService } from "../../rehearsal/cli/table-service.ts";
import type { Automation, Job } from "../../rehearsal/drill/job.ts";
import { runDrill } from "../../rehearsal/drill/run-drill.ts";
import type { DrillResult } from "../../rehearsal/drill/result.ts";
import { DRILLS_LIMIT_MILLISECONDS } from "../support/drills.ts";

const FOLDER = "examples/scenarios";
/** Long, and drilled by tests of their own. */
const LONG = ["foundry-outage.json", "region-outage.json"];
/** What comes of a scenario is settled before its restore, which by default takes a quarter of an hour; where it is the point, it stays. */
const QUICK_RESTORE = { gracefulShares: [0.5, 1], soakSeconds: 60, originSoakSeconds: 60, bakeSeconds: 15, bakeProbeSeconds: 30 };
const RESTORING = ["relapse", "approve", "redeploy", "portal-edit", "flapping"];
const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".json") && !LONG.includes(name)).toSorted();

interface Pair {
  readonly on: DrillResult;
  readonly off: DrillResult;
}

const drilled = new Map<string, Pair>();

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "library-"));
  const [certificate, tables] = await Promise.all([makeCertificate(join(folder, "certificate")), startTableService()]);
  try {
    const inputs = await Promise.all(
      names.map((name) => readInputs({ scenario: join(FOLDER, name), estate: undefined, trace: undefined })),
    );
    const jobs = inputs.map((input, index) => jobOf(input, "on", `library${index}`, folder, tables.connection));
    const done = await runJobs(jobs, certificate.caFile, { onLine: () => undefined, onDone: () => undefined });
    // Without the app nothing waits: no process and no virtual time of its own.
    const off = await Promise.all(jobs.map((job) => runDrill({ ...job, mode: { ...job.mode, automation: "off" } })));
    names.forEach((name, index) => drilled.set(name, { on: done[index]!.result, off: off[index]! }));
  } finally {
    tables.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, DRILLS_LIMIT_MILLISECONDS);

function jobOf(
  { scenario, estateText, trace }: Inputs,
  automation: Automation,
  key: string,
  folder: string,
  storageConnection: string,
): Job {
  return {
    mode: { automation, gateway: scenario.gateway, edge: scenario.edge, propagation: 1, breaker: 1 },
    scenario,
    estateText: RESTORING.includes(scenario.name)
      ? estateText
      : JSON.stringify({ ...(JSON.parse(estateText) as object), restore: QUICK_RESTORE }),
    trace,
    onsetShiftSeconds: 0,
    certificateFolder: join(folder, "certificate"),
    storageConnection,
    key,
    workFolder: join(folder, "history"),
  };
}

it("has at least thirty scenarios, each with an expected outcome", () => {
  expect(names.length).toBeGreaterThanOrEqual(30);
});

describe.each(names)("%s", (name) => {
  it("comes out as its file expects", () => {
    expect(drilled.get(name)!.on.summary.expectations).toEqual({ met: true, unmet: [] });
  });

  it("evacuates nobody falsely and violates no invariant", () => {
    const { summary } = drilled.get(name)!.on;
    expect(summary.falseEvacuations).toEqual([]);
    expect(summary.invariantViolations).toEqual([]);
  });

  it("does no harm: the same requests, and no more of them lost than without automation", () => {
    const { on, off } = drilled.get(name)!;
    expect(on.summary.requests).toBe(off.summary.requests);
    expect(on.summary.lost).toBeLessThanOrEqual(off.summary.lost + Math.max(3, 0.0005 * off.summary.requests));
  });
});
