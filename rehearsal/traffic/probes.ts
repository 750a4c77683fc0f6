/** Calls that are not clients' traffic: the app's probes and Front Door's. */
import type { Answer } from "../world.ts";
import { type DeploymentModel, NEVER_MILLISECONDS } from "./deployment.ts";
import type { ProbeSample } from "./edge.ts";
import { isStatusFailure } from "./faults.ts";
import { type Parts, gatewayOf } from "./parts.ts";

const DEEP_PROBE_PROMPT_TOKENS = 5;

/** How long a gateway's witness policy waits for the deployment: less than the prober waits for the gateway [U]. */
export const WITNESS_PATIENCE_MILLISECONDS = 4000;

/** Does not stream: it waits for the whole completion. Its draws are keyed by the instant and who asks, clients' by their request. */
export function completion(deployment: DeploymentModel, at: number, promptTokens: number, maxTokens: number, asker = -1): Answer {
  const call = { at, keys: [asker, at], promptTokens, generatedTokens: maxTokens, maxTokens };
  const { generationMilliseconds, ...answer } = deployment.call(call);
  return { ...answer, latencyMilliseconds: answer.latencyMilliseconds + generationMilliseconds };
}

/** The gateway's own status, without regard to its gate. */
export function gatewayStatus(parts: Parts, gateway: string): Answer {
  const { gatewayStatusMilliseconds } = parts.options.constants;
  const fault = parts.faults.onGateway(gatewayOf(parts, gateway).id);
  return { result: fault ?? 200, latencyMilliseconds: fault === "timeout" ? NEVER_MILLISECONDS : gatewayStatusMilliseconds };
}

/** The witness policy asks the deployment itself: pools, breakers and retries have no part in it [U]. */
export function throughGateway(
  parts: Parts,
  gateway: string,
  deployment: DeploymentModel,
  at: number,
  tokens: readonly [number, number],
): Answer {
  const { constants } = parts.options;
  const { region } = gatewayOf(parts, gateway);
  const own = gatewayStatus(parts, gateway);
  if (own.result !== 200) return { ...own, byGateway: true };
  // -1 is the prober's own.
  const asker = -2 - [...parts.gateways.keys()].indexOf(gateway);
  const answer = completion(deployment, at, ...tokens, asker);
  const isLocal = region === deployment.region;
  const way = isLocal ? constants.gatewayDeploymentLocalMilliseconds : constants.gatewayDeploymentRemoteMilliseconds;
  const latencyMilliseconds = answer.latencyMilliseconds + way;
  if (latencyMilliseconds < WITNESS_PATIENCE_MILLISECONDS) return { ...answer, latencyMilliseconds };
  return { result: "timeout", latencyMilliseconds: WITNESS_PATIENCE_MILLISECONDS };
}

/**
 * What an edge's probe sees: only 200 is healthy (azure-facts 2.3). The deep probe's policy answers 503 when the Foundry of the
 * gateway's own region fails (5xx, no answer); a 429 is capacity, not health, so it answers 200 then. It asks that Foundry whatever
 * the pools say. A gateway without a deployment in its region has only the shallow probe.
 */
export function edgeProbe(parts: Parts, gateway: string, at: number): ProbeSample {
  const { result, latencyMilliseconds } = gatewayStatus(parts, gateway);
  if ((result !== 200 && result !== "empty") || !gatewayOf(parts, gateway).gateOpen) return { healthy: false, latencyMilliseconds };
  const local = parts.options.edgeProbe === "deep" ? localDeployment(parts, gateway) : undefined;
  if (!local) return { healthy: true, latencyMilliseconds };
  const answer = completion(local, at, DEEP_PROBE_PROMPT_TOKENS, 1);
  return { healthy: !isStatusFailure(answer.result), latencyMilliseconds: latencyMilliseconds + answer.latencyMilliseconds };
}

/** The first of the gateway's pool members that stands in its own region. */
function localDeployment({ options, deployments }: Parts, id: string): DeploymentModel | undefined {
  const gateway = options.estate.gateways.find((item) => item.id === id);
  const members = gateway?.pools.flatMap((pool) => pool.members) ?? [];
  return members.map((member) => deployments.get(member.deployment)).find((deployment) => deployment?.region === gateway?.region);
}
