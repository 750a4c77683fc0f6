import type { Constants } from "../constants.ts";
import type { TrafficMinute } from "../../src/ports.ts";
import type { Deployment } from "../../src/domain/estate.ts";
import type { Answer, FaultAnswer } from "../world.ts";
import type { ActiveFaults, DeploymentEffect } from "./faults.ts";
import { createLimiter, createProvisionedLimiter } from "./limiter.ts";
import { createMinuteLog } from "./minutes.ts";
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
  /** How long the caller waits for an answer to begin. */
  readonly patienceMilliseconds: number;
  /** What this call comes to whoever serves it. */
  readonly fault?: FaultAnswer | undefined;
}

/** `latencyMilliseconds` is until the first token; a caller that does not stream waits for the generation too. */
export interface DeploymentAnswer extends Answer {
  readonly generationMilliseconds: number;
}

export interface DeploymentModel {
  readonly id: string;
  readonly region: string;
  /** null = it is not provisioned. */
  readonly provisionedTokensPerMinute: number | null;
  call(call: Call): DeploymentAnswer;
  minutes(from: number, to: number): readonly TrafficMinute[];
}

interface Context {
  readonly constants: Constants;
  readonly seed: number;
}

export function createDeployment(
  deployment: Deployment,
  tokensPerMinute: number,
  context: Context & { readonly faults: ActiveFaults },
): DeploymentModel {
  const { constants, faults } = context;
  const isProvisioned = /Provisioned/.test(deployment.deploymentType);
  const limiter = (isProvisioned ? createProvisionedLimiter : createLimiter)(tokensPerMinute, constants);
  const provisionedTokensPerMinute = isProvisioned ? tokensPerMinute : null;
  const log = createMinuteLog(isProvisioned);

  /** A fault comes before the limiter: a service that is down counts no tokens. The answer is settled when the call arrives. */
  function answer(call: Call, effect: DeploymentEffect): DeploymentAnswer {
    const refusal = constants.errorMilliseconds + effect.addMilliseconds;
    const fault = effect.answer ?? call.fault;
    if (fault !== undefined) {
      const latencyMilliseconds = fault === "timeout" ? NEVER_MILLISECONDS : refusal;
      return { result: fault, latencyMilliseconds, generationMilliseconds: 0 };
    }
    const { admitted, retryAfterSeconds, ...numbers } = limiter.admit(call.at, call.promptTokens + call.maxTokens, effect.quotaFactor);
    // Provisioned deployments tell none (azure-facts 4.3).
    const rate = isProvisioned ? {} : numbers;
    if (!admitted) return { result: 429, latencyMilliseconds: refusal, generationMilliseconds: 0, retryAfterSeconds, ...rate };
    return { ...success(call, context, effect.addMilliseconds), ...rate };
  }

  return {
    id: deployment.id,
    region: deployment.region,
    provisionedTokensPerMinute,
    call(call) {
      const effect = faults.onDeployment(deployment.id, call.keys);
      const given = answer(call, effect);
      if (given.latencyMilliseconds < call.patienceMilliseconds) log.add(call, given, tokensPerMinute * effect.quotaFactor);
      return given;
    },
    minutes: log.read,
  };
}

function success(call: Call, { constants, seed }: Context, addMilliseconds: number): DeploymentAnswer {
  const spread = 1 + constants.latencySpread * (2 * draw(seed, "latency", ...call.keys) - 1);
  const firstToken = constants.firstTokenMilliseconds + constants.promptTokenMilliseconds * call.promptTokens;
  return {
    result: 200,
    latencyMilliseconds: Math.round(firstToken * spread) + addMilliseconds,
    generationMilliseconds: Math.round(constants.generatedTokenMilliseconds * call.generatedTokens * spread),
  };
}
