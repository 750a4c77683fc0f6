import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { parity } from "../../discover/parity/main.ts";
import type { EmbeddedAzureOptions } from "../../rehearsal/azure/server.ts";
import { CLOUDS } from "../../src/config/clouds.ts";
import { parseEstate } from "../../src/config/load.ts";
import type { Estate } from "../../src/domain/estate.ts";
import { describeCompiled, SUBSCRIPTION } from "../infra/support/compiler.ts";
import { credential, rehearsed } from "../rehearsal-azure/start.ts";
import { deployed } from "./deployed.ts";
import { known } from "./known.ts";
import { run, scratch } from "./support.ts";

const EXAMPLES = ["hub-and-spoke-3", "hub-to-hub-3"] as const;

for (const example of EXAMPLES) {
  describeCompiled(`the platform that infra deploys: ${example}`, (compiler) => {
    const options: Partial<EmbeddedAzureOptions> = {};
    let output: unknown;

    // Before the embedded Azure starts: its own hook comes after this one.
    beforeAll(async () => {
      const { platform, estate } = deployed(await compiler.snapshot(resolve(`infra/examples/${example}.bicepparam`)));
      Object.assign(options, { platform });
      output = estate;
    }, 120_000);
    const running = rehearsed({}, options);

    function declared(): Estate {
      const parsed = parseEstate(JSON.stringify(output));
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
      return parsed.estate;
    }

    it("is discovered as the estate that the deployment outputs", async () => {
      const { exit, complained, estate } = await run(running(), ["--subscription", SUBSCRIPTION]);
      expect(complained).not.toContain("Undecided");
      expect(exit).toBe(0);
      expect(known(estate())).toEqual(known(declared()));
    });

    it("has parity: every file is on every gateway under the name that is looked for", async () => {
      const file = join(scratch(), "estate.json");
      writeFileSync(file, JSON.stringify({ ...declared(), cloud: { ...CLOUDS.public, resourceManager: running().azure.url } }));
      const told: string[] = [];
      const tell = (text: string): void => void told.push(text);
      const credentialFor = () => credential(running());
      const around = { credentialFor, wait: async () => undefined, print: tell, complain: tell, infra: "infra" };
      expect([await parity(["--estate", file], around), told]).toEqual([0, [expect.stringMatching(/^\d gateways run what is shipped\.$/)]]);
    });
  });
}
