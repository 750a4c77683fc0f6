/** One probe round: every target once, a confirm burst for each suspect, then the new observations and verdicts. */
import type { Estate } from "../domain/estate.ts";
import type { Observation } from "../domain/observation.ts";
import { assessTarget, countable, isSuspect, type Verdict } from "../domain/verdict.ts";
import type { Deps, Stored } from "../ports.ts";
import { putWatch, readWatch, type Watch } from "./memory.ts";

interface Target {
  readonly id: string;
  readonly probe: () => Promise<Observation>;
}

function targets(deps: Deps): readonly Target[] {
  const { deployments, gateways } = deps.estate;
  return [
    ...deployments.map((deployment) => ({ id: deployment.id, probe: () => deps.probe.deployment(deployment) })),
    ...gateways.map((gateway) => ({ id: gateway.id, probe: () => deps.probe.gateway(gateway) })),
  ];
}

/** Targets are examined side by side: the round lasts as long as its slowest target. Never throws for a target's sake. */
export async function probeRound(deps: Deps, before: Stored<Watch>): Promise<Watch> {
  const seen = await Promise.all(targets(deps).map((target) => examine(deps, target, before.value)));
  return remember(deps, before, seen.flat());
}

async function examine(deps: Deps, target: Target, before: Watch): Promise<readonly Observation[]> {
  const first = await target.probe();
  if (!isSuspect(first, before.verdicts[target.id])) return [first];
  return confirm(deps, target, first, before);
}

/**
 * The confirm burst: probes start at their spacing even while earlier ones are unanswered, and the burst ends as soon as its
 * outcome is certain: failing, or no longer able to fail. Answers that come after that are not waited for.
 */
async function confirm(deps: Deps, target: Target, first: Observation, before: Watch): Promise<readonly Observation[]> {
  const { burstProbes, burstSpacingSeconds } = deps.estate.detection;
  const seen = [first];
  const started = Date.parse(first.at);
  const certain = (): boolean => isCertain(deps, target.id, seen, before, burstProbes);
  return new Promise((resolve) => {
    const arrived = (observation: Observation): void => {
      seen.push(observation);
      if (certain()) resolve(bySending(seen));
    };
    const launch = async (): Promise<void> => {
      for (let index = 1; index < burstProbes && !certain(); index += 1) {
        await deps.clock.sleep(Math.max(0, started + index * burstSpacingSeconds * 1000 - deps.clock.now().getTime()));
        if (!certain()) void target.probe().then(arrived);
      }
      // Earlier rounds may have made it certain without another answer.
      if (certain()) resolve(bySending(seen));
    };
    void launch();
  });
}

function bySending(seen: readonly Observation[]): readonly Observation[] {
  return seen.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function isCertain(deps: Deps, id: string, seen: readonly Observation[], before: Watch, burstProbes: number): boolean {
  if (seen.length >= burstProbes) return true;
  const now = deps.clock.now().toISOString();
  const all = [...(before.observations[id] ?? []), ...bySending(seen)];
  if (assessTarget(all, before.verdicts[id], deps.estate.detection, now).state === "failing") return true;
  const failed = seen.filter((observation) => observation.outcome === "failed").length;
  return failed + (burstProbes - seen.length) < deps.estate.detection.failuresToFail;
}

/** Adds the observations to the shared memory. Another round may have been faster: then its memory is the one to add to. */
async function remember(deps: Deps, before: Stored<Watch>, fresh: readonly Observation[]): Promise<Watch> {
  const watch = withObservations(deps.estate, before.value, fresh, deps.clock.now().toISOString());
  if ((await putWatch(deps, watch, before.etag)) === "written") return watch;
  return remember(deps, await readWatch(deps), fresh);
}

export function withObservations(estate: Estate, watch: Watch, fresh: readonly Observation[], now: string): Watch {
  const ids = [...estate.deployments, ...estate.gateways].map((target) => target.id);
  const observations: Record<string, readonly Observation[]> = {};
  const verdicts: Record<string, Verdict> = {};
  for (const id of ids) {
    const all = bySending([...(watch.observations[id] ?? []), ...fresh.filter((observation) => observation.target === id)]);
    observations[id] = withoutRepeats(countable(all, estate.detection, now));
    verdicts[id] = assessTarget(all, watch.verdicts[id], estate.detection, now);
  }
  return { ...watch, observations, verdicts, roundAt: now };
}

/** Of each outcome only the last detail is ever told: repeated over every target of a large estate they would outgrow the row (900 KB). */
function withoutRepeats(observations: readonly Observation[]): readonly Observation[] {
  const last = new Set(
    ["ok", "throttled", "failed", "misconfigured"].map((outcome) => observations.findLast((o) => o.outcome === outcome)),
  );
  return observations.map((observation) => (last.has(observation) ? observation : { ...observation, detail: "" }));
}
