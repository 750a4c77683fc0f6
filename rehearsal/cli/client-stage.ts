/** What the example client is rehearsed in: Entra, Front Door, gateways and Foundry of an estate, and ways to break them. */
import { parseEstate } from "../../src/config/load.ts";
import { formatIssues } from "../../src/config/issues.ts";
import { platformFromEstate } from "../azure/platform.ts";
import { startPublicSide, type PublicSide } from "../azure/public-side.ts";
import type { Held } from "../azure/http.ts";
import type { Certificate } from "../azure/tls.ts";
import { scaled } from "../constants.ts";
import { normalRouting } from "../drill/normal-routing.ts";
import { createWorld, type TrafficWorld } from "../traffic/world.ts";
import type { DataPlaneFault } from "../world.ts";
import { UsageError } from "./options.ts";

export const DIRECTORY = {
  tenant: "11111111-1111-4111-8111-111111111111",
  clientId: "22222222-2222-4222-8222-222222222222",
  audience: "api://foundry-failover-models",
  person: { name: "Adele Vance", userName: "adele@contoso.example", objectId: "33333333-3333-4333-8333-333333333333" },
};

export interface ClientStage extends Pick<PublicSide, "endpoint" | "authority" | "identityEndpoint" | "identityHeader" | "stop"> {
  /** A pool that every gateway has, and the region whose clients ask. */
  readonly model: string;
  readonly region: string;
  /** From now on every call of the region's Foundry fails like this. */
  breakFoundry(region: string, status: number): void;
  /** For so long all regions have no quota left. */
  exhaustQuota(seconds: number): void;
}

export interface ClientStageOptions {
  readonly estateText: string;
  /** Names the estate in messages. */
  readonly estateFile: string;
  readonly certificate: Certificate;
  readonly seed?: number;
  readonly held?: Held;
}

/** So little that not a single request fits, though its tokens would: the limiter then asks to wait for the rest of its 10 s window. */
const NO_REQUEST_LEFT = 0.001;

export async function startClientStage({ estateText, estateFile, certificate, seed = 1, held }: ClientStageOptions): Promise<ClientStage> {
  const loaded = parseEstate(estateText);
  if (!loaded.ok) throw new UsageError(formatIssues(loaded.issues, estateFile));
  const { estate } = loaded;
  const [gateway] = estate.gateways;
  const model = gateway?.pools[0]?.name;
  if (gateway === undefined || model === undefined) throw new UsageError(`${estateFile}: the client needs a gateway with a pool`);
  const constants = scaled();
  const { pools, origins } = normalRouting(estate);
  const common = { estate, constants, seed, requests: [], maxTokens: 200, startAt: Date.now() };
  const world = createWorld({ ...common, initialPools: pools, initialOrigins: origins, policy: "breaker-and-retry", edgeProbe: "shallow" });
  const platform = platformFromEstate(estate, constants);
  const side = await startPublicSide({
    ...{ certificate, estate, platform, world, constants, directory: DIRECTORY, clientRegion: gateway.region },
    ...(held === undefined ? {} : { held }),
  });
  const faultOf = (deployment: string, fault: DeploymentFault): (() => void) => startFault(world, { ...fault, deployment });
  return {
    ...side,
    model,
    region: gateway.region,
    breakFoundry(region, status) {
      for (const { id } of estate.deployments.filter((deployment) => deployment.region === region))
        faultOf(id, { kind: "deployment", answer: status, share: 1 });
    },
    exhaustQuota(seconds) {
      const ends = estate.deployments.map(({ id }) => faultOf(id, { kind: "tokensPerMinute", factor: NO_REQUEST_LEFT }));
      setTimeout(() => ends.forEach((end) => end()), seconds * 1000).unref();
    },
  };
}

type DeploymentFault = { kind: "deployment"; answer: number; share: number } | { kind: "tokensPerMinute"; factor: number };

function startFault(world: TrafficWorld, fault: DataPlaneFault & { deployment: string }): () => void {
  const id = `${fault.kind} ${fault.deployment}`;
  world.startFault(Date.now(), id, fault);
  return () => world.endFault(Date.now(), id);
}
