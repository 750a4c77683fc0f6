/** A drill's log lines as a person reads them, while the drill runs. */
import { z } from "zod";
import { EPOCH } from "../virtual-time/clock.ts";

const Line = z.object({ event: z.enum(["ledger", "fault", "host"]), at: z.string(), kind: z.string(), text: z.string() });

/** `10:09.03  intend  share 0 %`: minutes and seconds since the start; undefined for a line that is not for the timeline. */
export function timelineLine(line: string, startedAt = EPOCH): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = Line.safeParse(value);
  if (!parsed.success) return undefined;
  const { at, kind, text } = parsed.data;
  return `  ${clock(Date.parse(at) - startedAt)}  ${kind.padEnd(9)} ${text.length > 150 ? `${text.slice(0, 149)}…` : text}`;
}

function clock(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${String(minutes).padStart(3)}:${((milliseconds % 60_000) / 1000).toFixed(2).padStart(5, "0")}`;
}
