/** `npm run client`: the example client against the embedded Azure, with nothing but Node. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { parseArgs } from "node:util";
import { makeCertificate } from "../../rehearsal/azure/tls.ts";
import { startClientStage } from "../../rehearsal/cli/client-stage.ts";
import { runCommand, say, temporaryFolder } from "../../rehearsal/cli/command.ts";
import { asUsage, UsageError } from "../../rehearsal/cli/options.ts";
import { rehearse } from "./rehearsed.ts";

const USAGE = `npm run client                 the example client in front of an embedded Azure, while its regions fail
  -- --service                 signs in by managed identity instead of as a person
  -- --no-stream               answers come as a whole
  -- --estate FILE             another estate than examples/hub-to-hub.estate.json`;

const OPTIONS = {
  service: { type: "boolean", default: false },
  "no-stream": { type: "boolean", default: false },
  estate: { type: "string", default: "examples/hub-to-hub.estate.json" },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<void> {
  const { values } = asUsage(() => parseArgs({ options: OPTIONS }));
  if (values.help) return say(USAGE);
  const certificate = await makeCertificate(await temporaryFolder("foundry-failover-client-"));
  setDefaultCACertificates([...getCACertificates("default"), certificate.certificate]);
  const estateText = await readFile(values.estate, "utf8").catch((error: unknown) => {
    throw new UsageError(`--estate: ${error instanceof Error ? error.message : String(error)}`);
  });
  const stage = await startClientStage({ estateText, estateFile: values.estate, certificate });
  say(`An embedded Azure runs: Microsoft Entra at ${stage.authority}, Front Door at ${stage.endpoint}.\n`);
  const unanswered = await rehearse({
    stage,
    kind: values.service ? "service" : "person",
    stream: !values["no-stream"],
    surroundings: { now: Date.now, random: Math.random, sleep: (milliseconds) => sleep(milliseconds) },
    write: (text) => void process.stdout.write(text),
  });
  await stage.stop();
  say(unanswered === 0 ? "\nEvery question was answered." : `\n${unanswered} questions stayed without an answer.`);
  process.exitCode = unanswered === 0 ? 0 : 1;
}

runCommand(main);
