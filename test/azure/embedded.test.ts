/** Every adapter against the embedded Azure: whole round trips, where the stub only gives single answers. */
import type { TokenCredential } from "@azure/identity";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPoolRouter } from "../../src/azure/apim/pool-router.ts";
import { createCapacityReader } from "../../src/azure/foundry/capacity-reader.ts";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import { createEdgeRouter } from "../../src/azure/front-door/edge-router.ts";
import { createMetricsReader } from "../../src/azure/monitor/metrics-reader.ts";
import type { Edge, Estate } from "../../src/domain/estate.ts";
import type { Result } from "../../src/ports.ts";
import { testEstate } from "../rehearsal-azure/estate.ts";
import { credential, rehearsed, tokenFor } from "../rehearsal-azure/start.ts";
import { failingCredential } from "../support/credential.ts";

const running = rehearsed({ originOperationSeconds: 30, metricsDelaySeconds: 120 });
/** Days between the tests, so that the embedded Azure's time never runs backwards. */
let minute = Date.parse("2040-01-05T00:00:00Z");

/** The test estate at the embedded Azure's addresses. */
function estate(): Estate {
  const { azure } = running();
  const original = testEstate();
  return {
    ...original,
    cloud: { ...original.cloud, resourceManager: azure.url },
    deployments: original.deployments.map((deployment) => ({ ...deployment, endpoint: azure.localUrl(deployment.endpoint) })),
    gateways: original.gateways.map((gateway) => ({ ...gateway, url: azure.localUrl(gateway.url) })),
  };
}

/** A token for whatever audience is asked for: the data plane refuses those of ARM. */
function anyAudience(): TokenCredential {
  return {
    getToken: async (scopes) => ({
      token: await tokenFor(running().azure, [scopes].flat().join().replace("/.default", "")),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error("empty");
  return item;
}

function edge(kind: Edge["kind"]): Edge {
  return first(estate().edges.filter((candidate) => candidate.kind === kind));
}

function expectOk<T>(result: Result<T>): { readonly ok: true } & T {
  if (!result.ok) throw new Error(result.reason);
  return result;
}

beforeEach(() => {
  minute += 86_400_000;
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: minute });
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  running().azure.faults.frontDoorFrozen = false;
  delete running().azure.faults.resourceManager["eastus2"];
  running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
});

describe("pools", () => {
  it("are read, written and put back exactly, absent fields included; an old version is a conflict", async () => {
    const router = createPoolRouter(estate(), credential(running()));
    const gateway = first(estate().gateways);
    const before = expectOk(await router.read(gateway, "gpt"));
    const drained = before.members.slice(1).map((member) => ({ ...member, weight: 70 }));
    const written = expectOk(await router.write(gateway, "gpt", drained, before.etag));
    expect(await router.write(gateway, "gpt", before.members, before.etag)).toMatchObject({ ok: false, kind: "conflict" });
    expect(await router.read(gateway, "gpt")).toEqual({ ok: true, members: drained, etag: written.etag });
    expectOk(await router.write(gateway, "gpt", before.members, written.etag));
    expect(expectOk(await router.read(gateway, "gpt")).members).toEqual(before.members);
    expect(running().world.pools.map(([, name, pool, members]) => [name, pool, members.length])).toEqual([
      [gateway.id, "gpt", drained.length],
      [gateway.id, "gpt", before.members.length],
    ]);
  });

  it("cannot be read while the gateway's control plane is down, and are missing under a wrong name", async () => {
    const router = createPoolRouter(estate(), credential(running()));
    expect(await router.read(first(estate().gateways), "nope")).toMatchObject({ ok: false, kind: "missing" });
    running().azure.faults.resourceManager["eastus2"] = { answer: 503, retryAfterSeconds: 3600 };
    expect(await router.read(first(estate().gateways), "gpt")).toMatchObject({
      ok: false,
      kind: "busy",
      statusCode: 503,
      retryAfterSeconds: 900,
    });
  });
});

describe.each(["standard", "classic"] as const)("origins of a %s Front Door", (kind) => {
  it("are disabled and enabled by operations that end later", async () => {
    const router = createEdgeRouter(estate(), credential(running()));
    const before = expectOk(await router.read(edge(kind))).origins;
    for (const enabled of [false, true]) {
      const calls = running().azure.calls.length;
      const { operation } = expectOk(await router.write(edge(kind), [{ ...first(before), enabled }]));
      expect(
        running()
          .azure.calls.slice(calls)
          .map(({ method }) => method),
      ).toEqual(kind === "standard" ? ["PATCH"] : ["GET", "PUT"]);
      expect(await router.poll(edge(kind), operation ?? "")).toMatchObject({ ok: true, state: "running" });
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await router.poll(edge(kind), operation ?? "")).toMatchObject({ ok: true, state: "succeeded" });
      expect(first(expectOk(await router.read(edge(kind))).origins).enabled).toBe(enabled);
    }
    expect(expectOk(await router.read(edge(kind))).origins).toEqual(before);
  });

  it("are owed while Front Door is frozen", async () => {
    const router = createEdgeRouter(estate(), credential(running()));
    const before = expectOk(await router.read(edge(kind))).origins;
    running().azure.faults.frontDoorFrozen = true;
    const refused = await router.write(edge(kind), [{ ...first(before), enabled: false }]);
    expect(refused).toMatchObject({ ok: false, kind: "busy" });
    expect(expectOk(await router.read(edge(kind))).origins).toEqual(before);
  });
});

