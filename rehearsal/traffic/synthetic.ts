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
  /** Factors of the mean rate by hour of the day, UTC; absent = the same all day. */
  readonly profile?: DayProfile | undefined;
}

/** One factor per hour of the day, UTC; 0 or more. */
export type DayProfile = readonly number[];

export function* syntheticRequests(traffic: SyntheticTraffic): Generator<TrafficRequest> {
  const { startAt, durationSeconds, requestsPerSecond, seed, clientRegion } = traffic;
  if (traffic.profile) checkProfile(traffic.profile);
  let seconds = 0;
  for (let id = 0; ; id++) {
    seconds = busyFrom(traffic, seconds);
    const rate = requestsPerSecond * hourFactor(traffic, seconds) * minuteFactor(seed, Math.floor(seconds / 60));
    seconds += -Math.log(1 - draw(seed, "arrival", id)) / rate;
    if (seconds >= durationSeconds) return;
    const contextTokens = tokens(CONTEXT, seed, "context", id);
    const generatedTokens = tokens(GENERATED, seed, "generated", id);
    yield { id, arrivesAt: startAt + Math.floor(seconds * 1000), clientRegion: clientRegion(id), contextTokens, generatedTokens };
  }
}

export function checkProfile(profile: DayProfile): void {
  if (profile.length !== 24 || profile.some((factor) => !(factor >= 0 && factor < Infinity)) || profile.every((factor) => factor === 0))
    throw new Error("profile: 24 factors, each 0 or more, not all of them 0.");
}

function hourFactor({ startAt, profile }: SyntheticTraffic, seconds: number): number {
  return profile?.[new Date(startAt + seconds * 1000).getUTCHours()] ?? 1;
}

/** The first instant from then on at which there is any traffic. */
function busyFrom(traffic: SyntheticTraffic, from: number): number {
  let seconds = from;
  while (hourFactor(traffic, seconds) === 0) seconds += 3600 - ((traffic.startAt / 1000 + seconds) % 3600);
  return seconds;
}

const SAMPLED_REQUESTS = 4000;

/** Tokens of one request on average, as `syntheticRequests` makes them for this seed. */
export function meanTokens(seed: number, maxTokens: number): { readonly context: number; readonly generated: number } {
  let [context, generated] = [0, 0];
  for (let id = 0; id < SAMPLED_REQUESTS; id++) {
    context += tokens(CONTEXT, seed, "context", id);
    generated += Math.min(maxTokens, tokens(GENERATED, seed, "generated", id));
  }
  return { context: context / SAMPLED_REQUESTS, generated: generated / SAMPLED_REQUESTS };
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
