/**
 * One prober per target, however many rounds run at once: the timer's, an alert's, in whatever instance. A claim ends with its round,
 * whose end stands in the watch beside the results, and with its time, if its process died.
 */
import type { Deps, Stored } from "../ports.ts";
import { addSeconds } from "../domain/time.ts";
import { putClaims, readClaims, type Claim } from "./memory.ts";

const MAX_ATTEMPTS = 5;
/** Over the probe's own deadline: until the answers are in the watch. */
const MARGIN_SECONDS = 2;

export interface Claimed {
  readonly by: string;
  readonly targets: ReadonlySet<string>;
}

/** Claims those of the targets that nobody else is probing, for a single probe. */
export async function claimTargets(
  deps: Deps,
  before: Stored<readonly Claim[]>,
  ended: readonly string[],
  wanted: readonly string[],
): Promise<Claimed> {
  const by = deps.newId();
  for (let [attempt, row] = [1, before]; ; attempt += 1) {
    const now = deps.clock.now().toISOString();
    const open = openClaims(row.value, ended, now);
    const taken = new Set(open.flatMap((claim) => claim.targets));
    const targets = wanted.filter((target) => !taken.has(target));
    const claim: Claim = { by, until: addSeconds(now, deps.estate.detection.probeDeadlineSeconds + MARGIN_SECONDS), targets };
    const free = targets.length === 0 || (await putClaims(deps, [...open, claim], row.etag)) === "written";
    // Two probes of a target are better than none.
    if (free || attempt === MAX_ATTEMPTS) return { by, targets: new Set(targets) };
    row = await readClaims(deps);
  }
}

/** A burst takes longer than a probe. Without success the burst goes on all the same. */
export async function extendClaim(deps: Deps, by: string, targets: readonly string[]): Promise<void> {
  const { burstProbes, burstSpacingSeconds, probeDeadlineSeconds } = deps.estate.detection;
  const until = addSeconds(deps.clock.now().toISOString(), burstProbes * burstSpacingSeconds + probeDeadlineSeconds + MARGIN_SECONDS);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { value, etag } = await readClaims(deps);
    const others = value.filter((claim) => claim.by !== by);
    if ((await putClaims(deps, [...others, { by, until, targets }], etag)) === "written") return;
  }
}

export function openClaims(claims: readonly Claim[], ended: readonly string[], now: string): readonly Claim[] {
  return claims.filter((claim) => claim.until > now && !ended.includes(claim.by));
}
