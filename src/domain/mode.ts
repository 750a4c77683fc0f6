/** What automation may do by itself, per runbook. */
import type { Estate, Mode } from "./estate.ts";
import type { Runbook } from "./runbook.ts";

export function modeOf(estate: Pick<Estate, "safety">, runbook: Runbook): Mode {
  return estate.safety.modes[runbook] ?? estate.safety.mode;
}
