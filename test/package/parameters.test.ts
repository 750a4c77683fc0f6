/** What `azd up` deploys before anybody edits it: the parameters compile, and the estate that they give is one that the app takes. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { estateFile } from "../../scripts/infra/estate-file.ts";
import { parseEstate } from "../../src/config/load.ts";
import { describeCompiled } from "../infra/support/compiler.ts";
import { INFRA } from "../infra/support/files.ts";

// Before the compiler starts, which reads them.
Object.assign(process.env, {
  AZURE_ENV_NAME: "contoso-llm",
  AZURE_LOCATION: "centralus",
  ENTRA_CLIENT_ID: "7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11",
  ENTRA_IDENTIFIER_URI: "api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11",
  ENTRA_WEBHOOK_OBJECT_ID: "2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922",
  PUBLISHER_EMAIL: "llm-platform@contoso.example",
  DEPLOYER_ADDRESSES: "203.0.113.7/32",
});

const Snapshot = z.object({
  diagnostics: z.array(z.unknown()),
  outputs: z.object({ estate: z.looseObject({ name: z.string() }), functionAppName: z.string(), platformResourceGroup: z.string() }),
});

describeCompiled("infra/main.bicepparam", (compiler) => {
  it("gives an estate that the app takes, and what azure.yaml finds the app by", async () => {
    const { diagnostics, outputs } = Snapshot.parse(await compiler.snapshot(join(INFRA, "main.bicepparam")));
    expect(diagnostics).toEqual([]);
    const workspaceCustomerId = "5e1c3a52-1111-4b4a-9d53-2f7a3f0c8e11";
    const loaded = parseEstate(estateFile({ estate: JSON.stringify(outputs.estate), workspaceCustomerId }, undefined));
    expect(loaded).toMatchObject({
      ok: true,
      estate: { name: "contoso-llm", signals: { logs: { workspaceId: workspaceCustomerId } }, safety: { mode: "recommend" } },
    });
    expect(outputs.platformResourceGroup).toBe("rg-contoso-llm-platform");
    expect(outputs.functionAppName).toMatch(/^func-contoso-llm-/);
  });
});
