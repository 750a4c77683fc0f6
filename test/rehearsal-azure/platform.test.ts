import { X509Certificate } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { platformFromEstate } from "../../rehearsal/azure/platform.ts";
import { makeCertificate, readCertificate } from "../../rehearsal/azure/tls.ts";
import { scaled } from "../../rehearsal/constants.ts";
import { PREFIX, testEstate } from "./estate.ts";

const EAST = { id: `${PREFIX}/Microsoft.ApiManagement/service/apim-eastus2/backends/foundry-eastus2` };
const SWEDEN = { id: `${PREFIX}/Microsoft.ApiManagement/service/apim-eastus2/backends/foundry-swedencentral` };

describe("what stands in Azure at the start", () => {
  const estate = testEstate();
  const [gateway] = estate.gateways;

  it.each([
    [
      "several gateways: local members first, remote ones at priority 2",
      estate,
      [
        { ...EAST, priority: 1 },
        { ...SWEDEN, priority: 2, weight: 50 },
      ],
    ],
    [
      "one gateway: all alike, without weights",
      { ...estate, gateways: [gateway!] },
      [
        { ...EAST, priority: 1 },
        { ...SWEDEN, priority: 1 },
      ],
    ],
    [
      "a gateway without a local member: all alike",
      { ...estate, gateways: estate.gateways.map((each) => ({ ...each, region: "westus" })) },
      [
        { ...EAST, priority: 1 },
        { ...SWEDEN, priority: 1 },
      ],
    ],
  ])("%s", (_, of, members) => {
    expect(platformFromEstate(of, scaled()).services[0]?.pools).toEqual([{ name: "gpt", members }]);
  });

  it("deployments of one account stand together, whatever the case of their ids", () => {
    const [first, ...rest] = estate.deployments;
    const shouting = { ...first!, resourceId: first!.resourceId.replace("resourceGroups", "RESOURCEGROUPS") };
    const { accounts } = platformFromEstate({ ...estate, deployments: [shouting, ...rest] }, scaled());
    expect(accounts.map(({ name, deployments }) => [name, deployments.map(({ id }) => id)])).toEqual([
      ["foundry-eastus2", ["gpt-eastus2", "ptu-eastus2"]],
      ["foundry-swedencentral", ["gpt-swedencentral"]],
    ]);
  });
});

describe("the certificate", () => {
  it("holds for the loopback, at real time and at the virtual epoch, and can be read by another process", async () => {
    const folder = mkdtempSync(join(tmpdir(), "embedded-azure-"));
    const made = await makeCertificate(folder);
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.parse("2026-01-05T00:00:00Z"));
    expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.parse("2045-01-01T00:00:00Z"));
    expect(await readCertificate(folder)).toEqual(made);
  });
});
