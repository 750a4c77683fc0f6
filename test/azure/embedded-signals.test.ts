/** The adapters of every signal against the embedded Azure, which knows nothing of them: both hold to the wire or they do not meet. */
import type { TokenCredential } from "@azure/identity";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { createWorkloadProbe } from "../../src/azure/foundry/probe.ts";
import { createGatewayLogReader } from "../../src/azure/monitor/gateway-log-reader.ts";
import { createMetricsReader } from "../../src/azure/monitor/metrics-reader.ts";
import { METRICS_APIS, type Estate } from "../../src/domain/estate.ts";
import { testEstate } from "../rehearsal-azure/estate.ts";
import { rehearsed, tokenFor, type Rehearsed } from "../rehearsal-azure/start.ts";

const WORKSPACE = "00000000-0000-4000-8000-00000000000a";
const DELAYS = { metricsDelaySeconds: 120, logsDelaySeconds: 300 };
const declared: Estate = { ...testEstate(), signals: { ...testEstate().signals, logs: { workspaceId: WORKSPACE } } };
const classic = rehearsed(DELAYS, { platform: platformFromEstate(declared, scaled()) });
const newer = rehearsed(DELAYS, { platform: platformFromEstate(declared, scaled(), "models") });

const START = Date.parse("2041-01-05T00:00:00Z");
const MINUTE = 60_000;
const at = new Date(START).toISOString();
const BUSY = { at, tokens: 4000, answered: 50, serverErrors: 2, throttled: 4, latencyMilliseconds: 900, utilisationPercent: null };

function estateAt({ azure }: Rehearsed, api: (typeof METRICS_APIS)[number] = "auto"): Estate {
  return {
    ...declared,
    cloud: { ...declared.cloud, ...azure.endpoints },
    deployments: declared.deployments.map((deployment) => ({ ...deployment, endpoint: azure.localUrl(deployment.endpoint) })),
    gateways: declared.gateways.map((gateway) => ({ ...gateway, url: azure.localUrl(gateway.url) })),
    signals: { ...declared.signals, metrics: { names: "auto", api } },
  };
}

function identity({ azure }: Rehearsed): TokenCredential {
  return {
    getToken: async (scopes) => ({
      token: await tokenFor(azure, [scopes].flat().join().replace("/.default", "")),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
}

beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: START }));
afterEach(() => vi.useRealTimers());

describe.each([
  ["classic", classic],
  ["newer", newer],
])("metrics of the %s category, found by themselves", (_category, running) => {
  it.each(METRICS_APIS)("come by %s", async (api) => {
    running().world.minutes = {
      "gpt-eastus2": [BUSY],
      "gpt-swedencentral": [{ ...BUSY, tokens: 70, answered: 7 }],
      "ptu-eastus2": [{ ...BUSY, tokens: 90, utilisationPercent: 104 }],
    };
    vi.setSystemTime(START + 3 * MINUTE);
    const estate = estateAt(running(), api);
    const reads = await createMetricsReader(estate, identity(running())).traffic(
      estate.deployments,
      new Date(START),
      new Date(START + 3 * MINUTE),
    );
    const firsts = reads.map((read) => (read.ok ? read.minutes[0] : read));
    expect(firsts).toMatchObject([
      { at, tokens: 4000, answered: 50, serverErrors: 2, throttled: 4, utilisationPercent: null },
      { at, tokens: 70, answered: 7 },
      { at, tokens: 90, utilisationPercent: 104 },
    ]);
    expect(reads.map((read) => read.ok && read.minutes.at(-1)?.answered)).toEqual([null, null, null]);
  });

  it("have hours", async () => {
    running().world.minutes = { "gpt-eastus2": [BUSY] };
    vi.setSystemTime(START + 120 * MINUTE);
    const estate = estateAt(running());
    const [hours] = await createMetricsReader(estate, identity(running())).hours(
      estate.deployments,
      new Date(START),
      new Date(START + 60 * MINUTE),
    );
    expect(hours).toEqual([{ at, tokens: 4000 }]);
  });
});

describe("gateway logs", () => {
  it("tell each deployment's minutes", async () => {
    const way = { clientRegion: "eastus2", gateway: "gw-eastus2", result: 200, tokens: 100 } as const;
    classic().world.requests.push(
      { ...way, id: 1, arrivedAt: START, endedAt: START + 500, tried: ["gpt-eastus2"] },
      { ...way, id: 2, arrivedAt: START, endedAt: START + 500, tried: ["gpt-eastus2", "gpt-swedencentral"] },
      { ...way, id: 3, arrivedAt: START, endedAt: START + 500, tried: ["gpt-swedencentral"], result: 503, tokens: 0 },
    );
    vi.setSystemTime(START + 10 * MINUTE);
    const read = await createGatewayLogReader(estateAt(classic()), identity(classic()))?.traffic(
      new Date(START),
      new Date(START + 10 * MINUTE),
    );
    if (!read?.ok) throw new Error(read?.reason);
    expect(Object.fromEntries(read.byDeployment)).toMatchObject({
      "gpt-eastus2": [{ at, answered: 1, serverErrors: 0, tokens: 100, latencyMilliseconds: 500 }],
      "gpt-swedencentral": [{ at, answered: 1, serverErrors: 1, tokens: 100 }],
    });
  });
});

describe("probes", () => {
  const clock = { now: () => new Date(), sleep: async () => undefined };
  const probeAt = (running: Rehearsed) => createWorkloadProbe(estateAt(running), identity(running), clock);

  it("ask another region's gateway for its view", async () => {
    const { world } = classic();
    const estate = estateAt(classic());
    const [target, gateway] = [estate.deployments[0]!, estate.gateways[1]!];
    const backend = gateway.pools[0]!.members.find(({ deployment }) => deployment === target.id)!.backend;
    const probe = probeAt(classic());
    expect(await probe.witness(gateway, backend, target)).toMatchObject({ outcome: "ok", statusCode: 200, via: gateway.id });
    expect(world.throughCalls).toEqual([{ gateway: gateway.id, deployment: target.id }]);
    world.throughAnswer = { result: 503, latencyMilliseconds: 0 };
    expect(await probe.witness(gateway, backend, target)).toMatchObject({ outcome: "failed", errorClass: "serverError" });
    world.throughAnswer = { result: "reset", latencyMilliseconds: 0 };
    expect(await probe.witness(gateway, backend, target)).toMatchObject({ outcome: "failed", errorClass: "timeout" });
    expect(await probe.witness(gateway, "nobody", target)).toMatchObject({ outcome: "unmeasured" });
  });

  it("know what they spent, and what the limiter allows", async () => {
    classic().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0, remainingTokens: 1234, limitTokens: 300_000 };
    const seen = await probeAt(classic()).deployment(estateAt(classic()).deployments[0]!);
    expect(seen).toMatchObject({ outcome: "ok", remainingTokens: 1234, limitTokens: 300_000 });
    expect(seen.spentTokens).toBeGreaterThan(0);
  });

  it.each([
    ["empty", "emptyAnswer"],
    ["reset", "connection"],
    [503, "serverError"],
  ] as const)("tell %s as %s", async (result, errorClass) => {
    classic().world.deploymentAnswer = { result, latencyMilliseconds: 0 };
    expect(await probeAt(classic()).deployment(estateAt(classic()).deployments[0]!)).toMatchObject({ outcome: "failed", errorClass });
  });

  it("ask for the list of models", async () => {
    classic().world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
    const [target] = estateAt(classic()).deployments;
    expect(await probeAt(classic()).deployment({ ...target!, probe: { kind: "models" } })).toMatchObject({ outcome: "ok" });
  });
});
