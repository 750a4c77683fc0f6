/**
 * Synthetic traffic: Poisson arrivals whose rate wanders from minute to minute, and lognormal token counts shaped like the
 * conversation trace of the Azure Public Dataset (context mean 1155, median 1020; generated mean 211, median 129).
 */
import type { TrafficRequest } from "./clients.ts";
import { draw, drawNormal } from "./random.ts";

const CONTEXT = { mean: 1155, median: 1020, most: 16_000 };
const GENERATED = { mean: 211, median: 129, most: 4000 };
/** Standard deviation of the minutes' rates as a share of the mean; milder than the trace's own 0.22, which has a daily trend. */
const MINUTE_SPREAD = 0.12;

export interface SyntheticTraffic {
  readonly startAt: number;
  readonly durationSeconds: number;
  /** Mean over the minutes. */
  readonly requestsPerSecond: number;
  readonly seed: number;
  readonly clientRegion: (id: number) => string;
}

export function* syntheticRequests(traffic: SyntheticTraffic): Generator<TrafficRequest> {
  const { startAt, durationSeconds, requestsPerSecond, seed, clientRegion } = traffic;
  let seconds = 0;
  for (let id = 0; ; id++) {
    const rate = requestsPerSecond * minuteFactor(seed, Math.floor(seconds / 60));
    seconds += -Math.log(1 - draw(seed, "arrival", id)) / rate;
    if (seconds >= durationSeconds) return;
    const contextTokens = tokens(CONTEXT, seed, "context", id);
    const generatedTokens = tokens(GENERATED, seed, "generated", id);
    yield { id, arrivesAt: startAt + Math.floor(seconds * 1000), clientRegion: clientRegion(id), contextTokens, generatedTokens };
  }
}

/** Lognormal with mean 1. */
function minuteFactor(seed: number, minute: number): number {
  const sigma = Math.sqrt(Math.log(1 + MINUTE_SPREAD ** 2));
  return Math.exp(sigma * drawNormal(seed, "minute", minute) - sigma ** 2 / 2);
}

function tokens(shape: { mean: number; median: number; most: number }, seed: number, purpose: string, id: number): number {
  const sigma = Math.sqrt(2 * Math.log(shape.mean / shape.median));
  const count = Math.round(shape.median * Math.exp(sigma * drawNormal(seed, purpose, id)));
  return Math.min(shape.most, Math.max(1, count));
}