describe("probes", () => {
  const clock = { now: () => new Date(), sleep: async () => undefined };

  it("see what the deployment answers", async () => {
    const probe = createWorkloadProbe(estate(), anyAudience(), clock);
    const target = first(estate().deployments);
    running().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0, remainingTokens: 1234, limitTokens: 300_000 };
    expect(await probe.deployment(target)).toMatchObject({ outcome: "ok", remainingTokens: 1234 });
    running().world.deploymentAnswer = { result: 429, latencyMilliseconds: 0, retryAfterSeconds: 33 };
    expect(await probe.deployment(target)).toMatchObject({ outcome: "throttled" });
    running().world.deploymentAnswer = { result: 503, latencyMilliseconds: 0 };
    expect(await probe.deployment(target)).toMatchObject({ outcome: "failed", statusCode: 503 });
    running().world.deploymentAnswer = { result: "reset", latencyMilliseconds: 0 };
    expect(await probe.deployment(target)).toMatchObject({ outcome: "failed" });
    expect(await createWorkloadProbe(estate(), failingCredential(), clock).deployment(target)).toMatchObject({ outcome: "unmeasured" });
  });

  it("see what the gateway answers", async () => {
    const probe = createWorkloadProbe(estate(), failingCredential(), clock);
    expect(await probe.gateway(first(estate().gateways))).toMatchObject({ outcome: "ok", statusCode: 200 });
  });
});

describe("readers", () => {
  it("know a deployment's rate limit, and the quota of its region", async () => {
    const reader = createCapacityReader(estate(), credential(running()));
    const [standard, , provisioned] = estate().deployments;
    expect(await reader.tokensPerMinute(first(estate().deployments))).toEqual({ ok: true, tokensPerMinute: standard?.tokensPerMinute });
    expect(provisioned && (await reader.tokensPerMinute(provisioned))).toEqual({ ok: true, tokensPerMinute: null });
    expect(expectOk(await reader.usages(first(estate().deployments))).usages).not.toEqual([]);
  });

  it("know a deployment's traffic, as far as it has come", async () => {
    const at = new Date(minute).toISOString();
    running().world.minutes = {
      "gpt-eastus2": [
        { at, tokens: 4000, answered: 50, serverErrors: 2, throttled: 4, latencyMilliseconds: null, utilisationPercent: null },
      ],
    };
    vi.setSystemTime(minute + 180_000);
    const reader = createMetricsReader(estate(), credential(running()));
    const read = await reader.traffic([first(estate().deployments)], new Date(minute), new Date(minute + 180_000));
    const [known, ...later] = expectOk(first(read)).minutes;
    expect(known).toMatchObject({ at, tokens: 4000, answered: 50, serverErrors: 2, throttled: 4 });
    expect(later.at(-1)).toMatchObject({ tokens: null, answered: null });
  });
});
