/** What surrounds the app under test: a world in which regions fail one by one, and somebody who is notified. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json as readJson } from "node:stream/consumers";
import { fakeWorld, type FakeWorld } from "./fake-world.ts";

export const WEBHOOK_SECRET = "wh-8Kd1Pz6nYc4Gt5Ju";
export const REGIONS = ["eastus2", "swedencentral", "japaneast"] as const;
export type Region = (typeof REGIONS)[number];

export type Fail = (kind: "foundry" | "gateway", region: Region, status: number | undefined) => void;

/** The fake world, in which each region can fail by itself, and Azure Monitor knows ten minutes of steady traffic. */
export function failingWorld(): { world: FakeWorld; fail: Fail } {
  const world = fakeWorld();
  const { callDeployment, callGatewayStatus } = world;
  const failing = new Map<string, number>();
  const own = {
    callDeployment(at, deployment, promptTokens, maxTokens) {
      const answer = callDeployment(at, deployment, promptTokens, maxTokens);
      return { ...answer, result: failing.get(deployment) ?? answer.result };
    },
    callGatewayStatus(at, gateway) {
      const answer = callGatewayStatus(at, gateway);
      return { ...answer, result: failing.get(gateway) ?? answer.result };
    },
    trafficMinutes: (_deployment, from, to) =>
      Array.from({ length: Math.max(0, Math.floor((to - from) / 60_000)) }, (_, i) => ({
        at: new Date(from + i * 60_000).toISOString(),
        tokens: 100_000,
        answered: 100,
        serverErrors: null,
        throttled: null,
        latencyMilliseconds: null,
        utilisationPercent: null,
      })),
  } satisfies Partial<FakeWorld>;
  const fail: Fail = (kind, region, status) => {
    const target = `${kind === "foundry" ? "gpt-4o" : "apim"}-${region}`;
    if (status === undefined) failing.delete(target);
    else failing.set(target, status);
  };
  return { world: Object.assign(world, own), fail };
}

export interface Notified {
  readonly event: string;
  readonly region: string;
  readonly title: string;
  readonly reason: string;
}

export async function webhook(): Promise<{ notified: Notified[]; url: string; close: () => void }> {
  const notified: Notified[] = [];
  const server = createServer((request, response) => {
    void readJson(request).then((body) => {
      notified.push(body as Notified);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { notified, url: `http://127.0.0.1:${port}/hooks/${WEBHOOK_SECRET}`, close: () => void server.close() };
}
