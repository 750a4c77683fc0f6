/** Instants cross every boundary as ISO 8601 text in UTC; the core never reads a clock. */

/** Whole and fractional seconds from `from` to `to`; negative when `to` is earlier. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

export function addSeconds(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString();
}

/** `20260105T001005Z`: an instant that may stand in ids and keys. */
export function compact(at: string): string {
  return `${at.slice(0, 19).replace(/[-:]/g, "")}Z`;
}
