import type { TrafficMinute } from "../../src/ports.ts";
import type { Answer } from "../world.ts";
import { isStatusFailure } from "./faults.ts";

interface CountedCall {
  readonly at: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly maxTokens: number;
}

interface Minute {
  tokens: number;
  answered: number;
  serverErrors: number;
  throttled: number;
  /** Sum over the answered ones. */
  milliseconds: number;
  /** What the limiter counted, as a share of the minute's limit at that time. */
  usedShare: number;
}

export interface MinuteLog {
  add(call: CountedCall, answer: Answer, tokensPerMinute: number): void;
  /** Whole minutes that start before `to`, from the one that contains `from`. */
  read(from: number, to: number): readonly TrafficMinute[];
}

const NO_DATA = { tokens: null, answered: null, serverErrors: null, throttled: null, latencyMilliseconds: null, utilisationPercent: null };

/**
 * What Azure Monitor would count, in the minute of a call's arrival. A call that never got an answer, or whose caller had given up before
 * it came, was not counted by anyone [U]; one
 * that was answered with nothing was, as a success without tokens. Only provisioned deployments have a utilisation.
 */
export function createMinuteLog(isProvisioned: boolean): MinuteLog {
  const minutes = new Map<number, Minute>();
  return {
    add(call, answer, tokensPerMinute) {
      if (typeof answer.result === "string" && answer.result !== "empty") return;
      const index = Math.floor(call.at / 60_000);
      const minute = minutes.get(index) ?? { tokens: 0, answered: 0, serverErrors: 0, throttled: 0, milliseconds: 0, usedShare: 0 };
      minutes.set(index, minute);
      count(minute, call, answer);
      if (answer.result === 200) minute.usedShare += (call.promptTokens + call.maxTokens) / tokensPerMinute;
    },
    read(from, to) {
      const first = Math.floor(from / 60_000);
      const length = Math.max(0, Math.ceil(to / 60_000) - first);
      return Array.from({ length }, (_, offset) => {
        const minute = minutes.get(first + offset);
        const at = new Date((first + offset) * 60_000).toISOString();
        return { at, ...(minute ? told(minute, isProvisioned) : NO_DATA) };
      });
    },
  };
}

function count(minute: Minute, call: CountedCall, { result, latencyMilliseconds }: Answer): void {
  if (result === 200 || result === "empty") {
    minute.answered++;
    minute.milliseconds += latencyMilliseconds;
  }
  if (result === 200) minute.tokens += call.promptTokens + call.generatedTokens;
  else if (result === 429) minute.throttled++;
  else if (isStatusFailure(result)) minute.serverErrors++;
}

/** A provisioned deployment that admits nothing at all is full, whatever is left of its limit. */
function told({ milliseconds, usedShare, ...counts }: Minute, isProvisioned: boolean): Omit<TrafficMinute, "at"> {
  const { answered, throttled } = counts;
  const utilisationPercent = isProvisioned ? (answered === 0 && throttled > 0 ? 100 : Math.round(usedShare * 10_000) / 100) : null;
  return { ...counts, latencyMilliseconds: answered === 0 ? null : Math.round(milliseconds / answered), utilisationPercent };
}
