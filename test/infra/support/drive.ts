/** Every adapter of the app that talks with Azure's management, used once against an embedded Azure. */
import type { TokenCredential } from "@azure/identity";
import { createPoolRouter } from "../../../src/azure/apim/pool-router.ts";
import { createCapacityReader } from "../../../src/azure/foundry/capacity-reader.ts";
import { createEdgeRouter } from "../../../src/azure/front-door/edge-router.ts";
import { createGatewayLogReader } from "../../../src/azure/monitor/gateway-log-reader.ts";
import { createMetricsReader } from "../../../src/azure/monitor/metrics-reader.ts";
import { METRICS_APIS, type Estate } from "../../../src/domain/estate.ts";
import type { Result } from "../../../src/ports.ts";
import { tokenFor, type Rehearsed } from "../../rehearsal-azure/start.ts";

/** The same estate at the embedded Azure's addresses. */
export function estateAt({ azure }: Rehearsed, estate: Estate): Estate {
  return { ...estate, cloud: { ...estate.cloud, ...azure.endpoints } };
}

/** A token for whatever audience is asked for. */
export function anyAudience({ azure }: Rehearsed): TokenCredential {
  return {
    getToken: async (scopes) => ({
      token: await tokenFor(azure, [scopes].flat().join().replace("/.default", "")),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
}

function done<T extends object>(result: Result<T>): { readonly ok: true } & T {
  if (!result.ok) throw new Error(result.reason);
  return result;
}

export async function driveRouters(estate: Estate, credential: TokenCredential): Promise<void> {
  const pools = createPoolRouter(estate, credential);
  for (const gateway of estate.gateways) {
    for (const { name } of gateway.pools) {
      const { members, etag } = done(await pools.read(gateway, name));
      // As the app writes them: with weights and without.
      const weighted = members.map((member, index) => (index === 0 ? { ...member, weight: 70, priority: 1 } : { id: member.id }));
      done(await pools.write(gateway, name, weighted, etag));
    }
  }
  const edges = createEdgeRouter(estate, credential);
  for (const edge of estate.edges) {
    const { origins } = done(await edges.read(edge));
    const { operation } = done(await edges.write(edge, [{ ...origins[0]!, enabled: false }]));
    if (operation === undefined) throw new Error(`${edge.id} started no operation`);
    done(await edges.poll(edge, operation));
  }
}

export async function driveReaders(estate: Estate, credential: TokenCredential): Promise<void> {
  const capacity = createCapacityReader(estate, credential);
  for (const deployment of estate.deployments) {
    done(await capacity.tokensPerMinute(deployment));
    done(await capacity.usages(deployment));
  }
  const [from, to] = [new Date(Date.now() - 600_000), new Date()];
  for (const api of METRICS_APIS) {
    const asked = { ...estate, signals: { ...estate.signals, metrics: { ...estate.signals.metrics, api } } };
    for (const read of await createMetricsReader(asked, credential).traffic(estate.deployments, from, to)) done(read);
  }
  const logs = createGatewayLogReader(estate, credential);
  if (logs) done(await logs.traffic(from, to));
}
