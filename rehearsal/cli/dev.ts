/** `npm run dev`: the same app in real time, in front of the embedded Azure, where a person can watch, curl and break things. */
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeCertificate } from "../azure/tls.ts";
import { readInputs } from "./inputs.ts";
import { UsageError } from "./options.ts";
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
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { estate: { type: "string" }, recommend: { type: "boolean", default: false }, port: { type: "string", default: "7071" } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_534) throw new UsageError(`--port: "${values.port}" is not a port from 1 to 65534`);
  const inputs = await readInputs({ scenario: "examples/scenarios/foundry-outage.json", estate: values.estate, trace: undefined });
  const folder = await mkdtemp(join(tmpdir(), "foundry-failover-dev-"));
  const [certificate, tables] = await Promise.all([makeCertificate(folder), startTableService()]);
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
  } satisfies DevJob);
  process.once("SIGINT", () => child.kill());
  child.once("exit", (code) => {
    tables.stop();
    void rm(folder, { recursive: true, force: true }).then(() => process.exit(code ?? 0));
  });
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof UsageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(error instanceof UsageError ? 2 : 1);
});
