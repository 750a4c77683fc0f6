/** The activities in memory, with verdicts that follow a script of the incident; time passes only in timers. */
import { createActivities } from "../../src/activities/index.ts";
import { putWatch, readWatch } from "../../src/activities/memory.ts";
import { startRestore } from "../../src/activities/start-restore.ts";
import type { VerdictState } from "../../src/domain/verdict.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Estate } from "../../src/domain/estate.ts";
import type { ActivityName, RunInput } from "../../src/orchestrations/contracts.ts";
import { at, hold, hubToHub, runOf, verdict } from "../support/builders.ts";
import { fakeDeps, type FakeDeps } from "../support/fake-deps.ts";
import { setState } from "../activities/support.ts";

/** From that second on. */
export interface Phase {
  readonly from: number;
  readonly foundry?: VerdictState;
  readonly gateway?: VerdictState;
  /** The region's restore takes the hold over, as the evaluation would have it. */
  readonly restore?: true;
}

export interface Incident {
  readonly run: Run;
  readonly phases: readonly Phase[];
}

export interface IncidentWorld {
  readonly deps: FakeDeps;
  readonly input: RunInput;
  activity(name: string, input: unknown): Promise<unknown>;
  timer(seconds: number): Promise<void>;
}

/** The hold as the start left it for an evacuation, or emptied for a restore. */
export async function incidentWorld({ run, phases }: Incident, estate: Estate = hubToHub()): Promise<IncidentWorld> {
  const deps = fakeDeps(estate);
  const activities = createActivities(deps);
  const { mode, targetShare } = run;
  await setState(deps, [hold(run.region, run.runbook === "restore" ? 0 : 1, { owner: run.id, mode, targetShare })]);
  if (run.runbook === "restore") await activities.converge(run, deps.starter);

  async function follow(): Promise<void> {
    const reached = phases.filter((phase) => phase.from <= deps.clock.elapsed());
    const stateOf = (part: "foundry" | "gateway"): ReturnType<typeof verdict> => {
      const phase = reached.findLast((candidate) => candidate[part] !== undefined);
      return verdict(phase?.[part] ?? "healthy", at(phase?.from ?? 0));
    };
    const verdicts = { [`gpt-${run.region}`]: stateOf("foundry"), [`apim-${run.region}`]: stateOf("gateway") };
    const { value, etag } = await readWatch(deps);
    await putWatch(deps, { ...value, verdicts }, etag);
    if (reached.some((phase) => phase.restore))
      await startRestore(deps, deps.starter, { region: run.region, mode: "graceful", initiator: "automatic", reason: "healthy" });
  }

  return {
    deps,
    input: { run, policy: { evacuate: estate.evacuate, restore: estate.restore } },
    async activity(name, input) {
      if (name === "observe") await follow();
      return activities[name as ActivityName](input as never, deps.starter);
    },
    timer: (seconds) => deps.clock.advance(seconds),
  };
}

export const INCIDENTS = {
  /** Foundry fails, the gateway works: weights only; after 10 minutes its restore takes over. */
  "evacuate-ungraceful": {
    run: runOf("evacuate"),
    phases: [
      { from: 0, foundry: "failing" },
      { from: 90, restore: true },
    ],
  },
  /** A person empties the region step by step. */
  "evacuate-graceful": {
    run: runOf("evacuate", "east", { mode: "graceful", initiator: "manual" }),
    phases: [{ from: 0 }, { from: 300, restore: true }],
  },
  /** Foundry and gateway fail together: weights, gate and origin at once. */
  "evacuate-region": {
    run: runOf("evacuate"),
    phases: [
      { from: 0, foundry: "failing", gateway: "failing" },
      { from: 60, restore: true },
    ],
  },
  /** The region is well from the start: soak, ladder, end. */
  restore: { run: runOf("restore"), phases: [{ from: 0 }] },
  /** It fails again in the middle of the ladder, and comes back after the doubled soak. */
  "restore-relapse": { run: runOf("restore"), phases: [{ from: 0 }, { from: 200, foundry: "failing" }, { from: 300, foundry: "healthy" }] },
} as const satisfies Record<string, Incident>;
