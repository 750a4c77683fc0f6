import type { ArmWrite, DrillFault, DrillLog } from "../../rehearsal/drill/drill-log.ts";
import type { RequestRecord } from "../../rehearsal/world.ts";
import { POOL, START, deploymentId, gatewayId, hubToHub, localFirst, originsOf, poolsOf, second } from "../traffic/support.ts";

/** A drill of an hour in which nothing happened. */
export function emptyLog(changes: Partial<DrillLog> = {}): DrillLog {
  const estate = hubToHub();
  return {
    estate,
    normal: { pools: poolsOf(estate, localFirst), origins: originsOf(estate) },
    startsAt: START,
    endsAt: second(3600),
    faults: [],
    requests: [],
    routability: estate.deployments.map(({ id }) => ({ at: START, deployment: id, routable: true })),
    reachability: estate.gateways.map(({ id }) => ({ at: START, gateway: id, reachable: true })),
    writes: [],
    runs: [],
    intents: [],
    safety: [{ at: START, mode: "auto", killSwitch: false }],
    approvals: [],
    holds: [],
    drift: [],
    admissions: [],
    ...changes,
  };
}

export function foundryDown(from: number, to: number, region = "swedencentral", changes: Partial<DrillFault> = {}): DrillFault {
  const effect = { kind: "deployment", deployment: deploymentId(region), answer: 503, share: 1 } as const;
  return {
    id: `foundry ${region} ${from}`,
    kind: "foundryDown",
    region,
    startsAt: second(from),
    endsAt: second(to),
    effects: [effect],
    ...changes,
  };
}

export function gatewayDown(from: number, to: number, region = "swedencentral"): DrillFault {
  const effect = { kind: "gateway", gateway: gatewayId(region), answer: "timeout" } as const;
  return { id: `gateway ${region} ${from}`, kind: "gatewayDown", region, startsAt: second(from), endsAt: second(to), effects: [effect] };
}

export function request(id: number, at: number, result: RequestRecord["result"]): RequestRecord {
  const arrivedAt = second(at);
  return { id, arrivedAt, endedAt: arrivedAt + 1000, clientRegion: "eastus2", gateway: "apim-eastus2", tried: [], result, tokens: 0 };
}

/** Ten requests a second, the failed ones where `fails` says so. */
export function traffic(seconds: number, fails: (at: number, id: number) => boolean): readonly RequestRecord[] {
  return Array.from({ length: seconds * 10 }, (_, id) => request(id, id / 10, fails(id / 10, id) ? 503 : 200));
}

/** Pool writes of all gateways at one instant, with these regions left. */
export function poolWritesTo(at: number, regions: readonly string[]): readonly ArmWrite[] {
  return poolsOf(hubToHub(), localFirst, regions).map((pool) => ({ kind: "pool" as const, at: second(at), ...pool }));
}

export function originWrite(at: number, enabled: boolean, region = "swedencentral", endedAt = at + 30): ArmWrite {
  const origin = gatewayId(region);
  return { kind: "origin", at: second(at), endedAt: second(endedAt), edge: "afd", group: "gateways", origin, enabled };
}

export { POOL, second };
