import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../rehearsal/azure/platform.ts";
import { rehearsed } from "../rehearsal-azure/start.ts";
import { example, platformOf, run, scratch } from "./support.ts";

const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";
const OTHER = "00000000-0000-4000-8000-000000000009";
const GROUPS = ["swedencentral", "eastus2", "japaneast"].map((region) => `rg-contoso-ai-${region}`);

/** The account of eastus2 and its deployments stand in another subscription. */
function inTwo(platform: Platform): Platform {
  const move = (id: string): string => id.replace(SUBSCRIPTION, OTHER);
  return {
    ...platform,
    accounts: platform.accounts.map((account) =>
      account.region !== "eastus2"
        ? account
        : {
            ...account,
            subscription: OTHER,
            resourceId: move(account.resourceId),
            deployments: account.deployments.map((deployment) => ({ ...deployment, resourceId: move(deployment.resourceId) })),
          },
    ),
  };
}

const running = rehearsed({}, { platform: inTwo(platformOf(await example("hub-and-spoke"))) });
const BOTH = ["--subscription", SUBSCRIPTION, "--subscription", OTHER];

afterEach(() => {
  Object.assign(running().azure.faults, { resourceManager: {}, subscriptionsForbidden: [] });
});

describe("reading", () => {
  it("goes over all subscriptions that are named", async () => {
    const { exit, estate } = await run(running(), BOTH);
    expect(exit).toBe(0);
    expect(
      estate()
        .deployments.map(({ region }) => region)
        .sort(),
    ).toEqual(["eastus2", "japaneast", "swedencentral"]);
  });

  it("a subscription without a role is named, and the rest goes on without it", async () => {
    running().azure.faults.subscriptionsForbidden = [OTHER];
    const { exit, complained, estate } = await run(running(), BOTH);
    expect(exit).toBe(0);
    expect(complained).toMatch(new RegExp(`Foundry accounts of ${OTHER}\\s+could not be read: 403 AuthorizationFailed`));
    expect(complained).toMatch(/member foundry-eastus2\s+foundry-contoso-eastus2.openai.azure.com is no Foundry account/);
    expect(estate().gateways[0]?.pools[0]?.members.map(({ backend }) => backend)).toEqual(["foundry-swedencentral", "foundry-japaneast"]);
  });

  it("without a role anywhere nothing usable is found: exit 1, no file", async () => {
    running().azure.faults.subscriptionsForbidden = [SUBSCRIPTION, OTHER];
    const { exit, complained, estate } = await run(running(), BOTH);
    expect(exit).toBe(1);
    expect(complained).toContain("Nothing usable was found");
    expect(estate).toThrow("ENOENT");
  });

  it("a throttled call waits as long as it is told, says so, and goes on", async () => {
    const { faults } = running().azure;
    faults.resourceManager = { swedencentral: { answer: 429, retryAfterSeconds: 17 } };
    const onWait = (): void => void (faults.resourceManager = {});
    const { exit, waits, complained, estate } = await run(running(), BOTH, { onWait });
    expect(exit).toBe(0);
    expect(new Set(waits)).toEqual(new Set([17]));
    expect(complained).toContain("again in 17 s");
    expect(estate().gateways[0]?.pools[0]?.members).toHaveLength(3);
  });

  it("one that stays throttled is named after some attempts", async () => {
    running().azure.faults.resourceManager = { japaneast: { answer: 429, retryAfterSeconds: 1 } };
    const { exit, waits, complained } = await run(running(), BOTH);
    expect(exit).toBe(0);
    expect(waits).toEqual([1, 1, 1]);
    expect(complained).toMatch(/deployments of foundry-contoso-japaneast\s+could not be read: 429/);
  });

  it("keeps to the resource groups that are named", async () => {
    const groups = GROUPS.flatMap((group) => ["--resource-group", group]);
    const { exit, estate, complained } = await run(running(), ["--subscription", SUBSCRIPTION, ...groups]);
    expect(exit).toBe(0);
    expect(estate().edges).toEqual([]);
    expect(complained).toContain(`${SUBSCRIPTION}/${GROUPS[1] ?? ""}`);
  });

  it("one region is no estate: exit 1, with the app's own reason", async () => {
    const { exit, complained, estate } = await run(running(), ["--subscription", SUBSCRIPTION, "--resource-group", GROUPS[0] ?? ""]);
    expect(exit).toBe(1);
    expect(complained).toContain("regions: must have at least 2 entries");
    expect(estate).toThrow("ENOENT");
  });

  it("without a token it says how to sign in", async () => {
    const credentialFor = () => ({ getToken: () => Promise.reject(new Error("nobody signed in")) });
    const { exit, complained } = await run(running(), BOTH, { credentialFor });
    expect(exit).toBe(1);
    expect(complained).toContain("az login");
    expect(complained).toContain("nobody signed in");
  });
});

describe("files", () => {
  it("one that exists is not overwritten, and nothing is read in vain; --force overwrites it", async () => {
    const folder = scratch();
    const out = join(folder, "estate.json");
    writeFileSync(out, "mine");
    const before = running().azure.calls.length;
    const refused = await run(running(), BOTH, { folder });
    expect(refused).toMatchObject({ exit: 2, complained: `--out: ${out} exists; --force overwrites it` });
    expect(readFileSync(out, "utf8")).toBe("mine");
    expect(running().azure.calls).toHaveLength(before);
    expect((await run(running(), [...BOTH, "--force"], { folder })).exit).toBe(0);
    expect(readFileSync(out, "utf8")).toContain('"mode": "recommend"');
  });

  it("--report takes the undecided, which standard error then lacks", async () => {
    const folder = scratch();
    running().azure.faults.subscriptionsForbidden = [OTHER];
    const { exit, complained } = await run(running(), [...BOTH, "--report", join(folder, "report.txt")], { folder });
    expect([exit, complained]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "report.txt"), "utf8")).toContain("could not be read: 403");
  });

  it("the estate names the schema, and the cloud that was asked", async () => {
    const { estate } = await run(running(), BOTH);
    expect(estate()).toMatchObject({ $schema: "schemas/estate.schema.json", cloud: { resourceManager: running().azure.url } });
  });
});

describe("a bad command line: says what is allowed, exit 2, and asks nobody", () => {
  it.each<[string, readonly string[]]>([
    ["--subscription: at least one is needed", []],
    [`--subscription: "contoso" is not a subscription's UUID`, ["--subscription", "contoso"]],
    ["Unknown option '--colour'", [...BOTH, "--colour"]],
    [`--resource-group: "a/b" is not a resource group's name`, [...BOTH, "--resource-group", "a/b"]],
    [`--name: "Not A Name" must be 3–40 lower-case letters`, [...BOTH, "--name", "Not A Name"]],
    [`--cloud: "mars" is not one of public, usGovernment, china`, [...BOTH, "--cloud", "mars"]],
    ["--cloud: none.json cannot be read (ENOENT)", [...BOTH, "--cloud", "none.json"]],
    ["--out: /none/estate.json cannot be written: there is no folder /none", [...BOTH, "--out", "/none/estate.json"]],
    ["--report: must be another file than --out", [...BOTH, "--out", "here.json", "--report", "./here.json"]],
  ])("%s", async (text, args) => {
    const before = running().azure.calls.length;
    const { exit, complained } = await run(running(), args);
    expect(exit).toBe(2);
    expect(complained).toContain(text);
    expect(running().azure.calls).toHaveLength(before);
  });
});
