import { afterEach, describe, expect, it } from "vitest";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { testEstate } from "./estate.ts";
import { ARM_AUDIENCE, FOUNDRY_AUDIENCE, rehearsed, tokenFor } from "./start.ts";

const PAGE = "https://status.contoso.com/foundry/eastus2";
const { deployments, ...rest } = testEstate();
const estate = {
  ...rest,
  deployments: deployments.map((d) => (d.id === "gpt-eastus2" ? { ...d, probe: { kind: "url", url: PAGE } as const } : d)),
};
const running = rehearsed({ witnessTimeoutSeconds: 0.2 }, { platform: platformFromEstate(estate, scaled()) });
const ACCOUNT = "https://foundry-eastus2.openai.azure.com";
const GATEWAY = "https://apim-swedencentral.azure-api.net";
const WITNESS = `${GATEWAY}/failover/witness/foundry-eastus2`;
const STATUS = `${GATEWAY}/status-0123456789abcdef`;

async function call(url: string, { audience = FOUNDRY_AUDIENCE, body }: { audience?: string | null; body?: unknown } = {}) {
  const { azure } = running();
  const authorization = audience === null ? {} : { authorization: `Bearer ${await tokenFor(azure, audience)}` };
  const post = { method: "POST", body: JSON.stringify(body) };
  return fetch(azure.localUrl(url), { headers: { "content-type": "application/json", ...authorization }, ...(body ? post : {}) });
}

const completion = () =>
  call(`${ACCOUNT}/openai/v1/chat/completions`, {
    body: { model: "gpt-4o", messages: [{ role: "user", content: "ping" }], max_tokens: 1 },
  });

afterEach(() => {
  const { world, azure } = running();
  world.throughAnswer = { result: 200, latencyMilliseconds: 0 };
  world.gatewayAnswer = { result: 200, latencyMilliseconds: 0 };
  world.deploymentAnswer = { result: 200, latencyMilliseconds: 0 };
  world.throughCalls.length = 0;
  world.connectionFaults = {};
  azure.faults.probesRefused = {};
  azure.faults.proberCutOff = [];
});

describe("a witness", () => {
  it.each([
    ["an answer", { result: 200, latencyMilliseconds: 0 }, 200],
    ["a refusal", { result: 503, latencyMilliseconds: 0 }, 503],
    ["too many requests", { result: 429, latencyMilliseconds: 0 }, 429],
    ["no answer", { result: "timeout", latencyMilliseconds: 3_600_000 }, 0],
    ["a broken connection", { result: "reset", latencyMilliseconds: 0 }, 0],
    ["a name that does not resolve", { result: "dns", latencyMilliseconds: 0 }, 0],
    ["an empty answer", { result: "empty", latencyMilliseconds: 0 }, 0],
    ["an answer later than its patience", { result: 200, latencyMilliseconds: 60_000 }, 0],
  ] as const)("tells of %s with the status that the gateway got", async (_, answer, status) => {
    running().world.throughAnswer = answer;
    const response = await call(WITNESS);
    expect([response.status, await response.json()]).toEqual([200, { status }]);
    expect(running().world.throughCalls).toEqual([{ gateway: "gw-swedencentral", deployment: "gpt-eastus2" }]);
  });

  it.each([
    ["an unknown backend", WITNESS.replace("eastus2", "none"), FOUNDRY_AUDIENCE, 404],
    ["no token", WITNESS, null, 401],
    ["a token of Resource Manager", WITNESS, ARM_AUDIENCE, 401],
    ["another path", `${WITNESS}/more`, FOUNDRY_AUDIENCE, 501],
  ])("%s: nobody is asked", async (_, url, audience, status) => {
    expect((await call(url, { audience })).status).toBe(status);
    expect(running().world.throughCalls).toEqual([]);
  });

  it("the gateway's own fault comes first", async () => {
    running().world.gatewayAnswer = { result: 503, latencyMilliseconds: 0 };
    expect((await call(WITNESS)).status).toBe(503);
    expect(running().world.throughCalls).toEqual([]);
  });
});

describe("a prober that is cut off from a region", () => {
  it.each([
    ["its deployments", `${ACCOUNT}/openai/v1/models`],
    ["its gateway", "https://apim-eastus2.azure-api.net/status-0123456789abcdef"],
    ["its gateway as a witness", "https://apim-eastus2.azure-api.net/failover/witness/foundry-swedencentral"],
  ])("gets no answer from %s", async (_, url) => {
    running().azure.faults.proberCutOff = ["eastus2"];
    const request = fetch(running().azure.localUrl(url), { signal: AbortSignal.timeout(150) });
    await expect(request).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("hears of it through another region's gateway", async () => {
    running().azure.faults.proberCutOff = ["eastus2"];
    expect(await (await call(WITNESS)).json()).toEqual({ status: 200 });
  });
});

describe("refused probes", () => {
  it.each([401, 403, 429])("completions and model lists get %i, the deployment is not asked, witnesses are", async (status) => {
    running().azure.faults.probesRefused = { eastus2: status };
    const answers = [await completion(), await call(`${ACCOUNT}/openai/v1/models`)];
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
    expect(await (await call(WITNESS)).json()).toEqual({ status: 200 });
  });

  it("in every region, or in another one", async () => {
    running().azure.faults.probesRefused = { "": 403 };
    expect((await completion()).status).toBe(403);
    running().azure.faults.probesRefused = { swedencentral: 403 };
    expect((await completion()).status).toBe(200);
  });
});

describe("answers that are none", () => {
  it("an empty completion is a 200 without a body", async () => {
    running().world.deploymentAnswer = { result: "empty", latencyMilliseconds: 0 };
    const response = await completion();
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("an empty status page too", async () => {
    running().world.gatewayAnswer = { result: "empty", latencyMilliseconds: 0 };
    const response = await call(STATUS);
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it.each(["dns", "tls"] as const)("one deployment of a host's two with a %s fault breaks its own calls", async (result) => {
    running().world.deploymentAnswer = { result, latencyMilliseconds: 0 };
    await expect(completion()).rejects.toThrow("fetch failed");
    expect((await call(`${ACCOUNT}/openai/v1/models`)).status).toBe(200);
  });
});

describe("the operator's own page", () => {
  it.each([
    [200, 200],
    [503, 503],
    ["reset", 503],
    ["empty", 503],
  ] as const)("of a deployment that answers %s is %i, without a token", async (result, status) => {
    running().world.deploymentAnswer = { result, latencyMilliseconds: 0 };
    expect((await call(PAGE, { audience: null })).status).toBe(status);
  });

  it("another path of its host: 501", async () => {
    expect((await call("https://status.contoso.com/other")).status).toBe(501);
  });
});
