/** Calls that are not clients' traffic: the app's probes and Front Door's. */
import type { Answer } from "../world.ts";
import { type DeploymentModel, NEVER_MILLISECONDS } from "./deployment.ts";
import type { ProbeSample } from "./edge.ts";
import { isStatusFailure } from "./faults.ts";
import { type Parts, gatewayOf } from "./parts.ts";

const DEEP_PROBE_PROMPT_TOKENS = 5;

interface Asked {
  readonly at: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly patienceMilliseconds: number;
}

/** Does not stream: it waits for the whole completion. Its draws are keyed by who asks and the instant, clients' by their request. */
function completion(deployment: DeploymentModel, asked: Asked, asker: number): Answer {
  const call = { ...asked, keys: [asker, asked.at], generatedTokens: asked.maxTokens };
  const { generationMilliseconds, ...answer } = deployment.call(call);
  return { ...answer, latencyMilliseconds: answer.latencyMilliseconds + generationMilliseconds };
}

/** The app's own probe. */
export function directProbe({ options }: Parts, deployment: DeploymentModel, tokens: Omit<Asked, "patienceMilliseconds">): Answer {
  const patienceMilliseconds = options.estate.detection.probeDeadlineSeconds * 1000;
  return completion(deployment, { ...tokens, patienceMilliseconds }, PROBER);
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
  tokens: Omit<Asked, "patienceMilliseconds">,
): Answer {
  const { constants } = parts.options;
  const own = gatewayStatus(parts, gateway);
  if (own.result !== 200) return { ...own, byGateway: true };
  const isLocal = gatewayOf(parts, gateway).region === deployment.region;
  const way = isLocal ? constants.gatewayDeploymentLocalMilliseconds : constants.gatewayDeploymentRemoteMilliseconds;
  const patienceMilliseconds = constants.witnessTimeoutSeconds * 1000;
  const answer = completion(deployment, { ...tokens, patienceMilliseconds: patienceMilliseconds - way }, askerOf(parts, gateway));
  const latencyMilliseconds = answer.latencyMilliseconds + way;
  if (latencyMilliseconds < patienceMilliseconds) return { ...answer, latencyMilliseconds };
  return { result: "timeout", latencyMilliseconds: patienceMilliseconds };
}

/** Whose luck it is: below 0, for requests have the numbers above. */
const PROBER = -1;

function askerOf({ gateways }: Parts, gateway: string): number {
  return PROBER - 1 - [...gateways.keys()].indexOf(gateway);
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
  const patienceMilliseconds = parts.options.constants.edgeProbeTimeoutSeconds * 1000;
  const answer = completion(local, { at, promptTokens: DEEP_PROBE_PROMPT_TOKENS, maxTokens: 1, patienceMilliseconds }, PROBER);
  return { healthy: !isStatusFailure(answer.result), latencyMilliseconds: latencyMilliseconds + answer.latencyMilliseconds };
}

/** The first of the gateway's pool members that stands in its own region. */
function localDeployment({ options, deployments }: Parts, id: string): DeploymentModel | undefined {
  const gateway = options.estate.gateways.find((item) => item.id === id);
  const members = gateway?.pools.flatMap((pool) => pool.members) ?? [];
  return members.map((member) => deployments.get(member.deployment)).find((deployment) => deployment?.region === gateway?.region);
}
