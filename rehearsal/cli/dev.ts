/** `npm run dev`: the same app in real time, in front of the embedded Azure, where a person can watch, curl and break things. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeCertificate } from "../azure/tls.ts";
import { runCommand, temporaryFolder } from "./command.ts";
import { readInputs } from "./inputs.ts";
import { asUsage, UsageError } from "./options.ts";
import { startTableService } from "./table-service.ts";
import { timelineLine } from "./timeline.ts";

const CHILD = fileURLToPath(new URL("./dev-child.ts", import.meta.url));

export interface DevJob {
  readonly estateText: string;
  readonly requestsPerSecond: number;
  readonly maxTokens: number;
  readonly automation: "on" | "recommend";
  readonly certificateFolder: string;
  readonly storageConnection: string;
  readonly historyDirectory: string;
  readonly port: number;
  readonly faultPort: number;
  /** Settings for a real Functions host, which then serves the app instead of the local one; null = the local one. */
  readonly settingsFile: string | null;
}

const USAGE = `npm run dev                    the app in real time at http://localhost:7071
npm run dev -- --estate FILE   another estate than examples/hub-to-hub.estate.json
  --port N                     its port; faults are injected at the next one
  --recommend                  it only says what it would do
  --real-host FILE             no local host: writes the settings of a real one (local.settings.json), to be started by hand;
                               its storage is the development storage, which must be running`;

const OPTIONS = {
  estate: { type: "string" },
  recommend: { type: "boolean", default: false },
  port: { type: "string", default: "7071" },
  "real-host": { type: "string" },
  help: { type: "boolean" },
} as const;

async function main(): Promise<void> {
  const { values } = asUsage(() => parseArgs({ options: OPTIONS }));
  if (values.help === true) return void process.stdout.write(`${USAGE}\n`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_534) throw new UsageError(`--port: "${values.port}" is not a port from 1 to 65534`);
  const inputs = await readInputs({ scenario: "examples/scenarios/foundry-outage.json", estate: values.estate, trace: undefined });
  const folder = await temporaryFolder("foundry-failover-dev-");
  const settingsFile = values["real-host"] ?? null;
  const storage = settingsFile === null ? startTableService() : { connection: "UseDevelopmentStorage=true", stop: () => undefined };
  const [certificate, tables] = await Promise.all([makeCertificate(folder), storage]);
  const child = fork(CHILD, {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate.caFile },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const started = Date.now();
  if (child.stdout !== null)
    createInterface(child.stdout).on("line", (line) => process.stdout.write(`${timelineLine(line, started) ?? line}\n`));
  const { requestsPerSecond, maxTokens } = inputs.scenario.traffic;
  child.send({
    estateText: inputs.estateText,
    requestsPerSecond,
    maxTokens,
    automation: values.recommend ? "recommend" : "on",
    certificateFolder: folder,
    storageConnection: tables.connection,
    historyDirectory: join(folder, "history"),
    port,
    faultPort: port + 1,
    settingsFile,
  } satisfies DevJob);
  child.once("exit", (code) => {
    tables.stop();
    process.exit(code ?? 0);
  });
}

runCommand(main);
