import { diff } from "node:util";

export interface Difference {
  /** Id of the gateway in the estate. */
  readonly gateway: string;
  /** Such as `fragment route`. */
  readonly item: string;
  readonly text: string;
  /** The few lines that show it: `-` what should be, `+` what the gateway has. */
  readonly lines: readonly string[];
}

const MOST_LINES = 6;
const EXCERPT = 100;

/** Nothing where both are the same. */
export function shortDiff(wanted: readonly string[], got: readonly string[]): readonly string[] {
  const changed = diff([...wanted], [...got]).filter(([operation]) => operation !== 0);
  // An expression fills one long line: what differs in it is shown, not its beginning.
  const pair = changed.length === 2 ? changed.map(([, line]) => line) : [];
  const from = Math.max(0, commonLength(pair) - EXCERPT / 2);
  const shown = changed.slice(0, MOST_LINES).map(([operation, line]) => `${operation > 0 ? "-" : "+"} ${excerpt(line.trim(), from)}`);
  return changed.length > MOST_LINES ? [...shown, `… ${changed.length - MOST_LINES} more lines`] : shown;
}

function commonLength([one = "", other = ""]: readonly string[]): number {
  const [a, b] = [one.trim(), other.trim()];
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function excerpt(line: string, from: number): string {
  const end = from + EXCERPT;
  return `${from > 0 ? "…" : ""}${line.slice(from, end)}${end < line.length ? "…" : ""}`;
}
