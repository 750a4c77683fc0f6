/** The state store on a laptop: Azurite's table service, in memory, in a process of its own. */
import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { createRequire } from "node:module";

/** The well-known development account of Azurite: no secret. */
const ACCOUNT =
  "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export interface TableService {
  readonly connection: string;
  stop(): void;
}

export async function startTableService(): Promise<TableService> {
  const port = await freePort();
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/table/main.js");
  const args = [main, "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent", "--tablePort", String(port)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const stop = (): void => void child.kill();
  process.once("exit", stop);
  await new Promise<void>((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes("successfully started")) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${said.slice(-500)}`)));
  });
  return { connection: `DefaultEndpointsProtocol=http;${ACCOUNT};TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
