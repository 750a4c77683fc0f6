/** ISO 8601: `start/end`, or a duration back from now. Undefined when it is neither. */
export function parseTimespan(timespan: string, now: number): { from: number; to: number } | undefined {
  const [start, end] = timespan.split("/");
  const duration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(timespan);
  if (duration) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = duration.slice(1).map((part) => Number(part ?? 0));
    return { from: now - (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000, to: now };
  }
  const from = Date.parse(start ?? "");
  const to = Date.parse(end ?? "");
  return from <= to ? { from, to } : undefined;
}
