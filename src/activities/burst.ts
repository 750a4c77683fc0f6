/** The confirm burst: a suspicion about one target is settled in seconds. */
import type { Observation } from "../domain/observation.ts";
import type { Deps } from "../ports.ts";
import { bySending } from "./evidence.ts";

export interface Burst {
  readonly first: Observation;
  readonly probe: () => Promise<Observation>;
  /** Sent at once, side by side. */
  readonly witnesses: readonly (() => Promise<Observation>)[];
  /** To the end, even if it cannot fail any more: somebody else had a reason to suspect the target, and a gray failure shows in many probes only. */
  readonly whole: boolean;
  /** Whether what was seen, with all that was known before, makes the target failing. */
  readonly isFailing: (own: readonly Observation[], witnesses: readonly Observation[]) => boolean;
}

export interface Seen {
  readonly own: readonly Observation[];
  readonly witnesses: readonly Observation[];
}

/**
 * Probes start at their spacing even while earlier ones are unanswered, and the burst ends as soon as its outcome is certain: failing, or
 * no longer able to fail. Answers that come after that are not waited for.
 */
export async function confirm(deps: Deps, burst: Burst): Promise<Seen> {
  const started = deps.clock.now().getTime();
  const witnesses: Observation[] = [];
  const asked = Promise.all(burst.witnesses.map(async (ask) => void witnesses.push(await ask())));
  const own = await probeOn(deps, burst, witnesses);
  if (burst.witnesses.length > witnesses.length && witnessesMatter(deps, own)) {
    const left = started + deps.estate.detection.probeDeadlineSeconds * 1000 - deps.clock.now().getTime();
    if (left > 0) await Promise.race([asked, deps.clock.sleep(left)]);
  }
  return { own, witnesses: bySending(witnesses) };
}

/** Who is answered with an error has been answered: nobody is cut off. */
function witnessesMatter(deps: Deps, own: readonly Observation[]): boolean {
  return deps.estate.detection.quorum > 1 || own.some((o) => o.outcome === "failed" && o.statusCode === undefined);
}

async function probeOn(deps: Deps, burst: Burst, witnesses: readonly Observation[]): Promise<readonly Observation[]> {
  const { burstProbes, burstSpacingSeconds } = deps.estate.detection;
  const seen = [burst.first];
  const started = Date.parse(burst.first.at);
  const certain = (): boolean => isCertain(deps, burst, bySending(seen), witnesses);
  return new Promise((resolve, reject) => {
    const arrived = (observation: Observation): void => {
      seen.push(observation);
      if (certain()) resolve(bySending(seen));
    };
    const launch = async (): Promise<void> => {
      let isOver = certain();
      for (let index = 1; index < burstProbes && !isOver; index += 1) {
        await deps.clock.sleep(Math.max(0, started + index * burstSpacingSeconds * 1000 - deps.clock.now().getTime()));
        isOver = certain();
        if (!isOver) void burst.probe().then(arrived).catch(reject);
      }
      // Earlier rounds may have made it certain without another answer.
      if (isOver) resolve(bySending(seen));
    };
    launch().catch(reject);
  });
}

function isCertain(deps: Deps, burst: Burst, seen: readonly Observation[], witnesses: readonly Observation[]): boolean {
  const { burstProbes, failuresToFail } = deps.estate.detection;
  if (seen.length >= burstProbes || burst.isFailing(seen, witnesses)) return true;
  const failed = seen.filter((observation) => observation.outcome === "failed").length;
  return !burst.whole && failed + (burstProbes - seen.length) < failuresToFail;
}
