import { Agent, request } from "node:https";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createHosts } from "../../rehearsal/azure/hosts.ts";
import { noFaults } from "../../rehearsal/azure/faults.ts";
import { installNames, rehearsedName } from "../../rehearsal/azure/names.ts";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { testEstate } from "./estate.ts";
import { rehearsed } from "./start.ts";

const running = rehearsed({}, { names: true });
const EAST = "https://apim-eastus2.azure-api.net/status-0123456789abcdef";
const WEST = "https://apim-swedencentral.azure-api.net/status-0123456789abcdef";
let forget = (): void => undefined;

beforeAll(() => {
  forget = installNames(running().azure.nameAnswer);
  return forget;
});

afterEach(() => {
  running().world.connectionFaults = {};
});

/** A status, or the code that the client fails with; without an agent on a new connection. */
function get(url: string, agent: Agent | false = false): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(running().azure.localUrl(url), { agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

describe("hosts with names of their own", () => {
  it("are reached over TLS", async () => {
    expect(running().azure.localUrl(EAST)).toMatch(/^https:\/\/apim-eastus2-azure-api-net\.rehearsal\.test:\d+\/hosts\/apim-eastus2\./);
    expect(await get(EAST)).toBe(200);
  });

  it.each([
    ["dns", "ENOTFOUND"],
    ["tls", "CERT_HAS_EXPIRED"],
  ] as const)("with a %s fault new connections fail with %s, of that host alone, and heal with it", async (fault, code) => {
    running().world.connectionFaults = { "gw-eastus2": fault };
    expect([await get(EAST), await get(WEST)]).toEqual([code, 200]);
    running().world.connectionFaults = {};
    expect(await get(EAST)).toBe(200);
  });

  it("a connection that stands breaks at its next request, then the name is asked again", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await get(EAST, agent)).toBe(200);
    running().world.connectionFaults = { "gw-eastus2": "dns" };
    expect([await get(EAST, agent), await get(EAST, agent)]).toEqual(["ECONNRESET", "ENOTFOUND"]);
    agent.destroy();
  });

  it("fetch meets the same", async () => {
    running().world.connectionFaults = { "gw-swedencentral": "tls" };
    await expect(fetch(running().azure.localUrl(WEST))).rejects.toMatchObject({ cause: { code: "CERT_HAS_EXPIRED" } });
  });

  it("other names go on to the real resolver", async () => {
    const { port } = new URL(running().azure.url);
    const response = await fetch(`https://localhost:${port}/hosts/apim-eastus2.azure-api.net/status-0123456789abcdef`);
    expect(response.status).toBe(200);
  });

  it("a host that the estate does not name stays on the loopback's address", () => {
    expect(running().azure.localUrl("https://elsewhere.example/x")).toBe(`${running().azure.url}/hosts/elsewhere.example/x`);
  });
});

describe("a host", () => {
  const platform = platformFromEstate(testEstate(), scaled());

  it.each([
    ["is out of order when everything under it is", { "gpt-eastus2": "dns", "ptu-eastus2": "dns" }, "dns"],
    ["is not for one deployment of two", { "gpt-eastus2": "dns" }, undefined],
    ["is not without a fault", {}, undefined],
  ] as const)("%s", (_, faults, expected) => {
    const hosts = createHosts(platform, noFaults(), (target) => new Map<string, "dns">(Object.entries(faults)).get(target));
    const host = hosts.byHost("foundry-eastus2.openai.azure.com");
    expect(host && hosts.connectionFault(host)).toBe(expected);
  });

  it("a name keeps within a label's 63 characters and stays its own", () => {
    const names = ["a", "b"].map((end) => rehearsedName(`${"long-".repeat(14)}${end}.openai.azure.com`));
    expect(new Set(names).size).toBe(2);
    expect(Math.max(...names.map((name) => name.split(".")[0]?.length ?? 0))).toBeLessThanOrEqual(63);
  });
});
