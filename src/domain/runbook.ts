/** The two runbooks, the ways to carry them out, and the run ids that name them. */
export const RUNBOOKS = ["evacuate", "restore"] as const;
export type Runbook = (typeof RUNBOOKS)[number];

export const RUN_MODES = ["graceful", "ungraceful"] as const;
/** Graceful walks the ladder of shares and bakes each step; ungraceful goes straight to the end. */
export type RunMode = (typeof RUN_MODES)[number];

/** `evacuate-eastus2-20260105T001005Z`, and `…-2` for a second evacuation of the region in the same episode. */
export function runId(runbook: Runbook, region: string, episode: string, attempt: number): string {
  return `${runbook}-${region}-${episode}${attempt > 1 ? `-${attempt}` : ""}`;
}

export function runbookOf(runId: string): Runbook {
  return runId.startsWith("restore-") ? "restore" : "evacuate";
}
