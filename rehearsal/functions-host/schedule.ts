/** NCRONTAB of timer triggers: `{second} {minute} {hour} {day} {month} {day of week}`, numbers only, UTC. */

const FIELDS = [
  { name: "second", min: 0, max: 59 },
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12 },
  { name: "day of week", min: 0, max: 6 },
] as const;

/** The first instant after `after` (both in milliseconds since the epoch) at which the schedule is due. */
export type Schedule = (after: number) => number;

/** Four years, so that a 29 February is among them: whatever is not due within that is never due. */
const HORIZON_MILLISECONDS = 4 * 366 * 86_400_000;

export function parseSchedule(expression: string): Schedule {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new Error(`Schedule "${expression}": expected six fields (second minute hour day month weekday), found ${parts.length}.`);
  }
  const [seconds, minutes, hours, days, months, weekdays] = FIELDS.map((field, index) => parseField(expression, parts[index] ?? "", field));
  return (after) => {
    const due = new Date(Math.floor(after / 1000) * 1000 + 1000);
    while (due.getTime() <= after + HORIZON_MILLISECONDS) {
      if (!months?.has(due.getUTCMonth() + 1)) due.setTime(Date.UTC(due.getUTCFullYear(), due.getUTCMonth() + 1));
      else if (!days?.has(due.getUTCDate()) || !weekdays?.has(due.getUTCDay())) due.setUTCHours(24, 0, 0, 0);
      else if (!hours?.has(due.getUTCHours())) due.setUTCHours(due.getUTCHours() + 1, 0, 0, 0);
      else if (!minutes?.has(due.getUTCMinutes())) due.setUTCMinutes(due.getUTCMinutes() + 1, 0, 0);
      else if (!seconds?.has(due.getUTCSeconds())) due.setUTCSeconds(due.getUTCSeconds() + 1, 0);
      else return due.getTime();
    }
    throw new Error(`Schedule "${expression}" is never due.`);
  };
}

function parseField(expression: string, text: string, field: (typeof FIELDS)[number]): ReadonlySet<number> {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
    const first = match?.[1] === undefined ? field.min : Number(match[1]);
    const last = match?.[2] !== undefined ? Number(match[2]) : match?.[1] !== undefined && match[3] === undefined ? first : field.max;
    const step = Number(match?.[3] ?? 1);
    if (match === null || step < 1 || first < field.min || last > field.max || first > last) {
      throw new Error(
        `Schedule "${expression}": the local host does not understand "${item}" as ${field.name} (${field.min}-${field.max}).`,
      );
    }
    for (let value = first; value <= last; value += step) {
      values.add(value);
    }
  }
  return values;
}

/** `%NAME%` stands for the app setting NAME. */
export function resolveSettings(text: string, settings: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined) {
      throw new Error(`"${text}" names the app setting ${name}, which is not set.`);
    }
    return value;
  });
}
