/**
 * The timer's next round is claimed by the write that ends the last one: in the steady state a claim costs no write of its own. Only the
 * process that made a reservation can use it, only for one round and at its time; everybody else leaves the targets to it meanwhile, as
 * if they were claimed. A round that comes otherwise (a tick late or missed, a schedule that is not the estate's interval) claims by a
 * write. The price: when the timer moves to another process between two ticks (a deployment, a restart), the first round there probes
 * nothing, because nobody can tell that the other process is gone; nor does the second where a probe may take almost the interval.
 */
import { addSeconds, secondsBetween } from "../domain/time.ts";
import type { Deps } from "../ports.ts";
import type { Reservation } from "./watch.ts";

/** Over a probe's own deadline: until the answers are in the watch. */
export const PROBE_MARGIN_SECONDS = 2;
/** How much earlier or later than an interval after the last one a round may begin. */
const EARLY_SECONDS = 1;
const LATE_SECONDS = 2;
/** Others respect it this much before it may be used: a claim of somebody who was still free to make it is there to be read by then. */
const AHEAD_SECONDS = 1;

interface LastRound {
  readonly at: string;
  /** What it reserved. */
  readonly by: string | null;
}

/** By process: an instance composes its dependencies once. */
const lastRounds = new WeakMap<Deps, LastRound>();

interface Begun {
  /** By which the round has its claim, or has to write it when it comes at another time than was reserved; null = nothing is reserved for it. */
  readonly own: string | null;
  readonly isInTime: boolean;
  /** What its end is to reserve. */
  readonly next: Reservation | null;
}

export function beginTimersRound(deps: Deps, reserved: Reservation | null): Begun {
  const last = lastRounds.get(deps);
  const at = deps.clock.now().toISOString();
  const isInTime = last !== undefined && isOneInterval(deps, secondsBetween(last.at, at));
  const next = isInTime ? nextOf(deps, at) : null;
  // Before anything is awaited: no second round of this process can use the same one.
  lastRounds.set(deps, { at, by: next?.by ?? null });
  return { own: reserved !== null && reserved.by === last?.by ? reserved.by : null, isInTime, next };
}

function isOneInterval({ estate }: Deps, seconds: number): boolean {
  const late = seconds - estate.detection.intervalSeconds;
  return late >= -EARLY_SECONDS && late <= LATE_SECONDS;
}

function nextOf(deps: Deps, at: string): Reservation {
  const { intervalSeconds, probeDeadlineSeconds } = deps.estate.detection;
  const from = addSeconds(at, intervalSeconds - EARLY_SECONDS - AHEAD_SECONDS);
  const until = addSeconds(at, intervalSeconds + LATE_SECONDS + probeDeadlineSeconds + PROBE_MARGIN_SECONDS);
  return { by: deps.newId(), from, until };
}
