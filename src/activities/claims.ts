/**
 * One prober per target, however many rounds run at once: the timer's, an alert's, in whatever instance. A claim ends with its round,
 * whose end stands in the watch beside the results, and with its time, if its process died. A round that comes as expected has been
 * claimed by the last one's write: see `reservation.ts`.
 */
import type { Estate } from "../domain/estate.ts";
import { addSeconds } from "../domain/time.ts";
import type { Deps, Stored } from "../ports.ts";
import { putClaims, readClaims, type Claim, type Memory } from "./memory.ts";
import { beginTimersRound, PROBE_MARGIN_SECONDS } from "./reservation.ts";
import type { Reservation, Watch } from "./watch.ts";

const MAX_ATTEMPTS = 5;

export interface Claimed {
  readonly by: string;
  readonly targets: ReadonlySet<string>;
  /** The row of claims as it is known; null = it was written since. */
  readonly row: Stored<readonly Claim[]> | null;
  /** For the next round of this timer. */
  readonly next: Reservation | null;
}

const NOT_RESERVED = { own: null, isInTime: false, next: null };

type Claims = Pick<Memory, "claims" | "watch">;

/** Claims those of the targets that nobody else is probing, for a single probe. */
export async function claimTargets(deps: Deps, memory: Claims, wanted: readonly string[], isTimers: boolean): Promise<Claimed> {
  const { claims, watch } = memory;
  const { own, isInTime, next } = isTimers ? beginTimersRound(deps, watch.value.reserved) : NOT_RESERVED;
  const by = own ?? deps.newId();
  if (own === null || !isInTime) return { by, targets: await writeClaim(deps, memory, by, wanted), row: null, next };
  const open = openClaims(claims.value, watch.value.ended, deps.clock.now().toISOString());
  return { by, targets: new Set(free(wanted, open)), row: claims, next };
}

async function writeClaim(deps: Deps, { claims, watch }: Claims, by: string, wanted: readonly string[]): Promise<Claimed["targets"]> {
  for (let [attempt, row] = [1, claims]; ; attempt += 1) {
    const now = deps.clock.now().toISOString();
    const open = openClaims(row.value, watch.value.ended, now);
    const others = reservedClaims(deps.estate, row.value, watch.value, now).filter((reserved) => reserved.by !== by);
    const targets = free(wanted, [...open, ...others]);
    const claim: Claim = { by, until: addSeconds(now, deps.estate.detection.probeDeadlineSeconds + PROBE_MARGIN_SECONDS), targets };
    const done = targets.length === 0 || (await putClaims(deps, [...open, claim], row.etag)) === "written";
    // Two probes of a target are better than none.
    if (done || attempt === MAX_ATTEMPTS) return new Set(targets);
    row = await readClaims(deps);
  }
}

function free(wanted: readonly string[], open: readonly Claim[]): readonly string[] {
  const taken = new Set(open.flatMap((claim) => claim.targets));
  return wanted.filter((target) => !taken.has(target));
}

/** A burst takes longer than a probe. Without success the burst goes on all the same. */
export async function extendClaim(deps: Deps, { by, row }: Pick<Claimed, "by" | "row">, targets: readonly string[]): Promise<void> {
  const { burstProbes, burstSpacingSeconds, probeDeadlineSeconds } = deps.estate.detection;
  const seconds = burstProbes * burstSpacingSeconds + probeDeadlineSeconds + PROBE_MARGIN_SECONDS;
  const until = addSeconds(deps.clock.now().toISOString(), seconds);
  let known = row;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const { value, etag } = known ?? (await readClaims(deps));
    const others = value.filter((claim) => claim.by !== by);
    if ((await putClaims(deps, [...others, { by, until, targets }], etag)) === "written") return;
    known = null;
  }
}

/** Who is probing what, reservations whose time has come included. */
export function currentClaims(estate: Estate, { claims, watch }: Claims, now: string): readonly Claim[] {
  return [...openClaims(claims.value, watch.value.ended, now), ...reservedClaims(estate, claims.value, watch.value, now)];
}

function openClaims(claims: readonly Claim[], ended: readonly string[], now: string): readonly Claim[] {
  return claims.filter((claim) => claim.until > now && !ended.includes(claim.by));
}

/** Of all targets, until its round ends or claims for longer what it has put to bursts. */
function reservedClaims(estate: Estate, claims: readonly Claim[], { reserved, ended }: Watch, now: string): readonly Claim[] {
  if (reserved === null || reserved.from > now || claims.some(({ by }) => by === reserved.by)) return [];
  const targets = [...estate.deployments, ...estate.gateways].map(({ id }) => id);
  return openClaims([{ by: reserved.by, until: reserved.until, targets }], ended, now);
}
