import type { Constants } from "../constants.ts";
import type { TrafficMinute } from "../../src/ports.ts";
import type { Deployment } from "../../src/domain/estate.ts";
import type { Answer } from "../world.ts";
import { type ActiveFaults, isServerFailure } from "./faults.ts";
import { createLimiter } from "./limiter.ts";
import { draw } from "./random.ts";

/** `Answer.latencyMilliseconds` of a call that is never answered: longer than any caller's patience, yet fit for a timer. */
export const NEVER_MILLISECONDS = 3_600_000;

export interface Call {
  readonly at: number;
  /** Names the call: its random draws depend on it alone. */
  readonly keys: readonly number[];
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly maxTokens: number;
}

/** `latencyMilliseconds` is until the first token; a caller that does not stream waits for the generation too. */
export interface DeploymentAnswer extends Answer {
  readonly generationMilliseconds: number;
}

export interface DeploymentModel {
  readonly id: string;
  readonly region: string;
  call(call: Call): DeploymentAnswer;
  minutes(from: number, to: number): readonly TrafficMinute[];
}

export function createDeployment(
  deployment: Deployment,
  tokensPerMinute: number,
  context: { readonly constants: Constants; readonly seed: number; readonly faults: ActiveFaults },
): DeploymentModel {
  const { constants, seed, faults } = context;
  const limiter = createLimiter(tokensPerMinute, constants);
  const log = createMinuteLog();

  /** A fault comes before the limiter: a service that is down counts no tokens. The answer is settled when the call arrives. */
  function answer(call: Call): DeploymentAnswer {
    const effect = faults.onDeployment(deployment.id, call.keys);
    const refusal = constants.errorMilliseconds + effect.addMilliseconds;
    if (effect.answer !== undefined) {
      const latencyMilliseconds = effect.answer === "timeout" ? NEVER_MILLISECONDS : refusal;
      return { result: effect.answer, latencyMilliseconds, generationMilliseconds: 0 };
    }
    const { admitted, retryAfterSeconds, ...rate } = limiter.admit(call.at, call.promptTokens + call.maxTokens, effect.quotaFactor);
    if (!admitted) return { result: 429, latencyMilliseconds: refusal, generationMilliseconds: 0, retryAfterSeconds, ...rate };
    const spread = 1 + constants.latencySpread * (2 * draw(seed, "latency", ...call.keys) - 1);
    const firstToken = constants.firstTokenMilliseconds + constants.promptTokenMilliseconds * call.promptTokens;
    return {
      result: 200,
      latencyMilliseconds: Math.round(firstToken * spread) + effect.addMilliseconds,
      generationMilliseconds: Math.round(constants.generatedTokenMilliseconds * call.generatedTokens * spread),
      ...rate,
    };
  }

  return {
    id: deployment.id,
    region: deployment.region,
    call(call) {
      const given = answer(call);
      log.add(call, given);
      return given;
    },
    minutes: log.read,
  };
}

interface Minute {
  tokens: number;
  answered: number;
  serverErrors: number;
  throttled: number;
}

interface MinuteLog {
  add(call: Call, answer: Answer): void;
  /** Whole minutes that start before `to`, from the one that contains `from`. */
  read(from: number, to: number): readonly TrafficMinute[];
}

/** What Azure Monitor would count. A call that never got an answer was not counted by anyone [U]. */
function createMinuteLog(): MinuteLog {
  const minutes = new Map<number, Minute>();
  return {
    add(call, { result }) {
      if (typeof result === "string") return;
      const index = Math.floor(call.at / 60_000);
      const minute = minutes.get(index) ?? { tokens: 0, answered: 0, serverErrors: 0, throttled: 0 };
      minutes.set(index, minute);
      if (result === 200) {
        minute.answered++;
        minute.tokens += call.promptTokens + call.generatedTokens;
      } else if (result === 429) minute.throttled++;
      else if (isServerFailure(result)) minute.serverErrors++;
    },
    read(from, to) {
      const first = Math.floor(from / 60_000);
      const count = Math.max(0, Math.ceil(to / 60_000) - first);
      return Array.from({ length: count }, (_, offset) => {
        const at = new Date((first + offset) * 60_000).toISOString();
        const { tokens = null, answered = null, serverErrors = null, throttled = null } = minutes.get(first + offset) ?? {};
        return { at, tokens, answered, serverErrors, throttled };
      });
    },
  };
}
