/** Instants cross every boundary as ISO 8601 text in UTC; the core never reads a clock. */

/** Most instants that are remembered: those of a few rounds. */
const MOST_REMEMBERED = 8192;
const REMEMBERED = new Map<string, number>();

/** Milliseconds since 1970, NaN for what is no instant. The same minutes and probes are asked for by every rule of every target. */
export function instantOf(at: string): number {
  const known = REMEMBERED.get(at);
  if (known !== undefined) return known;
  if (REMEMBERED.size >= MOST_REMEMBERED) REMEMBERED.clear();
  const milliseconds = Date.parse(at);
  REMEMBERED.set(at, milliseconds);
  return milliseconds;
}

/** Whole and fractional seconds from `from` to `to`; negative when `to` is earlier. */
export function secondsBetween(from: string, to: string): number {
  return (instantOf(to) - instantOf(from)) / 1000;
}

export function addSeconds(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}

/** `20260105T001005Z`: an instant that may stand in ids and keys. */
export function compact(at: string): string {
  return `${at.slice(0, 19).replace(/[-:]/g, "")}Z`;
}
