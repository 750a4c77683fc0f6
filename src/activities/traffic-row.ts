/** How minutes of real traffic lie in their row. */
import type { TrafficMinute } from "../domain/signals.ts";
import { packRows, unpackRows, type Field } from "./packed.ts";

/** What one source told of real traffic. */
export interface Traffic {
  /** By deployment, oldest first. */
  readonly minutes: Readonly<Record<string, readonly TrafficMinute[]>>;
  /** When each deployment was last read well. */
  readonly readAt: Readonly<Record<string, string>>;
  /** What could not be read, by deployment or `all`. */
  readonly gaps: Readonly<Record<string, string>>;
  /** How it is read, for the status page; null = every minute. */
  readonly note: string | null;
}

export const NO_TRAFFIC: Traffic = { minutes: {}, readAt: {}, gaps: {}, note: null };

export interface TrafficRow extends Omit<Traffic, "minutes"> {
  readonly base: number;
  readonly minutes: Readonly<Record<string, string>>;
}

const MINUTE = 60_000;

export function packTraffic({ minutes, ...rest }: Traffic): TrafficRow {
  const starts = Object.values(minutes).flatMap((all) => all.map((minute) => minuteOf(minute.at)));
  const base = starts.reduce((a, b) => Math.max(a, b), 0);
  const packed = Object.entries(minutes).map(([id, all]) => [id, packRows(all.map((minute) => packMinute(minute, base)))] as const);
  return { ...rest, base, minutes: Object.fromEntries(packed) };
}

export function unpackTraffic({ base, minutes, ...rest }: TrafficRow): Traffic {
  const unpacked = Object.entries(minutes).map(([id, text]) => [id, unpackRows(text).map((fields) => unpackMinute(fields, base))] as const);
  return { ...rest, minutes: Object.fromEntries(unpacked) };
}

export function minuteOf(at: string): number {
  return Math.floor(Date.parse(at) / MINUTE);
}

function packMinute(m: TrafficMinute, base: number): readonly Field[] {
  return [base - minuteOf(m.at), m.tokens, m.answered, m.serverErrors, m.throttled, m.latencyMilliseconds, m.utilisationPercent];
}

function unpackMinute(
  [ago, tokens, answered, serverErrors, throttled, latency, utilisation]: readonly Field[],
  base: number,
): TrafficMinute {
  return {
    at: new Date((base - (ago ?? 0)) * MINUTE).toISOString(),
    tokens: tokens ?? null,
    answered: answered ?? null,
    serverErrors: serverErrors ?? null,
    throttled: throttled ?? null,
    latencyMilliseconds: latency ?? null,
    utilisationPercent: utilisation ?? null,
  };
}
