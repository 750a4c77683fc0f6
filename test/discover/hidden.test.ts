import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Platform } from "../../rehearsal/azure/platform.ts";
import { rehearsed } from "../rehearsal-azure/start.ts";
import { cloudFile, example, platformOf, run, scratch } from "./support.ts";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";
const spokes = platformOf(await example("hub-and-spoke"));
const hubs = platformOf(await example("hub-to-hub"));
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-contoso-ai-edge/providers/Microsoft.Network`;

/** Backends behind the listeners of an Application Gateway, the hub under its own domain and by a private link, a group without a route. */
function hidden(platform: Platform): Platform {
  const behind = (name: string, url: string): string =>
    ({ "foundry-eastus2": "https://foundry.contoso.com/openai", "foundry-japaneast": "https://10.1.0.10/openai" })[name] ?? url;
  const foundry = (region: string): string[] => [`foundry-contoso-${region}.openai.azure.com`];
  const listeners = [
    { name: "named", hostNames: ["foundry.contoso.com", "f2.contoso.com"], addresses: foundry("eastus2") },
    { name: "any", hostNames: [], addresses: foundry("japaneast") },
  ];
  const linked = { group: "linked", name: "linked", hostName: "10.0.0.1", privateLink: platform.services[0]?.resourceId ?? "" };
  return {
    ...platform,
    services: platform.services.map((service) => ({
      ...service,
      customHosts: ["llm.contoso.com"],
      backends: service.backends.map((backend) => ({ ...backend, url: behind(backend.name, backend.url) })),
    })),
    applicationGateways: [
      { resourceId: `${NETWORK}/applicationGateways/agw`, name: "agw", region: "eastus2", privateIp: "10.1.0.10", listeners },
    ],
    frontDoors: platform.frontDoors.map((door) => ({
      ...door,
      origins: [...door.origins.map((origin) => ({ ...origin, hostName: "llm.contoso.com" })), linked],
      routedGroups: ["gateways"],
    })),
  };
}

describe("a platform behind private names", () => {
  const running = rehearsed({}, { platform: hidden(spokes) });

  it("is found through listeners, custom domains and private links", async () => {
    const { exit, complained, estate } = await run(running(), ["--subscription", SUBSCRIPTION]);
    const [edge] = estate().edges;
    expect(exit).toBe(0);
    expect(complained).not.toContain("Undecided");
    expect(estate().gateways[0]?.pools[0]?.members.map(({ deployment }) => deployment)).toEqual(
      ["eastus2", "swedencentral", "japaneast"].map((region) => `gpt-4o-${region}`),
    );
    expect(edge?.origins.map(({ name, gateway }) => [name, gateway])).toEqual([
      ["apim-hub", "apim-contoso-hub"],
      ["linked", "apim-contoso-hub"],
    ]);
    expect(complained).toMatch(/origin group linked\s+no enabled route leads to it/);
    expect(complained).not.toMatch(/origin group gateways\s+no enabled route/);
  });
});

describe("a classic Front Door", () => {
  const old = { ...spokes, frontDoors: spokes.frontDoors.map((door) => classic(door)) };
  const running = rehearsed({}, { platform: old });

  /** Its backends are known by their address. */
  function classic(door: Platform["frontDoors"][number]): Platform["frontDoors"][number] {
    const origins = door.origins.map((origin) => ({ ...origin, name: origin.hostName }));
    return { ...door, kind: "classic", resourceId: `${NETWORK}/frontDoors/${door.name}`, origins };
  }

  it("is an edge of its kind", async () => {
    const { estate } = await run(running(), ["--subscription", SUBSCRIPTION]);
    const origins = [{ group: "gateways", name: "apim-contoso-hub.azure-api.net", gateway: "apim-contoso-hub" }];
    expect(estate().edges).toMatchObject([{ kind: "classic", resourceId: `${NETWORK}/frontDoors/fd-contoso`, origins }]);
  });
});

describe("as a process of its own", () => {
  const running = rehearsed({}, { platform: hubs });

  it("node discover/cli.ts signs in as the identity that the platform gives, and writes the estate", async () => {
    const { azure } = running();
    const folder = scratch();
    writeFileSync(join(folder, "ca.pem"), getCACertificates("default").join("\n"));
    const { AZURE_CLIENT_ID: _, ...env } = process.env;
    const args = [
      "discover/cli.ts",
      "--subscription",
      SUBSCRIPTION,
      "--cloud",
      cloudFile(folder, running()),
      "--out",
      join(folder, "estate.json"),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: {
        ...env,
        NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
        IDENTITY_ENDPOINT: azure.identityEndpoint,
        IDENTITY_HEADER: azure.identityHeader,
      },
    });
    expect(stdout).toContain("3 regions, 3 deployments, 3 gateways, 3 pools, 1 Front Door");
    expect(JSON.parse(readFileSync(join(folder, "estate.json"), "utf8"))).toMatchObject({ name: "discovered" });
  });
});
