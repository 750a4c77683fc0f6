/** Times in which automation changes nothing, by the clock and the days of UTC. */
import { WEEKDAYS, type Blackout } from "./estate.ts";

/** The first blackout in force; null = none is. */
export function blackoutAt(blackouts: readonly Blackout[], now: string): Blackout | null {
  return blackouts.find((blackout) => isInForce(blackout, new Date(now))) ?? null;
}

/** A window past midnight belongs to the day on which it begins. */
function isInForce({ days, from, to }: Blackout, now: Date): boolean {
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const [start, end] = [minuteOf(from), minuteOf(to)];
  const isOn = (day: number): boolean => days.length === 0 || days.some((name) => WEEKDAYS.indexOf(name) === day);
  const today = isOn(now.getUTCDay());
  if (start < end) return today && minute >= start && minute < end;
  return (today && minute >= start) || (isOn((now.getUTCDay() + 6) % 7) && minute < end);
}

/** Of `HH:MM`. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
