/** A hand-made world: answers what a test says and remembers what it was told. */
import type { TrafficMinute } from "../../src/ports.ts";
import type { Answer, World } from "../../rehearsal/world.ts";

export interface FakeWorld extends Pick<
  World,
  "advanceTo" | "callDeployment" | "callGatewayStatus" | "trafficMinutes" | "poolWritten" | "originWritten"
> {
  /** What every deployment answers. */
  deploymentAnswer: Answer;
  gatewayAnswer: Answer;
  /** By deployment; cut to the asked range. */
  minutes: Record<string, readonly TrafficMinute[]>;
  readonly deploymentCalls: { at: number; deployment: string; promptTokens: number; maxTokens: number }[];
  readonly gatewayCalls: { at: number; gateway: string }[];
  readonly pools: Parameters<World["poolWritten"]>[];
  readonly origins: Parameters<World["originWritten"]>[];
}

export function fakeWorld(): FakeWorld {
  const world: FakeWorld = {
    deploymentAnswer: { result: 200, latencyMilliseconds: 0 },
    gatewayAnswer: { result: 200, latencyMilliseconds: 0 },
    minutes: {},
    deploymentCalls: [],
    gatewayCalls: [],
    pools: [],
    origins: [],
    advanceTo: () => undefined,
    callDeployment(at, deployment, promptTokens, maxTokens) {
      world.deploymentCalls.push({ at, deployment, promptTokens, maxTokens });
      return world.deploymentAnswer;
    },
    callGatewayStatus(at, gateway) {
      world.gatewayCalls.push({ at, gateway });
      return world.gatewayAnswer;
    },
    trafficMinutes: (deployment, from, to) =>
      (world.minutes[deployment] ?? []).filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to),
    poolWritten: (...written) => void world.pools.push(written),
    originWritten: (...written) => void world.origins.push(written),
  };
  return world;
}
