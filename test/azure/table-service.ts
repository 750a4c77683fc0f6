import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";

const ACCOUNT = "devstoreaccount1";
/** The emulator's well-known key. */
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export interface TableService extends AsyncDisposable {
  /** For AzureWebJobsStorage. */
  readonly connectionString: string;
}

export async function startTableService(): Promise<TableService> {
  const port = await freePort();
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/table/main.js");
  const options = [
    "--silent",
    "--inMemoryPersistence",
    "--disableTelemetry",
    "--skipApiVersionCheck",
    "--tableHost",
    "127.0.0.1",
    "--tablePort",
    `${port}`,
  ];
  const child = spawn(process.execPath, [main, ...options], { stdio: ["ignore", "pipe", "ignore"] });
  const kill = () => void child.kill();
  process.once("exit", kill);
  for await (const output of child.stdout) if (String(output).includes("successfully started")) break;
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};TableEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`,
    async [Symbol.asyncDispose]() {
      process.off("exit", kill);
      child.kill();
      await once(child, "exit");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}
